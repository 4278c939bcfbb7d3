"""The rows that would be written, as a site folder; held against each other and the site until nothing dangles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.judging import SPECS
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.states import Kind
from titan.exchange.site_folder.checks import check_folder
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.rows import AreaRow, CompanyRow, Folder, RoleRow

MADE_UP = 10**9
"""From which number on rows stand nowhere in the file: what answers create."""
_ROUNDS = 50
_NOUNS = {
    "company_code": Noun.COMPANY,
    "role_code": Noun.ROLE,
    "area_codes": Noun.AREA,
    "parent_code": Noun.AREA,
    "area_code": Noun.AREA,
    "course_code": Noun.COURSE,
    "prerequisite_codes": Noun.COURSE,
    "qualified_course_codes": Noun.COURSE,
}


def settle_references(context: Context) -> Folder:
    """Refuse rows whose references lead nowhere or round in circles, and return those that would be written.

    What a refused row would have made is missing for others, so that this goes on until nothing dangles.
    """
    for _round in range(_ROUNDS):
        folder = folder_of(context)
        problems = Problems()
        check_folder(folder, context.known, today=context.today, problems=problems)
        blamed = [(number, error) for _file, number, error in problems.found if number < MADE_UP]
        if not blamed:
            return folder
        for number, error in blamed:
            column = error.field.rpartition("column ")[2]
            plan = context.plans[number]
            plan.refuse(_reason(plan, column, error.code, error.message), column)
    # Deeper than any chain of references is: what is left depends on something refused.
    return folder_of(context)


def folder_of(context: Context) -> Folder:
    """Return what would be written as things stand."""
    rows: dict[Kind, list[Any]] = {kind: [] for kind in Kind}
    for plan in context.plans:
        if plan.typed is not None and plan.writes:
            rows[Kind.RECORDS if plan.kind is Kind.MATRIX else plan.kind].append(plan.typed)
    made = made_up(context, rows)
    return Folder(
        companies=[*rows[Kind.COMPANIES], *made[Noun.COMPANY]],
        roles=[*rows[Kind.ROLES], *made[Noun.ROLE]],
        areas=[*rows[Kind.AREAS], *made[Noun.AREA]],
        courses=rows[Kind.COURSES],
        role_requirements=rows[Kind.ROLE_REQUIREMENTS],
        area_requirements=rows[Kind.AREA_REQUIREMENTS],
        trainers=rows[Kind.TRAINERS],
        venues=rows[Kind.VENUES],
        workers=rows[Kind.WORKERS],
        records=rows[Kind.RECORDS],
        present=tuple(spec.layout.file for kind, spec in SPECS.items() if rows[kind]),
    )


def made_up(context: Context, rows: dict[Kind, list[Any]]) -> dict[Noun, list[Any]]:
    """Return the companies, roles and areas that answers create, as far as a row that is written refers to them."""
    used: dict[Noun, set[str]] = {noun: set() for noun in Noun}
    for row in (row for found in rows.values() for row in found):
        for noun, code in _references(row):
            used[noun].add(code)
    # Those that the file itself brings with a row of their own are not made a second time.
    own = {
        Noun.COMPANY: {row.code for row in rows[Kind.COMPANIES]},
        Noun.ROLE: {row.code for row in rows[Kind.ROLES]},
        Noun.AREA: {row.code for row in rows[Kind.AREAS]},
    }
    numbers = iter(range(MADE_UP, 2 * MADE_UP))
    return {
        noun: [
            _made(noun, next(numbers), code, name)
            for code, name in wanted.items()
            if code in used[noun] and code not in own[noun]
        ]
        for noun, wanted in context.made_up.items()
    }


def _made(noun: Noun, number: int, code: str, name: str) -> Any:
    if noun is Noun.COMPANY:
        return CompanyRow(number, code, name[:200])
    return RoleRow(number, code, {"en": name[:200]}) if noun is Noun.ROLE else AreaRow(number, code, name[:200], "")


def _references(row: Any) -> Iterator[tuple[Noun, str]]:
    for name in ("company_code", "role_code", "parent_code"):
        code = getattr(row, name, "")
        if code:
            yield _NOUNS[name], code
    for code in getattr(row, "area_codes", ()):
        yield Noun.AREA, code
    source = getattr(row, "source_code", "")
    if source:
        # A requirement does not say of what it is; a code in both is no harm, only those asked for are made.
        yield Noun.ROLE, source
        yield Noun.AREA, source


def _reason(plan: RowPlan, column: str, code: str, message: str) -> Reason:
    if code != "UNKNOWN_REFERENCE":
        return Reason(code, message)
    text = plan.values.get(column, "")
    noun = _NOUNS.get(column)
    return reason(f"UNKNOWN_{noun.name}" if noun else "UNKNOWN_WORKER", text=text)


def writes(plans: Iterable[RowPlan]) -> list[RowPlan]:
    """Return the plans that write something."""
    return [plan for plan in plans if plan.typed is not None and plan.writes]
