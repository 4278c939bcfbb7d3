"""`titan demo`: a site to try Titan on, with a login for each role."""

from __future__ import annotations

import typer

from titan.cli.failures import Stop
from titan.cli.loading import run_load
from titan.cli.people import make_login
from titan.cli.serving import Host, Port, leave_on_signals, need_free_port, run_server
from titan.cli.start import start
from titan.core.actor import Role

PASSWORD = "from-draft-to-proof"  # noqa: S105 (known to everybody, as the help says)
LOGINS = {
    Role.SUPER_ADMIN: ("super@demo.example", "Samira Süleymanlı"),
    Role.HSE_ADMIN: ("admin@demo.example", "Aylin Demir"),
    Role.TRAINER: ("trainer@demo.example", "Omaca Aksu"),
    Role.ASSESSOR: ("assessor@demo.example", "Kamran Əliyev"),
    Role.AUDITOR: ("auditor@demo.example", "Ruth Weaver"),
}
TRAINER = "TR-06"


def demo(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the demo site: 2,000 people, 50 courses, 16,403 records, dated so that today is its day.

    The first start makes the home TITAN_HOME (default ./var) and loads it; later starts keep what you did. The logins
    have a known password: never let others reach a demo.

    Examples:

      titan demo

      titan demo --port 8080
    """
    leave_on_signals()
    start()
    need_free_port(host, port)
    make_demo()
    run_server(host, port, greeting=f"\nDemo logins, all with the password {PASSWORD}\n{_logins()}\n\n")


def make_demo() -> None:
    """Load the demo site and make its logins, unless they stand already; raise Stop in the home of another site."""
    from titan.core import settings
    from titan.demo import SITE

    if _is_empty():
        typer.echo("Making the demo site; this takes some seconds.")
        run_load(SITE, shift_dates=True)
    elif not _is_demo():
        raise Stop(
            f"This home holds the site “{settings.current().name}”, not the demo. Serve it with: titan serve\n"
            "Or give the demo a home of its own: TITAN_HOME=./demo titan demo"
        )
    _make_logins()
    _make_sessions()


def _is_empty() -> bool:
    from titan.catalogue.models import Course
    from titan.personnel.models import Worker

    return not Course.objects.exists() and not Worker.objects.exists()


def _is_demo() -> bool:
    from titan.accounts.models import User
    from titan.core import settings
    from titan.demo import SITE
    from titan.exchange.site_folder.reading import site_of

    described = site_of(SITE)
    # Whoever tries Titan may rename the site; the logins say what it is as well.
    named = described is not None and described.name == settings.current().name
    return named or User.objects.filter(email=LOGINS[Role.SUPER_ADMIN][0]).exists()


def _make_logins() -> None:
    from titan.accounts.models import User

    standing = set(User.objects.values_list("email", flat=True))
    for role, (email, name) in LOGINS.items():
        if email not in standing:
            make_login(email, role, name, PASSWORD, trainer_code=TRAINER if role is Role.TRAINER else "")


def _make_sessions() -> None:
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.demo.sessions import make_sessions
    from titan.training.models import TrainingSession

    if not TrainingSession.objects.exists():
        make_sessions(by=system_actor(Via.CLI), at=now())


def _logins() -> str:
    return "\n".join(f"  {role.value:12} {email:24} {name}" for role, (email, name) in LOGINS.items())
