"""Trainers (domain.md §5)."""

from __future__ import annotations

from types import SimpleNamespace

from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.filling.filler import Columns, Filler
from titan.exchange.imports.planning.filling.people import name_the_person
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.site_folder.differences import TRAINER_VALUES


def fill_trainer(context: Context, plan: RowPlan) -> Columns:
    """Fill a trainer. A new one without a type is external when a company is given, else internal."""
    code = plan.values.get("code", "")
    known = context.known.trainers.get(code)
    standing = None
    if known is not None:
        values = {name: getattr(known, name) for name in TRAINER_VALUES}
        standing = SimpleNamespace(**values, qualified_course_codes=tuple(sorted(known.qualifications)))
    filler = Filler(context, plan, standing, {"code": code})
    if not code:
        filler.need("code")
    name_the_person(filler)
    company = filler.fill("company_name")
    filler.fill("type", "EXTERNAL" if company else "INTERNAL")
    filler.fill("email")
    filler.keep_case("email", known.email if known else "", str.casefold)
    filler.fill("qualified_course_codes")
    return filler.columns
