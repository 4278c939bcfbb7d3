"""Rows that make changed things what they were, as a site folder: what stands now with what was taken away put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from titan.exchange.imports.queries.things import Things, had_nothing_published
from titan.exchange.site_folder import layout
from titan.exchange.site_folder.cells import Cells
from titan.exchange.site_folder.differences import text
from titan.exchange.site_folder.layout import Layout
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.rows import Folder

Columns = dict[str, str]


def folder_before(things: Things, known: Known, today: date, problems: Problems) -> Folder:
    """Return the rows that put back what an import changed, and set the workers that it made to inactive.

    problems: takes what can no longer be as it was.
    """

    read = _Rows(today, problems)

    def rows(noun: str, of: Layout[Any], standing: dict[int, Columns]) -> list[Any]:
        return [
            read.row(of, number, {**standing[pk], **_texts(before)}, before)
            for number, (pk, before) in enumerate(sorted(things.old(noun).items()))
            if pk in standing and not (noun == "course" and had_nothing_published(before))
        ]

    workers = {worker.id: _worker(badge, worker) for badge, worker in known.workers.items()}
    return Folder(
        companies=rows(
            "company", layout.COMPANIES, {pk: {"code": c, "name": n} for c, (pk, n) in known.companies.items()}
        ),
        roles=rows("role", layout.ROLES, {r.id: {"code": c, **_titles(r.title)} for c, r in known.roles.items()}),
        areas=rows(
            "area",
            layout.AREAS,
            {a.id: {"code": c, "name": a.name, "parent_code": a.parent_code} for c, a in known.areas.items()},
        ),
        courses=rows("course", layout.COURSES, {c.id: _course(code, c) for code, c in known.courses.items()}),
        role_requirements=rows(
            "role_requirement", layout.ROLE_REQUIREMENTS, _asked("role_code", known.role_requirements)
        ),
        area_requirements=rows(
            "area_requirement", layout.AREA_REQUIREMENTS, _asked("area_code", known.area_requirements)
        ),
        trainers=rows("trainer", layout.TRAINERS, {t.id: _trainer(code, t) for code, t in known.trainers.items()}),
        venues=rows(
            "venue",
            layout.VENUES,
            {v.id: {"name": n, "capacity": str(v.capacity), "location": v.location} for n, v in known.venues.items()},
        ),
        workers=[
            *rows("worker", layout.WORKERS, workers),
            *_ended(things, workers, read),
        ],
    )


def _ended(things: Things, workers: dict[int, Columns], read: _Rows) -> Iterable[Any]:
    for number, pk in enumerate(sorted(things.new("worker")), start=10**9):
        if pk in workers:
            yield read.row(layout.WORKERS, number, {**workers[pk], "status": "INACTIVE"}, {})


@dataclass(frozen=True)
class _Rows:
    """Reads columns as rows; what is wrong goes to `problems`."""

    today: date
    problems: Problems

    def row(self, of: Layout[Any], number: int, columns: Columns, before: dict[str, Any]) -> Any:
        days = before.get("area_days")
        if not days:
            return of.read(Cells(of.file, number, columns, self.problems, self.today))
        columns = {**columns, "area_assigned_on": min(days.values())}
        row = of.read(Cells(of.file, number, columns, self.problems, self.today))
        return replace(row, area_days={code: date.fromisoformat(day) for code, day in days.items()})


def _texts(before: dict[str, Any]) -> Columns:
    return {name: value for name, value in before.items() if isinstance(value, str)}


def _titles(title: dict[str, str]) -> Columns:
    return {f"title_{language}": value for language, value in title.items()}


def _course(code: str, course: Any) -> Columns:
    content = course.published
    if content is None:
        return {"code": code}
    names = (
        "category",
        "duration_minutes",
        "validity_months",
        "delivery_method",
        "min_pass_score",
        "requires_verification",
        "prerequisite_codes",
    )
    return {"code": code, **_titles(dict(content.title)), **{name: text(getattr(content, name)) for name in names}}


def _trainer(code: str, trainer: Any) -> Columns:
    names = ("first_name", "last_name", "type", "email", "company_name")
    held = ";".join(sorted(trainer.qualifications))
    return {"code": code, **{name: getattr(trainer, name) for name in names}, "qualified_course_codes": held}


def _worker(badge: str, worker: Any) -> Columns:
    names = (
        "first_name",
        "last_name",
        "email",
        "phone",
        "company_code",
        "role_code",
        "role_assigned_on",
        "status",
        "start_date",
        "end_date",
        "supervisor_employee_id",
    )
    held = {name: text(getattr(worker, name)) for name in names}
    # Areas keep their own days: what this day is does not matter, as long as there is one.
    days = [area.assigned_on for area in worker.areas.values()]
    since = min(days).isoformat() if days else ""
    return {"employee_id": badge, **held, "area_codes": ";".join(sorted(worker.areas)), "area_assigned_on": since}


def _asked(source: str, known: dict[tuple[str, str], Any]) -> dict[int, Columns]:
    return {
        asked.id: {
            source: code,
            "course_code": course,
            "type": asked.type,
            "grace_period_days": text(asked.grace_period_days),
        }
        for (code, course), asked in known.items()
    }
