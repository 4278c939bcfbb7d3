"""What an applied import made and changed, kept so that it can be undone as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from titan.core.actor import Actor
from titan.core.bulk import insert_rows, text_set
from titan.exchange.imports.models import Import, ImportedThing, TypedValue
from titan.exchange.imports.planning.check import PEOPLE, Checked
from titan.exchange.imports.planning.judging import SPECS
from titan.exchange.imports.planning.people import told_apart
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.exchange.site_folder.changes import record_key
from titan.exchange.site_folder.commands.writing import Ids, Load
from titan.exchange.site_folder.differences import text
from titan.personnel.commands.distinct import tell_apart
from titan.personnel.models import Worker

NAMED = "named_worker"
"""How the workers are called whom an applied file names, but for those that it made or changed."""


def record_what_was_done(row: Import, checked: Checked, load: Load) -> None:
    """Keep each thing that was made or changed, with what it was, and what people typed; two statements."""
    things = [*_things(checked, load), *_made_up(checked, load)]
    things += _named(checked, load, {thing["entity_id"] for thing in things if thing["entity"] == "worker"})
    insert_rows(ImportedThing, [{"of_id": row.pk, **thing} for thing in things], returning=())
    insert_rows(TypedValue, [{"of_id": row.pk, **typed} for typed in _typed(checked, load)], returning=())


def remember_who_is_new(checked: Checked, load: Load, *, by: Actor, at: datetime) -> None:
    """Keep of whom somebody said that they are new, and not who they look like: they are not proposed again."""
    told = told_apart(checked.context)
    asked = {badge for alike in told.values() for badge in alike}
    if not asked:
        return
    numbers = dict(Worker.objects.filter(employee_id__in=text_set(asked)).values_list("employee_id", "pk"))
    pairs = {
        (load.ids.workers[new], numbers[badge])
        for new, alike in told.items()
        for badge in alike
        if new in load.ids.workers and badge in numbers
    }
    tell_apart(pairs, by=by, at=at)


def _things(checked: Checked, load: Load) -> Iterator[dict[str, Any]]:
    for plan in checked.context.plans:
        if plan.typed is not None and plan.writes:
            yield {
                "entity": SPECS[plan.kind].noun,
                "entity_id": id_of(plan, load.ids),
                "before": _before(plan, load) if plan.outcome is Outcome.CHANGED else None,
            }


def _named(checked: Checked, load: Load, done: set[int]) -> Iterator[dict[str, Any]]:
    """Yield the other workers that the file names: it shows them too, should they be erased one day."""
    keys = {plan.key for plan in checked.context.plans if plan.kind in PEOPLE}
    for pk in sorted({load.ids.workers[key] for key in keys if key in load.ids.workers} - done):
        yield {"entity": NAMED, "entity_id": pk, "before": None}


def _made_up(checked: Checked, load: Load) -> Iterator[dict[str, Any]]:
    folder, numbers = checked.folder, len(checked.context.plans)
    for noun, rows, ids in (
        ("company", folder.companies, load.ids.companies),
        ("role", folder.roles, load.ids.roles),
        ("area", folder.areas, load.ids.areas),
    ):
        for one in rows:
            if one.row >= numbers:
                yield {"entity": noun, "entity_id": ids[one.code], "before": None}


def id_of(plan: RowPlan, ids: Ids) -> int:
    """Return the id of what a row made or changed."""
    row = plan.typed
    if plan.kind in {Kind.RECORDS, Kind.MATRIX}:
        return ids.records[record_key(row)]
    if plan.kind is Kind.ROLE_REQUIREMENTS:
        return ids.role_requirements[ids.roles[row.source_code], ids.courses[row.course_code]]
    if plan.kind is Kind.AREA_REQUIREMENTS:
        return ids.area_requirements[ids.areas[row.source_code], ids.courses[row.course_code]]
    named = {
        Kind.COMPANIES: ids.companies,
        Kind.ROLES: ids.roles,
        Kind.COURSES: ids.courses,
        Kind.AREAS: ids.areas,
        Kind.TRAINERS: ids.trainers,
        Kind.VENUES: ids.venues,
        Kind.WORKERS: ids.workers,
    }
    return named[plan.kind][row.key[0]]


def _before(plan: RowPlan, load: Load) -> dict[str, Any]:
    """Return what a change took away, as a file would write it; of areas the days too."""
    before: dict[str, Any] = {name: text(old) for name, (old, _new) in (plan.differences or {}).items()}
    if plan.kind is Kind.WORKERS and "area_codes" in before:
        held = load.known.workers[plan.key].areas
        before["area_codes"] = ";".join(sorted(held))
        before["area_days"] = {code: area.assigned_on.isoformat() for code, area in held.items()}
    return before


def _typed(checked: Checked, load: Load) -> Iterator[dict[str, Any]]:
    context = checked.context
    plans = {(plan.use.index, plan.row): plan for plan in context.plans if plan.writes}
    for place, values in context.decided.fixes.items():
        plan = plans.get(place)
        if plan is not None:
            for name, value in values.items():
                yield {
                    "place": plan.use.place(plan.row, plan.use.column_of(name)),
                    "field": name,
                    "value": value,
                    "worker_id": load.ids.workers.get(plan.key),
                }
