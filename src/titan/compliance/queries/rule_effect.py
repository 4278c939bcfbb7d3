"""What a change of rules would do to everyone it touches, shown before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from titan.catalogue.models import Course
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.queries.summary import course_titles
from titan.core.bulk import id_set
from titan.core.command import persistently
from titan.personnel.models import Worker
from titan.personnel.queries.workers import WorkerShort, short_worker

Items = dict[tuple[int, int], tuple[str, int, date | None]]
RESTRICTED = {Severity.NON_COMPLIANT, Severity.AWAITING_VERIFICATION}
NAMED = 12


@dataclass(frozen=True)
class CourseEffect:
    """Of how many workers a course is asked anew, no more, or otherwise: sooner, later, or with another colour."""

    course_id: int
    code: str
    title: Mapping[str, str]
    anew: int
    no_more: int
    otherwise: int


@dataclass(frozen=True)
class RuleEffect:
    """workers: active ones of whom something else is asked, or who stand differently in it.

    turn_red: who may not work any more. turn_free: who may work again. Both by their overall status. named: the first
    of those who turn red, by name. courses: what is asked differently, of most workers first.
    """

    workers: int
    turn_red: int
    turn_free: int
    named: tuple[WorkerShort, ...] = ()
    courses: tuple[CourseEffect, ...] = ()


def rule_effect(
    change: Callable[[], object], *, courses: Collection[int] | None = None, workers: Collection[int] | None = None
) -> RuleEffect:
    """Return what `change`, a command about what is asked, would do; nothing of it stays.

    courses, workers: whose items it can touch (None: any). Runs the command itself in a transaction that is rolled
    back, so that what is shown cannot differ from what is done. Raises whatever the command refuses.
    """

    def tried() -> tuple[Items, Items, dict[int, int], dict[int, int]]:
        with transaction.atomic():
            before, stood = _items(courses, workers), _verdicts(workers)
            change()
            after, stand = _items(courses, workers), _verdicts(workers)
            transaction.set_rollback(True)
        return before, after, stood, stand

    before, after, stood, stand = persistently(tried)
    red = {pk for pk, severity in stand.items() if severity in RESTRICTED}
    was_red = {pk for pk, severity in stood.items() if severity in RESTRICTED}
    differ = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return RuleEffect(
        workers=len({worker_id for worker_id, _ in differ}),
        turn_red=len(red - was_red),
        turn_free=len(was_red - red),
        named=_named(red - was_red),
        courses=_by_course(differ, before, after),
    )


def _items(courses: Collection[int] | None, workers: Collection[int] | None) -> Items:
    found = ComplianceItem.objects.all()
    if courses is not None:
        found = found.filter(course_id__in=id_set(courses))
    if workers is not None:
        found = found.filter(worker_id__in=id_set(workers))
    rows = found.values_list("worker_id", "course_id", "requirement_type", "severity", "due_on")
    return {(worker_id, course_id): (kind, severity, due) for worker_id, course_id, kind, severity, due in rows}


def _verdicts(workers: Collection[int] | None) -> dict[int, int]:
    found = WorkerVerdict.objects.all()
    if workers is not None:
        found = found.filter(worker_id__in=id_set(workers))
    return dict(found.values_list("worker_id", "severity"))


def _named(worker_ids: Collection[int]) -> tuple[WorkerShort, ...]:
    rows = Worker.objects.filter(pk__in=id_set(worker_ids)).select_related("company")
    return tuple(short_worker(row) for row in rows.order_by("name_key", "id")[:NAMED])


def _by_course(differ: Collection[tuple[int, int]], before: Items, after: Items) -> tuple[CourseEffect, ...]:
    anew = Counter(key[1] for key in differ if key not in before)
    no_more = Counter(key[1] for key in differ if key not in after)
    every = Counter(course_id for _, course_id in differ)
    codes = dict(Course.objects.filter(pk__in=id_set(every)).values_list("id", "code"))
    titles = course_titles() if every else {}
    rows = [
        CourseEffect(pk, codes[pk], titles.get(pk, {}), anew[pk], no_more[pk], n - anew[pk] - no_more[pk])
        for pk, n in every.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.anew + row.no_more + row.otherwise), row.code)))
