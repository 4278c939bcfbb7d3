"""Which worker a row means: by badge, never by a guess; and new workers who look like ones that stand already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import reason
from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind

SAME, NEW = "same", "new"


def badge_key(sheet: int) -> str:
    """Return the key of the question whether badges that differ only in case or zeros are the same."""
    return f"badge:{sheet}"


def person_key(badge: str) -> str:
    """Return the key of the question whether a new worker is one that stands already."""
    return f"person:{badge}"


def settle_badge(context: Context, plan: RowPlan) -> None:
    """Find whom a row means, and refuse it when that is not certain. New workers are taken as new."""
    badge = plan.values.get("employee_id", "")
    person = context.answer(person_key(badge)) if badge else ""
    if person.startswith("same:"):
        badge = plan.values["employee_id"] = person[5:]
    plan.key = badge
    if not badge or badge in context.known.workers or badge in context.new_badges:
        return
    alike = context.same_badge(badge)
    answer = context.answer(badge_key(plan.use.index))
    if alike is not None:
        about = context.asked.about(badge_key(plan.use.index), QuestionKind.BADGE, "")
        about.sheet, about.answer = plan.use.index, answer
        about.met(f"{plan.use.place(plan.row, plan.use.column_of('employee_id'))}: {badge} ↔ {alike}")
    if alike is not None and answer == SAME:
        plan.key = plan.values["employee_id"] = alike
    elif alike is not None and answer != NEW:
        plan.refuse(reason("BADGE_ALIKE", text=badge, badge=alike), "employee_id")
    elif plan.kind is not Kind.WORKERS:
        plan.refuse(reason("UNKNOWN_WORKER", text=badge), "employee_id")


@dataclass(frozen=True)
class NewPerson:
    """A worker that a file would make."""

    badge: str
    first_name: str
    last_name: str
    company_code: str


@dataclass(frozen=True)
class Alike:
    """A worker that stands already and looks like a new one. why: in words."""

    badge: str
    name: str
    why: str


FindAlike = Callable[[Collection[NewPerson]], Mapping[str, list[Alike]]]
_finders: list[FindAlike] = []


def find_alike_with(finder: FindAlike) -> None:
    """Register what finds standing workers that look like new ones, by new badge, likeliest first."""
    if finder not in _finders:
        _finders.append(finder)


def warn_of_alikes(context: Context) -> None:
    """Ask about each new worker who looks like one that stands: the same person, or a new one. Asked, never decided."""
    new = {
        plan.key: NewPerson(plan.key, typed.first_name, typed.last_name, typed.company_code)
        for plan in context.plans
        if plan.kind is Kind.WORKERS and plan.outcome is Outcome.CREATED and (typed := plan.typed) is not None
    }
    for finder in _finders if new else ():
        for badge, alike in finder(list(new.values())).items():
            plan = context.new_badges[badge]
            about = context.asked.about(person_key(badge), QuestionKind.PERSON, badge)
            about.candidates = tuple(f"{one.badge}\x1f{one.name}\x1f{one.why}" for one in alike)
            about.met(f"{plan.use.place(plan.row)}: {new[badge].first_name} {new[badge].last_name}")
