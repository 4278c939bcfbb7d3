"""What a change of rules would do to everyone it touches, shown before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.bulk import id_set
from titan.core.command import persistently

Seen = set[tuple[int, int, str, int, date | None]]
RESTRICTED = {Severity.NON_COMPLIANT, Severity.AWAITING_VERIFICATION}


@dataclass(frozen=True)
class RuleEffect:
    """workers: active ones of whom something else is asked, or who stand differently in it.

    turn_red: who may not work any more. turn_free: who may work again. Both by their overall status.
    """

    workers: int
    turn_red: int
    turn_free: int


def rule_effect(change: Callable[[], object], *, courses: Collection[int]) -> RuleEffect:
    """Return what `change`, a command about what is asked in `courses`, would do; nothing of it stays.

    Runs the command itself in a transaction that is rolled back, so that what is shown cannot differ from what is
    done. Raises whatever the command refuses.
    """

    def tried() -> RuleEffect:
        with transaction.atomic():
            before, stood = _items(courses), _verdicts()
            change()
            after, stand = _items(courses), _verdicts()
            transaction.set_rollback(True)
        red = {pk for pk, severity in stand.items() if severity in RESTRICTED}
        was_red = {pk for pk, severity in stood.items() if severity in RESTRICTED}
        return RuleEffect(len({item[0] for item in before ^ after}), len(red - was_red), len(was_red - red))

    return persistently(tried)


def _items(courses: Collection[int]) -> Seen:
    found = ComplianceItem.objects.filter(course_id__in=id_set(courses))
    return set(found.values_list("worker_id", "course_id", "requirement_type", "severity", "due_on"))


def _verdicts() -> dict[int, int]:
    return dict(WorkerVerdict.objects.values_list("worker_id", "severity"))
