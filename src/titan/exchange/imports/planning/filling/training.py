"""Past training, from a register or a matrix (domain.md §7, §10)."""

from __future__ import annotations

from datetime import date

from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.filling.filler import Columns, Filler
from titan.exchange.imports.planning.filling.people import may_be_the_same
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import reason
from titan.records.models import Result
from titan.records.rules import expires_on


def fill_record(context: Context, plan: RowPlan) -> Columns:
    """Fill a record of past training. Without an expiry in its row it is valid as long as its course is."""
    filler = Filler(context, plan, None, {"employee_id": plan.key})
    check_name(context, plan)
    for name in ("course_code", "completed_on"):
        filler.fill(name, required=True)
    filler.fill("result", Result.PASSED.value)
    filler.fill("provider_code")
    filler.columns["expires_on"] = _expiry(filler)
    return filler.columns


def check_name(context: Context, plan: RowPlan) -> None:
    """Refuse a row whose name is not that of its badge: one of the two is wrong, and nobody knows which."""
    said = plan.values.get("full_name") or " ".join(
        plan.values[name] for name in ("first_name", "last_name") if plan.values.get(name)
    )
    stands = _name_of(context, plan.key)
    if said and stands and not may_be_the_same(said, stands):
        name = "full_name" if plan.values.get("full_name") else "first_name"
        plan.refuse(reason("NAME_DIFFERS", badge=plan.key, stands=stands, text=said), name)


def validity_of(context: Context, course_code: str) -> int | None:
    """Return for how many months a course is valid, as published or as this file brings it."""
    if course_code in context.new_courses:
        return context.new_courses[course_code].validity_months
    course = context.known.courses.get(course_code)
    return course.published.validity_months if course and course.published else None


def _name_of(context: Context, badge: str) -> str:
    known = context.known.workers.get(badge)
    if known is not None:
        return f"{known.first_name} {known.last_name}".strip()
    new = context.new_badges.get(badge)
    return " ".join(getattr(new.typed, name) for name in ("first_name", "last_name")) if new and new.typed else ""


def _expiry(filler: Filler) -> str:
    given, columns = filler.given("expires_on"), filler.columns
    if given == "never" or columns["result"] == Result.FAILED:
        return "" if given == "never" else given
    if given or not columns["completed_on"]:
        return given
    completed = date.fromisoformat(columns["completed_on"])
    key = (columns["employee_id"], columns["course_code"], completed, columns["result"])
    standing = [record for record in filler.context.known.records.get(key, ()) if not record.is_revoked]
    if standing:
        # An empty cell says nothing against what is proved already.
        return standing[0].expires_on.isoformat() if standing[0].expires_on else ""
    validity = validity_of(filler.context, columns["course_code"])
    day = expires_on(completed, validity) if validity is not None else None
    filler.context.counted_expiries += day is not None
    return day.isoformat() if day else ""
