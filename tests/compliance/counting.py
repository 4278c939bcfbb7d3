"""What the kept counts ought to be: every item and every verdict counted one by one, with no SQL but whole tables."""

from __future__ import annotations

from collections import Counter

from titan.compliance.models import ComplianceItem, Tally, WorkerVerdict
from titan.personnel.models import Worker

Key = tuple[str, int | str, int]


def kept() -> Counter[Key]:
    """Return what is kept, without the counts of nothing."""
    found: Counter[Key] = Counter()
    names = {1: "company", 2: "course", 3: "last day"}
    for row in Tally.objects.all():
        found[names[row.counted], row.of_id, row.severity] += row.n
    return Counter({key: n for key, n in found.items() if n})


def counted() -> Counter[Key]:
    """Return what there is: by the company that the worker has now."""
    companies = {worker.pk: worker.company_id for worker in Worker.objects.all()}
    found: Counter[Key] = Counter()
    for verdict in WorkerVerdict.objects.all():
        found["company", companies[verdict.worker_id], verdict.severity] += 1
    for item in ComplianceItem.objects.all():
        found["course", item.course_id, item.severity] += 1
        if item.severity >= 3 and item.expires_on is not None:
            found["last day", int(item.expires_on.isoformat().replace("-", "")), 4] += 1
    return found


def drift() -> list[str]:
    """Return one line for each count that is wrong, and for each verdict that stands under another name or company."""
    right, stored = counted(), kept()
    lines = [
        f"count of {key} is {stored[key]}, should be {right[key]}"
        for key in right | stored
        if right[key] != stored[key]
    ]
    for verdict in WorkerVerdict.objects.select_related("worker"):
        stands = (verdict.company_id, verdict.name_key)
        should = (verdict.worker.company_id, verdict.worker.name_key)
        if stands != should:
            lines.append(f"verdict on worker {verdict.worker_id} stands under {stands}, should under {should}")
    return lines
