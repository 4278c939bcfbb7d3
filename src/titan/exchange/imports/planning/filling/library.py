"""Companies, roles, areas, courses, requirements and venues (domain.md §3–5)."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace

from titan.catalogue.models import DeliveryMethod
from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.filling.filler import Columns, Filler, titled
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.folding import case_key, fold
from titan.exchange.imports.rules.names import code_from
from titan.exchange.imports.rules.states import Kind

_NAMED = ("name", "title", "title_en")


def fill_company(context: Context, plan: RowPlan) -> Columns:
    """Fill a company; without a code it is the one of this name, else a new one with a code made of its name."""
    code = code_of(context, plan, Noun.COMPANY)
    known = context.known.companies.get(code)
    filler = Filler(context, plan, SimpleNamespace(name=known[1]) if known else None, {"code": code})
    filler.fill("name", required=True)
    if known:
        filler.keep_case("name", known[1], case_key)
    context.names[Noun.COMPANY].add(code, [filler.columns["name"]])
    return filler.columns


def fill_role(context: Context, plan: RowPlan) -> Columns:
    """Fill a role; without a code it is the one of this title, else a new one."""
    code = code_of(context, plan, Noun.ROLE)
    known = context.known.roles.get(code)
    filler = Filler(context, plan, known, {"code": code})
    titled(filler, known.title if known else {})
    context.names[Noun.ROLE].add(code, _titles(filler))
    return filler.columns


def fill_area(context: Context, plan: RowPlan) -> Columns:
    """Fill an area; without a code it is the one of this name, else a new one."""
    code = code_of(context, plan, Noun.AREA)
    known = context.known.areas.get(code)
    filler = Filler(context, plan, known, {"code": code})
    filler.fill("name", required=True)
    filler.fill("parent_code")
    if known:
        filler.keep_case("name", known.name, case_key)
    context.names[Noun.AREA].add(code, [filler.columns["name"]])
    return filler.columns


def fill_course(context: Context, plan: RowPlan) -> Columns:
    """Fill a course from its published version; a new one needs its length and how long it is valid."""
    code = code_of(context, plan, Noun.COURSE)
    known = context.known.courses.get(code)
    published = known.published if known else None
    filler = Filler(context, plan, published, {"code": code})
    titled(filler, published.title if published else {})
    filler.fill("duration_minutes", required=True)
    filler.fill("validity_months", required=True)
    filler.fill("category")
    filler.fill("delivery_method", DeliveryMethod.INSTRUCTOR_LED.value)
    filler.fill("requires_verification", "no")
    filler.fill("prerequisite_codes")
    filler.fill("min_pass_score")
    context.names[Noun.COURSE].add(code, _titles(filler))
    return filler.columns


def fill_requirement(context: Context, plan: RowPlan) -> Columns:
    """Fill a requirement of a role or an area."""
    of_role = plan.kind is Kind.ROLE_REQUIREMENTS
    source, known = (
        ("role_code", context.known.role_requirements) if of_role else ("area_code", context.known.area_requirements)
    )
    standing = known.get((plan.values.get(source, ""), plan.values.get("course_code", "")))
    filler = Filler(context, plan, standing)
    for name in (source, "course_code"):
        filler.columns[name] = filler.given(name)
        if not filler.columns[name]:
            filler.need(name)
    kind = filler.fill("type", required=True)
    filler.fill("grace_period_days")
    if kind == "PRE_MOB" and filler.columns["grace_period_days"] in {"", "0"}:
        filler.columns["grace_period_days"] = ""
    return filler.columns


def fill_venue(context: Context, plan: RowPlan) -> Columns:
    """Fill a venue, which is known by its name."""
    name = plan.values.get("name", "")
    alike = [known for known in context.known.venues if case_key(known) == case_key(name)]
    name = alike[0] if name not in context.known.venues and len(alike) == 1 else name
    filler = Filler(context, plan, context.known.venues.get(name), {"name": name})
    if not name:
        filler.need("name")
    filler.fill("capacity", required=True)
    filler.fill("location")
    return filler.columns


def code_of(context: Context, plan: RowPlan, noun: Noun) -> str:
    """Return the code of a row: as given, as it stands in other case, by its name, or made of its name."""
    given = plan.values.get("code", "")
    names = context.names[noun]
    if given:
        return given if given in names.labels else _in_other_case(given, names.labels) or given
    name = next((plan.values[field] for field in _NAMED if plan.values.get(field)), "")
    if not name:
        return ""
    return names.find(name).code or code_from(name, names.labels)


def _in_other_case(code: str, known: Iterable[str]) -> str:
    alike = [other for other in known if fold(other) == fold(code)]
    return alike[0] if len(alike) == 1 else ""


def _titles(filler: Filler) -> list[str]:
    return [value for name, value in filler.columns.items() if name.startswith("title_")]
