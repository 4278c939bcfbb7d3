"""What is shown before is what happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.worlds import Longer, SiteSpec, build, noon, sites, thrown_away
from tests.records.extensions.deciding import DECISION, EXPIRY, UNTIL, WHY_NOT, choice
from tests.training.acting import ADMIN, AT, AUDITOR, DAY, act, refuses, settle
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.extension_effect import ExtensionEffect, extension_effect, revocation_effect
from titan.core.actor import system_actor
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.queries import list_extensions
from titan.records.extensions.rules import Extending
from titan.records.models import ExtendedRecord, TrainingRecord


class TestThePreview:
    def test_how_many_and_who(self, record: TrainingRecord, course: Any, worker: Any) -> None:
        job = worker.role
        for number in range(14):
            one = cast.make_worker(role=job, last_name=f"Aa{number:02}")
            cast.make_record(one, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        proved = cast.make_worker(role=job)
        for expiry in (EXPIRY + 20 * DAY, date(2028, 1, 1)):
            cast.make_record(proved, course, completed_on=date(2025, 11, 10), expires_on=expiry)
        stranger = cast.make_worker()
        cast.make_record(stranger, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        settle()
        seen = extension_effect(choice(course), by=ADMIN, at=AT, limit=10)
        counts = (seen.records, seen.changing, seen.workers, seen.asked)
        assert counts == (17, 17, 17, 16)
        assert (seen.turn_green, seen.turn_yellow, seen.turn_red, seen.stay) == (15, 0, 0, 1)
        assert [one.last_name for one in seen.named_green] == [f"Aa{number:02}" for number in range(12)]
        assert seen.named_red == ()
        first = seen.page.items[0]
        assert (first.record_id, first.worker.id, first.valid_until, first.becomes) == (
            *(record.pk, worker.pk, EXPIRY, UNTIL),
        )
        assert (first.before, first.after) == ("NON_COMPLIANT", "COMPLIANT")
        rest = extension_effect(choice(course), by=ADMIN, at=AT, limit=10, cursor=seen.page.next_cursor)
        assert (len(rest.page.items), rest.page.next_cursor, rest.page.total) == (7, None, 17)
        assert (rest.page.items[-1].before, rest.page.items[-1].after) == (None, None)
        made = act(extend_validity, choice(course), DECISION, shown=seen.digest)
        again = extension_effect(choice(course, until=UNTIL - DAY), by=ADMIN, at=AT)
        assert (again.records, again.changing, again.turn_green) == (17, 0, 0)
        back = revocation_effect(made, by=ADMIN, at=AT)
        assert (back.changing, back.turn_green, back.turn_red, back.stay) == (17, 0, 15, 1)
        assert len(back.named_red) == 12
        assert list_extensions(by=AUDITOR).total == 1


def check_preview(spec: SiteSpec, longer: Longer) -> None:
    """What is shown is what happens; the verdicts are the oracle's and a rebuild's; and back again."""
    with thrown_away():
        world = build(spec)
        at = noon(spec.day)
        rebuild(by=system_actor(), at=at)
        course = world.courses[longer.course % len(world.courses)]
        first, last, until = (spec.day + timedelta(days=days) for days in (longer.first, longer.last, longer.until))
        decision = replace(DECISION, decided_on=spec.day)
        before = _proved(course.pk)
        wanted = Extending(course.pk, "EXPIRES_ON", first, last, until)
        seen = extension_effect(wanted, by=ADMIN, at=at)
        if seen.records == 0:
            refuses("NOTHING_TO_EXTEND", extend_validity, wanted, decision, shown=seen.digest, at=at)
            return
        made = extend_validity(wanted, decision, shown=seen.digest, by=ADMIN, at=at)
        _as_shown(seen, before, _proved(course.pk), made)
        verdict_equals_rebuild(at)
        before, back = _proved(course.pk), revocation_effect(made, by=ADMIN, at=at)
        revoke_extension(made, WHY_NOT, shown=back.digest, by=ADMIN, at=at)
        _as_shown(back, before, _proved(course.pk), made)
        verdict_equals_rebuild(at)


def _proved(course_id: int) -> dict[int, int]:
    rows = ComplianceItem.objects.filter(course_id=course_id)
    return dict(rows.values_list("worker_id", "severity"))


def _as_shown(seen: ExtensionEffect, before: dict[int, int], after: dict[int, int], extension_id: int) -> None:
    green, yellow, blue, red = (
        {pk for pk in after if after[pk] in wanted and before[pk] not in wanted}
        for wanted in (
            {Severity.COMPLIANT},
            {Severity.EXPIRING, Severity.IN_GRACE},
            {Severity.AWAITING_VERIFICATION},
            {Severity.NON_COMPLIANT},
        )
    )
    shown = (seen.turn_green, seen.turn_yellow, seen.turn_blue, seen.turn_red)
    assert shown == (len(green), len(yellow), len(blue), len(red))
    assert seen.asked == sum(shown) + seen.stay
    assert {one.id for one in seen.named_green} == green
    assert {one.id for one in seen.named_red} == red
    assert seen.records == ExtendedRecord.objects.filter(extension_id=extension_id).count()
    for line in seen.page.items:
        record = TrainingRecord.objects.get(pk=line.record_id)
        assert record.valid_until == line.becomes
        if line.after is not None:
            assert after[record.worker_id] == Severity[line.after]


LONGER = st.builds(
    Longer,
    course=st.integers(0, 3),
    first=st.integers(-60, 20),
    last=st.integers(20, 60),
    until=st.integers(-10, 120),
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sites(), LONGER)
def test_what_is_shown_is_what_happens(spec: SiteSpec, longer: Longer) -> None:
    check_preview(spec, longer)
