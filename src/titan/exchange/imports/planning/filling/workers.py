"""Workers: company, role and areas with the days from which they count (domain.md §4)."""

from __future__ import annotations

from types import SimpleNamespace

from titan.exchange.imports.planning.asked import key_of
from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.filling.filler import Columns, Filler
from titan.exchange.imports.planning.filling.people import name_the_person
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import reason
from titan.exchange.imports.rules.states import QuestionKind
from titan.exchange.site_folder.queries import KnownWorker

ROLE_DAY = key_of(QuestionKind.ROLE_DAY)
TODAY, START = "today", "start"


def fill_worker(context: Context, plan: RowPlan) -> Columns:
    """Fill a worker. Roles and areas that begin without a day count from the one that was answered once for all."""
    known = context.known.workers.get(plan.key)
    filler = Filler(context, plan, _standing(known), {"employee_id": plan.key})
    name_the_person(filler)
    filler.fill("company_code", required=True)
    filler.fill("status", "ACTIVE")
    for name in ("email", "phone", "start_date", "end_date", "supervisor_employee_id"):
        filler.fill(name)
    filler.keep_case("email", known.email if known else "", str.casefold)
    _fill_role(filler, known)
    _fill_areas(filler, known)
    return filler.columns


def _standing(known: KnownWorker | None) -> SimpleNamespace | None:
    if known is None:
        return None
    return SimpleNamespace(
        first_name=known.first_name,
        last_name=known.last_name,
        company_code=known.company_code,
        status=known.status,
        email=known.email,
        phone=known.phone,
        start_date=known.start_date,
        end_date=known.end_date,
        supervisor_employee_id=known.supervisor_employee_id,
        role_code=known.role_code,
        area_codes=tuple(sorted(known.areas)),
    )


def _fill_role(filler: Filler, known: KnownWorker | None) -> None:
    role, day = filler.fill("role_code"), filler.given("role_assigned_on")
    if not role or day:
        # A day without a role is refused by the worker's own rules.
        filler.columns["role_assigned_on"] = day
    elif known is not None and known.role_code == role:
        filler.columns["role_assigned_on"] = known.role_assigned_on.isoformat() if known.role_assigned_on else ""
    else:
        filler.columns["role_assigned_on"] = _counted_from(filler)


def _fill_areas(filler: Filler, known: KnownWorker | None) -> None:
    codes = filler.fill("area_codes").split(";")
    begun = [code for code in codes if code and (known is None or code not in known.areas)]
    day = filler.given("area_assigned_on")
    if begun and not day and not (filler.given("role_assigned_on") and filler.columns["role_code"]):
        day = _counted_from(filler)
    filler.columns["area_assigned_on"] = day


def _counted_from(filler: Filler) -> str:
    context, plan = filler.context, filler.plan
    open_day = context.asked.about(ROLE_DAY, QuestionKind.ROLE_DAY, "")
    place = plan.use.place(plan.row)
    if place not in open_day.examples[-1:]:
        open_day.met(place)
    answer = context.answer(ROLE_DAY, context.given.role_day)
    if answer == START:
        start = filler.columns.get("start_date", "")
        if not start:
            plan.refuse(reason("ROLE_DAY"), "start_date")
        return start
    # Until somebody answers, the row is judged as of today; nothing is written meanwhile.
    return context.today.isoformat() if answer in {"", TODAY} else answer
