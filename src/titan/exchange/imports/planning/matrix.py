"""A training matrix as records: one for each course column in which a worker has a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from titan.exchange.imports.planning.asked import Open, key_of
from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.days import settle
from titan.exchange.imports.planning.filling.training import validity_of
from titan.exchange.imports.planning.reading import read_rows
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.planning.uses import SheetUse, cell_at
from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules import words
from titan.exchange.imports.rules.days import DayRead
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind
from titan.records.rules import add_months

Settled = Callable[[Cell], DayRead | Reason]
COMPLETED, EXPIRES = "completed", "expires"


@dataclass(frozen=True)
class CourseColumn:
    """A course of a matrix: the columns in which it says when it was completed, and until when it is valid.

    course: its code, or what is open about it.
    """

    course: str | Open
    completed: int | None
    expires: int | None

    @property
    def main(self) -> int:
        return self.completed if self.completed is not None else (self.expires or 0)


def matrix_key(use: SheetUse) -> str:
    """Return the key of the question what the days of a matrix mean."""
    return key_of(QuestionKind.MATRIX_DATES, use.index)


def course_columns(context: Context, use: SheetUse) -> list[CourseColumn]:
    """Return the courses of a matrix, as its headings name them or as was answered."""
    found: dict[str, CourseColumn] = {}
    subs = use.header.subs if use.header else {}
    meaning = context.answer(matrix_key(use), context.given.matrix_dates)
    for column in use.courses:
        heading = use.heading(column)
        what = meaning
        if column in subs:
            what = EXPIRES if fold(subs[column]) in words.EXPIRES else COMPLETED
        course = context.refer(Noun.COURSE, heading)
        key = course if isinstance(course, str) else course.key
        before = found.get(key)
        found[key] = CourseColumn(
            course,
            completed=column if what != EXPIRES else (before.completed if before else None),
            expires=column if what == EXPIRES else (before.expires if before else None),
        )
    return list(found.values())


def read_matrix(context: Context, import_id: int, use: SheetUse) -> Iterator[RowPlan]:
    """Yield a plan for each cell of a matrix that holds something; rows that are no data are plans of their own."""
    courses = course_columns(context, use)
    settled = {column: settle(context, use, column) for column in use.courses}
    answer = context.answer(matrix_key(use), context.given.matrix_dates)
    is_told = bool(use.header and use.header.subs) or bool(answer)
    about = context.asked.about(matrix_key(use), QuestionKind.MATRIX_DATES, "")
    about.sheet = use.index
    if not (use.header and use.header.subs):
        about.answer = answer
    for person, cells in read_rows(context, import_id, use):
        if person.outcome is Outcome.IGNORED:
            yield person
            continue
        # The row itself is nothing to write; its cells are.
        context.plans.pop()
        for course in courses:
            plan = _cell_plan(context, person, course)
            days = {
                name: _day(plan, column, cell_at(cells, column), settled)
                for name, column in (("completed_on", course.completed), ("expires_on", course.expires))
                if column is not None
            }
            if any(day is not None for day in days.values()) or plan.problems or plan.outcome is Outcome.IGNORED:
                context.plans.append(plan)
                if plan.outcome is not Outcome.IGNORED:
                    _tell(context, plan, course, days, is_told=is_told)
                    if not (use.header and use.header.subs):
                        about.met(f"{use.place(plan.row, course.main)}: {shown(cell_at(cells, course.main))}")
                yield plan


def _cell_plan(context: Context, person: RowPlan, course: CourseColumn) -> RowPlan:
    plan = RowPlan(context.number(), person.use, person.row, Kind.MATRIX, course.main, values=dict(person.values))
    plan.problems = list(person.problems)
    if plan.problems:
        plan.outcome = Outcome.REFUSED
    return plan


def _day(plan: RowPlan, column: int, cell: Cell, settled: Mapping[int, Settled]) -> str | None:
    """Return the day of a cell, "never", "" for one that cannot be read, None for nothing."""
    if cell is None or (isinstance(cell, str) and words.is_dashes(cell)):
        return None
    text = shown(cell)
    if isinstance(cell, str | bool) or cell in (0, 1):
        folded = fold(text)
        if text.strip() in words.TICKS or folded in words.DONE:
            plan.refuse(reason("DONE_WHEN", text=text), column=column)
            return ""
        if folded in words.EXEMPT:
            if not plan.problems:
                plan.ignore(reason("EXEMPT", text=text))
            return None
    found = settled[column](cell)
    if isinstance(found, Reason):
        plan.refuse(found, column=column)
        return ""
    if found.day is not None:
        return found.day.isoformat()
    return "never" if found.never else None


def _tell(context: Context, plan: RowPlan, course: CourseColumn, days: dict[str, str | None], *, is_told: bool) -> None:
    plan.values["result"] = "PASSED"
    if isinstance(course.course, Open):
        course.course.met(plan.use.place(plan.row, course.main))
        course.course.column = course.course.text
        plan.refuse(course.course.reason or reason("EMPTY_CELL"), "course_code", course.main)
        return
    plan.values["course_code"] = course.course
    plan.values |= {name: day for name, day in days.items() if day}
    if not is_told:
        plan.refuse(reason("MATRIX_DATES"), "completed_on", course.main)
    elif not plan.problems and not plan.values.get("completed_on"):
        _count_back(context, plan, course)


def _count_back(context: Context, plan: RowPlan, course: CourseColumn) -> None:
    """Fill the completion of what only says until when it is valid: earlier by the course's validity."""
    until, months = plan.values.get("expires_on", ""), validity_of(context, str(course.course))
    if until == "never" or not months:
        plan.refuse(reason("EXPIRES_ONLY_NEVER"), "expires_on", course.main)
        return
    completed = add_months(date.fromisoformat(until), -months)
    if completed > context.today:
        plan.refuse(reason("EXPIRES_TOO_LATE", day=completed.isoformat()), "expires_on", course.main)
        return
    plan.values["completed_on"] = completed.isoformat()
