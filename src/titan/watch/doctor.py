"""What `titan doctor` looks at: everything around Titan that must be right for its promises to hold."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings as django_settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from titan.audit.models import AuditEvent
from titan.backup.tasks import last_backup
from titan.compliance.queries.lag import sweep_lag
from titan.core import guards, settings
from titan.core.errors import Refusal
from titan.core.jobs import job_states
from titan.evidence.storage import evidence_store
from titan.ledger.alarms import open_alarms
from titan.ledger.keys import is_readable_by_others
from titan.ledger.models import Head as LedgerHead
from titan.ledger.verifying.checkpoints import Signatures, beside_problems, told
from titan.ledger.verifying.key import key_problems

OLDEST_SQLITE = (3, 37)
OLDEST_POSTGRESQL = 15
BACKUP_AGE = timedelta(hours=26)
CLOCKS_DIFFER = timedelta(seconds=2)
LITTLE_SPACE = 1_000_000_000
LITTLE_SHARE = 0.05


class Level(StrEnum):
    """How bad a finding is: as it should be, worth a look, or wrong."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it (empty when all is well)."""

    level: Level
    what: str
    advice: str = ""


Check = Callable[[datetime], Iterator[Finding]]


def examine(*, at: datetime) -> Iterator[Finding]:
    """Yield what every check finds at the moment `at`; what a check needs and cannot reach is itself a finding."""
    for check in (_configuration, _database):
        yield from check(at)
    if connection.connection is not None:
        yield from _tables(at)
        if connection.introspection.table_names():
            for check in (_guards, _ledger, _clock, _zone, _nights):
                yield from _safely(check, at)
    for check in (_storage, _disk, _backups):
        yield from _safely(check, at)


def _safely(check: Check, at: datetime) -> Iterator[Finding]:
    try:
        yield from check(at)
    except (DatabaseError, OSError, Refusal) as error:
        yield Finding(
            Level.WRONG,
            f"{check.__name__.strip('_')} could not be looked at: {type(error).__name__}",
            "Mend what is named above first, then look again.",
        )


def _configuration(at: datetime) -> Iterator[Finding]:
    home = Path(django_settings.TITAN_HOME)
    yield Finding(Level.OK, f"home {home}")
    if home.stat().st_mode & stat.S_IRWXO:
        yield Finding(Level.LOOK, f"everybody on this machine may look into {home}", f"chmod o-rwx {home}")
    key = home / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding(Level.WRONG, f"others may read {key}", f"chmod 600 {key}, then everybody signs in again")
    others = [host for host in django_settings.ALLOWED_HOSTS if host not in {"localhost", "127.0.0.1", "[::1]"}]
    if others and not django_settings.SESSION_COOKIE_SECURE:
        yield Finding(
            Level.LOOK,
            f"{others[0]} is served without HTTPS",
            "Put a proxy with TLS in front and set TITAN_HTTPS=1 (docs/operations.md).",
        )


def _database(at: datetime) -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield Finding(
            Level.WRONG,
            f"the database does not answer ({type(error).__name__})",
            "Start it, or mend TITAN_DATABASE_URL.",
        )
        return
    name, new_enough, advice = _sqlite() if connection.vendor == "sqlite" else _postgresql()
    yield Finding(Level.OK, name) if new_enough else Finding(Level.WRONG, f"{name} is too old", advice)
    for weak in guards.weak_settings():
        yield Finding(Level.WRONG, weak, "Take this setting back: commits or guards would not hold.")


def _sqlite() -> tuple[str, bool, str]:
    version = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    return f"SQLite {sqlite3.sqlite_version}", version, "Install a newer Python or SQLite."


def _postgresql() -> tuple[str, bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
    return f"PostgreSQL {version}", version >= OLDEST_POSTGRESQL, f"Move to PostgreSQL {OLDEST_POSTGRESQL} or newer."


def _tables(at: datetime) -> Iterator[Finding]:
    if not connection.introspection.table_names():
        yield Finding(Level.LOOK, "the database is empty", "titan load DIR, titan restore FILE, or titan demo")
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield Finding(
            Level.LOOK,
            f"{len(waiting)} migrations wait",
            "titan serve applies them at its start; make a backup before (titan backup).",
        )
    else:
        yield Finding(Level.OK, "all migrations are applied")


def _guards(at: datetime) -> Iterator[Finding]:
    lost = guards.missing()
    if lost:
        named = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        yield Finding(
            Level.WRONG, f"guards are missing or altered: {named}", "titan verify, then titan guards --restore"
        )
    else:
        yield Finding(Level.OK, f"all {len(guards.registered())} guards are in place")


def _ledger(at: datetime) -> Iterator[Finding]:
    """Look at the key, at the checkpoint beside the evidence, and at open alarms."""
    if not LedgerHead.objects.exists():
        yield Finding(Level.LOOK, "the ledger has not begun", "titan serve lets it begin at its start.")
        return
    yield from _key()
    known, _wrong = told()
    problems = [*beside_problems(Signatures(known), LedgerHead.objects.get().origin)]
    for problem in problems:
        advice = "If a backup was restored: titan ledger accept-restore. Else titan verify, and find out who did it."
        yield Finding(Level.WRONG, f"the guard against a rolled back database: {problem.what}", advice)
    if not problems:
        yield Finding(Level.OK, "the checkpoint beside the evidence is the newest one")
    alarms = open_alarms()
    for alarm in alarms[:3]:
        yield Finding(
            Level.WRONG, f"alarm {alarm.code}: {alarm.detail}", "See docs/operations.md, “When an alarm is up”."
        )
    if len(alarms) > 3:
        yield Finding(Level.WRONG, f"{len(alarms) - 3} more alarms are open", "titan verify names what is wrong.")


def _key() -> Iterator[Finding]:
    if is_readable_by_others():
        path = django_settings.TITAN_LEDGER_KEY_FILE
        yield Finding(
            Level.WRONG, f"others may read the ledger's key {path}", f"chmod 400 {path}, then titan ledger rotate-key"
        )
    known, _wrong = told()
    found = list(key_problems(known.keys))
    for problem in found:
        yield Finding(
            Level.WRONG,
            problem.what,
            "Put the right key in its place; if it is lost: titan ledger rotate-key (docs/operations.md).",
        )
    if not found:
        where = "TITAN_LEDGER_KEY" if django_settings.TITAN_LEDGER_KEY else django_settings.TITAN_LEDGER_KEY_FILE
        yield Finding(Level.OK, f"the ledger's key {where} is the one that it announced")


def _clock(at: datetime) -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - at)
        if apart > CLOCKS_DIFFER + timedelta(seconds=5):
            yield Finding(
                Level.WRONG,
                f"this clock and the database's are {apart.total_seconds():.0f} s apart",
                "Let both machines set their clocks by NTP.",
            )
    latest = AuditEvent.objects.order_by("-pk").values_list("at", flat=True).first()
    if latest is not None and latest > at + CLOCKS_DIFFER:
        yield Finding(
            Level.WRONG,
            f"the audit log's last event is {latest - at} ahead of this clock",
            "Set the clock by NTP before anybody works: dates on proof depend on it.",
        )
    else:
        yield Finding(Level.OK, f"clock {at.isoformat(timespec='seconds')}")


def _zone(at: datetime) -> Iterator[Finding]:
    site = settings.current()
    if not site.is_set_up:
        yield Finding(Level.LOOK, "no site is set up yet", "titan load DIR, or set TITAN_TIMEZONE.")
        return
    try:
        ZoneInfo(site.timezone)
    except ZoneInfoNotFoundError:
        yield Finding(Level.WRONG, f"the zone {site.timezone} is not known here", "Install the package tzdata anew.")
        return
    yield Finding(Level.OK, f"site {site.name}, {site.timezone}, today {site.today(at).isoformat()}")


def _nights(at: datetime) -> Iterator[Finding]:
    lag = sweep_lag(at=at)
    if lag:
        yield Finding(
            Level.LOOK, f"verdicts are {lag} days behind", "titan sweep; and keep titan serve or titan worker running."
        )
    failing = [state for state in job_states() if state.error]
    for state in failing:
        yield Finding(
            Level.WRONG,
            f"the nightly job “{state.name}” failed ({state.error}, {state.tries} tries)",
            "Look for it in the log; it is tried again every five minutes.",
        )
    if not lag and not failing:
        yield Finding(Level.OK, "nights are swept, no nightly job failed")


def _storage(at: datetime) -> Iterator[Finding]:
    try:
        evidence_store().check(thoroughly=True)
    except Refusal as refusal:
        yield Finding(Level.WRONG, refusal.detail, "Evidence cannot be uploaded until it can be written.")
        return
    yield Finding(Level.OK, "evidence can be written and read back")


def _disk(at: datetime) -> Iterator[Finding]:
    backups: Path | None = django_settings.TITAN_BACKUP_DIR
    for folder in [Path(django_settings.TITAN_HOME), *([backups] if backups else [])]:
        usage = shutil.disk_usage(folder)
        free = f"{usage.free / 1e9:,.1f} GB free at {folder}"
        if usage.free < LITTLE_SPACE or usage.free < usage.total * LITTLE_SHARE:
            yield Finding(Level.WRONG, f"only {free}", "Make room, or move it to a larger disk.")
        else:
            yield Finding(Level.OK, free)


def _backups(at: datetime) -> Iterator[Finding]:
    folder = django_settings.TITAN_BACKUP_DIR
    if folder is None:
        yield Finding(Level.LOOK, "no backup is made every night", "Set TITAN_BACKUP_DIR to a folder on another disk.")
        return
    if os.stat(folder).st_dev == os.stat(django_settings.TITAN_HOME).st_dev:
        yield Finding(
            Level.LOOK, "backups lie on the disk of the site itself", "Take them to another disk, or copy them away."
        )
    made = last_backup(folder)
    if made is None or at - made > BACKUP_AGE:
        when = f"the last backup is of {made.isoformat(timespec='minutes')}" if made else "there is no backup yet"
        yield Finding(Level.WRONG, when, "Look why: titan worker --once, and its log.")
    else:
        yield Finding(Level.OK, f"last backup {made.isoformat(timespec='minutes')}")
