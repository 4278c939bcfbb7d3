"""Getting ready: Django, the newest tables, the guards, the site's zone. Safe for several processes at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from titan.cli.failures import Stop
from titan.config.environment import ConfigurationError

MIGRATION_LOCK = 5_417_203


def start() -> None:
    """Start Django on a database with all tables, and take over TITAN_TIMEZONE for a site that has no zone yet.

    Raises ConfigurationError, or DatabaseError when the database cannot be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "titan.config.settings")
    import django

    django.setup()
    migrate()
    settle_zone()
    begin_ledger()


def begin_ledger() -> None:
    """Let the ledger begin unless it has, and sign what a crash left unsigned; raise Stop without a usable key.

    A key that was lost or not brought along is an alarm: people see what is proved, and nothing is finalized.
    """
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.ledger.commands.begin import begin
    from titan.ledger.commands.sign import note_key_back, sign_quietly
    from titan.ledger.keys import KeyMissingError, KeyUnusableError, signing_key

    try:
        begin(by=system_actor(Via.CLI), at=now())
        with suppress(KeyMissingError):
            signing_key()
    except KeyUnusableError as error:
        raise Stop(str(error)) from error
    note_key_back()
    sign_quietly()


def migrate() -> None:
    """Bring the tables up to this release, with their guards; quick when they are. One process at a time."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with _one_at_a_time():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    else:
        # Beside the file itself: several homes may share one database.
        with Path(f"{connection.settings_dict['NAME']}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def settle_zone() -> None:
    """Give a site without a zone that of TITAN_TIMEZONE; raise ConfigurationError when the site has another."""
    from django.conf import settings as django_settings

    from titan.core import settings
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now

    configured = django_settings.TITAN_TIMEZONE
    if configured is None:
        return
    site = settings.current()
    if not site.is_set_up:
        settings.set_up_site(site.name, configured.key, by=system_actor(Via.CLI), at=now())
    elif site.timezone != configured.key:
        raise ConfigurationError(
            f"TITAN_TIMEZONE is {configured.key}, but the site's time zone is {site.timezone}, and dates depend on it. "
            f"Set TITAN_TIMEZONE={site.timezone}, or leave it out."
        )


def need_storage() -> None:
    """Raise Stop unless evidence can be stored, and the store keeps all its promises."""
    from titan.evidence.errors import EvidenceUnavailable
    from titan.evidence.storage import evidence_store

    try:
        evidence_store().check(thoroughly=True)
    except EvidenceUnavailable as error:
        raise Stop(f"The evidence store cannot be used: {error.why}.") from error


def need_guards() -> None:
    """Raise Stop unless the database holds every guard, and its settings let them hold."""
    from titan.core import guards

    wrong = [f"guard {name} is missing or altered" for name in guards.missing()] + guards.weak_settings()
    if wrong:
        raise Stop(
            "The database is not guarded as it must be:\n  "
            + "\n  ".join(wrong)
            + "\nSee what else changed with: titan verify\nPut the guards back with: titan guards --restore"
        )
