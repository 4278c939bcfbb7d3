"""Whole rows through the checks of a site folder, and what each would do: create, change, nothing, or be refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from titan.exchange.imports.planning import filling
from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.filling.filler import Columns
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import Reason
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.exchange.site_folder import differences, layout
from titan.exchange.site_folder.cells import Cells
from titan.exchange.site_folder.changes import is_new_record, record_key
from titan.exchange.site_folder.checks import expiry_contradiction
from titan.exchange.site_folder.differences import Differences
from titan.exchange.site_folder.layout import Layout
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.rows import RecordRow


@dataclass(frozen=True)
class Spec:
    """How rows of one kind are judged. key: the fields that make two rows the same.

    differs: what a row changes, None when it makes something new. noun: how the audit log and undoing call it.
    """

    layout: Layout[Any]
    fill: Callable[[Context, RowPlan], Columns]
    differs: Callable[[Any, Known], Differences | None]
    noun: str


def _worker(row: Any, known: Known) -> Differences | None:
    standing = known.workers.get(row.employee_id)
    if standing is None:
        return None
    return differences.worker_change(row, standing).differences


def _record(row: Any, known: Known) -> Differences | None:
    return None if is_new_record(row, known.records.get(record_key(row), [])) else {}


SPECS = {
    Kind.COMPANIES: Spec(layout.COMPANIES, filling.fill_company, differences.company, "company"),
    Kind.ROLES: Spec(layout.ROLES, filling.fill_role, differences.role, "role"),
    Kind.COURSES: Spec(layout.COURSES, filling.fill_course, differences.course, "course"),
    Kind.AREAS: Spec(layout.AREAS, filling.fill_area, differences.area, "area"),
    Kind.ROLE_REQUIREMENTS: Spec(
        layout.ROLE_REQUIREMENTS, filling.fill_requirement, differences.role_requirement, "role_requirement"
    ),
    Kind.AREA_REQUIREMENTS: Spec(
        layout.AREA_REQUIREMENTS, filling.fill_requirement, differences.area_requirement, "area_requirement"
    ),
    Kind.TRAINERS: Spec(layout.TRAINERS, filling.fill_trainer, differences.trainer, "trainer"),
    Kind.VENUES: Spec(layout.VENUES, filling.fill_venue, differences.venue, "venue"),
    Kind.WORKERS: Spec(layout.WORKERS, filling.fill_worker, _worker, "worker"),
    Kind.RECORDS: Spec(layout.TRAINING, filling.fill_record, _record, "training_record"),
}
SPECS[Kind.MATRIX] = SPECS[Kind.RECORDS]


def judge(context: Context, plan: RowPlan) -> None:
    """Fill and check one row, and decide what it would do; what is wrong is kept in its plan."""
    spec = SPECS[plan.kind]
    columns = spec.fill(context, plan)
    plan.key = plan.key or columns.get("code", "") or columns.get("name", "")
    if plan.problems:
        return
    problems = Problems()
    row = spec.layout.read(Cells(spec.layout.file, plan.number, columns, problems, context.today))
    if problems.found:
        for _file, _row, error in problems.found:
            column = error.field.rpartition("column ")[2]
            plan.refuse(Reason(error.code, error.message), column)
        return
    contradiction = expiry_contradiction(row, context.known) if isinstance(row, RecordRow) else None
    if contradiction:
        plan.refuse(Reason("EXPIRY_CHANGED", contradiction), "expires_on")
        return
    decide(context, plan, row)


def decide(context: Context, plan: RowPlan, row: Any) -> None:
    """Decide what a row that is right in itself would do."""
    found = SPECS[plan.kind].differs(row, context.known)
    plan.typed, plan.differences = row, found
    if found is None:
        plan.outcome = Outcome.CREATED
    elif found:
        plan.outcome = Outcome.CHANGED
    else:
        plan.outcome, plan.typed = Outcome.UNCHANGED, None
