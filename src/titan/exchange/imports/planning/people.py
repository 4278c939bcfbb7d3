"""Which worker a row means: by badge, never by a guess; and new workers who look like ones that stand already."""

from __future__ import annotations

from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.reasons import reason
from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind
from titan.personnel.likeness import Described
from titan.personnel.queries.similar import matches_of
from titan.personnel.queries.workers import WorkerShort, short_workers

SAME, NEW = "same", "new"
SAME_AS = "same:"
SEPARATOR = "\x1f"
MOST_ASKED = 5


def badge_key(sheet: int) -> str:
    """Return the key of the question whether badges that differ only in case or zeros are the same."""
    return f"badge:{sheet}"


def person_key(badge: str) -> str:
    """Return the key of the question whether a new worker is one that stands already."""
    return f"person:{badge}"


def settle_badge(context: Context, plan: RowPlan) -> None:
    """Find whom a row means, and refuse it when that is not certain. New workers are taken as new."""
    above = plan.values.get("supervisor_employee_id", "")
    if above in context.merged:
        plan.values["supervisor_employee_id"] = context.merged[above]
    badge = plan.key = _answered_badge(context, plan)
    if not badge or badge in context.known.workers or badge in context.new_badges:
        return
    if badge not in context.merged:
        _settle_alike(context, plan, badge)
    _follow_merge(context, plan)


def _answered_badge(context: Context, plan: RowPlan) -> str:
    """Return the badge of a row: the one in its cell, or of whoever somebody said that it is."""
    badge = plan.values.get("employee_id", "")
    answer = context.answer(person_key(badge)) if badge else ""
    if not answer.startswith(SAME_AS):
        return badge
    if plan.kind is Kind.WORKERS:
        context.meant.setdefault(badge, plan)
    chosen = answer.removeprefix(SAME_AS)
    plan.values["employee_id"] = context.merged.get(chosen, chosen)
    return plan.values["employee_id"]


def _settle_alike(context: Context, plan: RowPlan, badge: str) -> None:
    """Take an unknown badge as the standing one that is much like it, if somebody said so; refuse what is unknown."""
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


def _follow_merge(context: Context, plan: RowPlan) -> None:
    """Let the badge of a row that was merged mean whoever stays; what it says of who they are is theirs to say."""
    now = context.merged.get(plan.key)
    if now is None:
        return
    if plan.kind is Kind.WORKERS:
        plan.ignore(reason("MERGED", text=plan.key, badge=now))
    else:
        plan.key = plan.values["employee_id"] = now


def warn_of_alikes(context: Context) -> None:
    """Ask about each new worker who looks like one that stands: the same person, or a new one; five statements.

    Asked, never decided; what was answered stays to be seen.
    """
    new = [
        (badge, plan)
        for badge, plan in (*context.new_badges.items(), *context.meant.items())
        if plan.outcome is not Outcome.REFUSED
    ]
    if not new:
        return
    found = matches_of([_described(context, badge, plan) for badge, plan in new])
    likely = [matches[:MOST_ASKED] for matches in found]
    named = short_workers(match.worker_id for matches in likely for match in matches)
    for (badge, plan), matches in zip(new, likely, strict=True):
        told = [_told(named[match.worker_id], match.reason) for match in matches if match.worker_id in named]
        if told:
            about = context.asked.about(person_key(badge), QuestionKind.PERSON, badge)
            about.candidates = tuple(told)
            about.met(f"{plan.use.place(plan.row)}: {_whole_name(plan)}")


def _told(one: WorkerShort, why: str) -> str:
    return SEPARATOR.join((one.employee_id, f"{one.first_name} {one.last_name}".strip(), why))


def _described(context: Context, badge: str, plan: RowPlan) -> Described:
    company = plan.typed.company_code if plan.typed else plan.values.get("company_code", "")
    pk, name = context.known.companies.get(company, (None, context.names[Noun.COMPANY].labels.get(company, company)))
    return Described(badge, "", _whole_name(plan), pk, name)


def _whole_name(plan: RowPlan) -> str:
    names = ("full_name",) if plan.values.get("full_name") else ("first_name", "last_name")
    return " ".join(plan.values[name] for name in names if plan.values.get(name))


def told_apart(context: Context) -> dict[str, list[str]]:
    """Return the new badges of whom somebody said that they are new workers, each with the badges that were asked."""
    return {
        about.text: [one.split(SEPARATOR)[0] for one in about.candidates]
        for about in context.asked.found.values()
        if about.kind is QuestionKind.PERSON and context.decided.answers.get(about.key) == NEW
    }
