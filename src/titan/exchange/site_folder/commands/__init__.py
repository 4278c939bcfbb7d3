"""Loading a site folder: one unit of work, all or nothing, a fixed number of statements."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings
from django.db import connection

from titan.catalogue.models import Course
from titan.core import settings
from titan.core.actor import Actor
from titan.core.actor import Role as LoginRole
from titan.core.command import EVERYONE, command, nothing_changed, say, touch
from titan.core.lock import Subject, lock_alone
from titan.core.models import SiteSettings
from titan.core.permit import need_role
from titan.evidence.commands import StagedEvidence, Upload, stage
from titan.evidence.rules import Kind
from titan.exchange.site_folder.checks import check_folder, check_shift, check_zone
from titan.exchange.site_folder.commands.courses import write_courses
from titan.exchange.site_folder.commands.register import new_records, write_register
from titan.exchange.site_folder.commands.requirements import write_area_requirements, write_role_requirements
from titan.exchange.site_folder.commands.trainers import write_trainers
from titan.exchange.site_folder.commands.workers import write_workers
from titan.exchange.site_folder.commands.workplaces import (
    write_areas,
    write_companies,
    write_roles,
    write_venues,
)
from titan.exchange.site_folder.commands.writing import FileReport, Load, ids_of
from titan.exchange.site_folder.layout import RECORDS
from titan.exchange.site_folder.merged import as_merged, left_alone
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.queries import SITE_LOADED, Known, badges_merged, earlier_shifts, known
from titan.exchange.site_folder.reading import SITE, read_folder, site_of
from titan.exchange.site_folder.rows import Folder, SiteValues
from titan.personnel.models import Area, Company, Role, Worker
from titan.resources.models import Trainer, Venue

__all__ = ["STEPS", "FileReport", "LoadReport", "load_site", "lock_others_out", "write_rows"]

_WRITERS: dict[str, Callable[[Load], FileReport]] = {
    "companies": write_companies,
    "roles": write_roles,
    "courses": write_courses,
    "areas": write_areas,
    "requirements of roles": write_role_requirements,
    "requirements of areas": write_area_requirements,
    "trainers": write_trainers,
    "venues": write_venues,
    "personnel": write_workers,
    "records": write_register,
}
STEPS = ("reading", "checking", *(f"writing {name}" for name in _WRITERS), "judging everyone")


@dataclass(frozen=True)
class LoadReport:
    """What a load did, file by file. ignored: CSV files of the folder that Titan does not know.

    merged: badges whose row was left alone because it was merged on the site, each with the one it is now.
    """

    files: tuple[FileReport, ...]
    shifted_by_days: int
    ignored: tuple[str, ...]
    merged: tuple[tuple[str, str], ...] = ()

    @property
    def changes_something(self) -> bool:
        return any(file.changes_something for file in self.files)


def _quietly(step: str) -> None:
    """Tell nobody."""


def load_site(
    folder: Path,
    *,
    by: Actor,
    at: datetime,
    shift_dates: bool = False,
    on_step: Callable[[str], None] = _quietly,
) -> LoadReport:
    """Load the site that `folder` describes: rows make or change what they name, what is absent stays.

    shift_dates: move all dates by the same days, so that site.json's `as_of` becomes site today.
    on_step: is told each of STEPS when it begins.
    Loading the same folder again changes nothing. Super admins only. Raises Invalid with every problem of every
    file; nothing is written then. Not within a command: the register's bytes are stored before the database
    speaks of them (ledger.md §3).
    """
    need_role(by, LoginRole.SUPER_ADMIN)
    on_step(STEPS[0])
    read, today = _read(folder, at=at, shift_dates=shift_dates)
    on_step(STEPS[1])
    meant, stands, _merged = _checked(read, today)
    staged = None
    if new_records(meant, stands):
        upload = Upload(RECORDS, io.BytesIO(read.register))
        staged = stage([upload], kind=Kind.REGISTER)
    return write_site(read, staged, today=today, by=by, at=at, on_step=on_step)


@command
def write_site(
    folder: Folder,
    register: StagedEvidence | None,
    *,
    today: date,
    by: Actor,
    at: datetime,
    on_step: Callable[[str], None] = _quietly,
) -> LoadReport:
    """Write a folder that was read, with its staged `register` when that has new records.

    Everything is checked again, since others may have written meanwhile. Raises Invalid as load_site does.
    """
    need_role(by, LoginRole.SUPER_ADMIN)
    lock_others_out()
    meant, stands, merged = _checked(folder, today)
    load = Load(meant, stands, register, by, at, ids_of(stands))
    reports = [_write_site(folder.site, by=by, at=at)] if folder.site else []
    reports += [report for report in write_rows(load, on_step=on_step) if report.file in folder.present]
    done = LoadReport(tuple(reports), folder.shifted_by_days, folder.ignored, merged)
    on_step(STEPS[-1])
    _conclude(done)
    return done


def write_rows(load: Load, *, on_step: Callable[[str], None] = _quietly) -> list[FileReport]:
    """Write the rows of a folder that was checked against what stands, in the order in which they build on each other.

    Part of a unit of work whose caller holds `lock_others_out`, and touches whose verdicts may change.
    """
    reports = []
    for step, write in zip(STEPS[2:-1], _WRITERS.values(), strict=True):
        on_step(step)
        reports.append(write(load))
    return reports


def _read(folder: Path, *, at: datetime, shift_dates: bool) -> tuple[Folder, date]:
    """Return what stands in `folder`, and the site's day by which it was read."""
    site = settings.current()
    given = None if site.is_set_up else site_of(folder)
    today = at.astimezone(ZoneInfo(given.timezone) if given else site.zone).date()
    return read_folder(folder, today=today, shift_dates=shift_dates), today


def _checked(folder: Folder, today: date) -> tuple[Folder, Known, tuple[tuple[str, str], ...]]:
    """Return the folder with badges as they are now, what the database holds, and the badges that were merged.

    Raises Invalid with everything that is wrong with `folder`.
    """
    problems = Problems(list(folder.problems))
    configured = getattr(django_settings, "TITAN_TIMEZONE", None)
    check_zone(folder, settings.current(), configured.key if configured else None, problems)
    check_shift(folder, earlier_shifts(), problems)
    now = badges_merged()
    meant = as_merged(folder, now)
    stands = known({row.employee_id for row in meant.records})
    check_folder(meant, stands, today=today, problems=problems)
    problems.refuse_if_any()
    return meant, stands, left_alone(folder, now)


def lock_others_out() -> None:
    """Let nobody change what is compared and then written; SQLite's writers stand in line anyway."""
    for subject in (Subject.PREREQUISITES, Subject.SUPERVISORS, Subject.AREAS):
        lock_alone(subject)
    if connection.vendor == "postgresql":
        tables = ", ".join(model._meta.db_table for model in (Company, Role, Area, Worker, Course, Trainer, Venue))
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")


def _write_site(site: SiteValues, *, by: Actor, at: datetime) -> FileReport:
    before = settings.current()
    after = settings.set_up_site(site.name, site.timezone, by=by, at=at)
    if not before.is_set_up:
        return FileReport(SITE, created=1)
    return FileReport(SITE, changed=1) if after != before else FileReport(SITE, unchanged=1)


def _conclude(done: LoadReport) -> None:
    if not done.changes_something:
        nothing_changed()
        return
    touch(EVERYONE)
    current = SiteSettings.objects.filter(until=None).values_list("pk", flat=True).first()
    say(
        SITE_LOADED,
        "site_settings",
        current or 0,
        after={
            "shifted_by_days": done.shifted_by_days,
            "files": {file.file: [file.created, file.changed, file.unchanged] for file in done.files},
        },
    )
