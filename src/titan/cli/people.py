"""`titan user` and `titan token`: logins and their API tokens."""

from __future__ import annotations

import secrets
import sys
from enum import StrEnum
from typing import Annotated

import typer

from titan.cli.failures import Stop
from titan.cli.start import start
from titan.core.actor import Role, Via, system_actor
from titan.core.clock import now

users = typer.Typer(no_args_is_help=True, help="Logins: who may sign in, and as what.")
tokens = typer.Typer(no_args_is_help=True, help="Personal API tokens, for programs that act for somebody.")


class RoleName(StrEnum):
    """The roles as options."""

    SUPER_ADMIN = Role.SUPER_ADMIN.value
    HSE_ADMIN = Role.HSE_ADMIN.value
    TRAINER = Role.TRAINER.value
    ASSESSOR = Role.ASSESSOR.value
    AUDITOR = Role.AUDITOR.value


Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The e-mail address they sign in with.")]


@users.command("create")
def create(
    email: Email,
    role: Annotated[RoleName, typer.Option("--role", case_sensitive=False, help="What they may do.")],
    name: Annotated[str, typer.Option(help="Their name; without it, what stands before the @.")] = "",
    trainer: Annotated[str, typer.Option(metavar="CODE", help="The trainer they are, such as TR-03.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the standard input.")
    ] = False,
) -> None:
    """Make a login. Without --password-stdin a password is made up and printed as the last word.

    Examples:

      titan user create admin@site.example --role SUPER_ADMIN

      titan user create omaca@site.example --role TRAINER --trainer TR-06

      echo "$PASSWORD" | titan user create audit@site.example --role AUDITOR --password-stdin
    """
    password = _given_password() if password_stdin else secrets.token_urlsafe(15)
    start()
    make_login(email, Role(role.value), name or email.split("@")[0], password, trainer_code=trainer)
    if password_stdin:
        typer.echo(f"Made the login {email} ({role.value}).")
    else:
        typer.echo(f"Made the login {email} ({role.value}). It signs in with the password {password}")


@tokens.command("create")
def create_api_token(
    email: Email,
    name: Annotated[str, typer.Option("--name", help="What the token is for.")],
    days: Annotated[int | None, typer.Option(help="How many days it lives (1 to 365).", show_default="90")] = None,
) -> None:
    """Make an API token that acts with its owner's role. It is printed once, as the last word.

    Examples:

      titan token create admin@site.example --name "badge system"

      TOKEN=$(titan token create admin@site.example --name report --days 7 | awk 'END {print $NF}')
    """
    start()
    from titan.accounts.commands import create_token
    from titan.accounts.models import User
    from titan.accounts.rules import TOKEN_DAYS

    owner = User.objects.filter(email=email.strip().lower()).first()
    if owner is None:
        raise Stop(f"EMAIL: there is no login {email}. Make it with: titan user create {email} --role ROLE")
    issued = create_token(owner.pk, name, TOKEN_DAYS if days is None else days, by=system_actor(Via.CLI), at=now())
    typer.echo(f"Made the token “{issued.row.name}” of {owner.email}. It is shown only now: {issued.token}")


def make_login(email: str, role: Role, name: str, password: str, *, trainer_code: str = "") -> int:
    """Make a login, linked to the trainer of that code if one is given; return its id. All or nothing."""
    from titan.exchange.logins import create_login

    return create_login(email, role, name, password, trainer_code=trainer_code, by=system_actor(Via.CLI), at=now())


def _given_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise Stop("--password-stdin: the standard input holds no password. Write it there, as one line.")
    return password
