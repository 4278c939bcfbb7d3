"""An extension of validity: what it gives, to whom, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.worlds import noon, thrown_away
from tests.records.extensions.deciding import DECISION, EXPIRY, UNTIL, WHY_NOT, choice, item, leaves
from tests.training.acting import ADMIN, AT, DAY, HOUR, act, refuses, said, settle
from titan.compliance.models import Severity
from titan.compliance.queries.extension_effect import extension_effect, revocation_effect
from titan.compliance.queries.items import worker_compliance
from titan.ledger.models import Leaf, LeafType, PersonKey
from titan.ledger.rules import subjects
from titan.personnel.models import WorkerStatus
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.queries import deciding, extensions_of
from titan.records.models import ExtendedRecord, TrainingRecord, ValidityExtension


class TestExtending:
    def test_the_record_stays_and_its_last_day_follows(self, record: TrainingRecord, course: Any) -> None:
        before = TrainingRecord.objects.filter(pk=record.pk).values().get()
        assert item(record).severity == Severity.NON_COMPLIANT
        act(extend_validity, choice(course), DECISION)
        assert TrainingRecord.objects.filter(pk=record.pk).values().get() == {**before, "valid_until": UNTIL}
        stands = item(record)
        assert (stands.severity, stands.record_id, stands.expires_on) == (Severity.COMPLIANT, record.pk, UNTIL)
        assert stands.next_change_on == UNTIL - 30 * DAY

    def test_it_and_each_record_say_so(self, record: TrainingRecord, course: Any) -> None:
        made = act(extend_validity, choice(course), replace(DECISION, reference="  Order 118/26 "))
        one = ValidityExtension.objects.get()
        assert (one.pk, one.records, one.made_at, one.made_by_id) == (made, 1, AT, ADMIN.user_id)
        assert (one.reference, one.decided_on, one.reason) == ("Order 118/26", date(2026, 11, 3), DECISION.reason)
        (event,) = said("validity_extension.made", made)
        assert event.reason == DECISION.reason
        assert event.after == {
            "course_id": course.pk,
            "days_of": "EXPIRES_ON",
            "first_day": "2026-10-11",
            "last_day": "2026-12-10",
            "until": "2027-03-31",
            "reference": "Order 118/26",
            "decided_on": "2026-11-03",
            "evidence_id": None,
            "records": 1,
        }
        (event,) = said("training_record.validity_extended", record.pk)
        assert event.before == {"valid_until": "2026-11-10"}
        assert event.after == {"valid_until": "2027-03-31", "extension_id": made}

    def test_each_record_has_its_leaf(self, record: TrainingRecord, course: Any) -> None:
        letter = cast.make_evidence()
        made = act(extend_validity, choice(course), DECISION, letter.pk)
        (leaf,) = leaves(LeafType.EXTENDED)
        nonce, subject, note = leaf.pop("nonce"), leaf.pop("subject"), leaf.pop("note")
        assert leaf == {
            "at": "2026-11-22T05:00:00.000000Z",
            "by": ADMIN.user_id,
            "days": {"first": "2026-10-11", "last": "2026-12-10", "of": "EXPIRES_ON"},
            "decided_on": "2026-11-03",
            "evidence": {"key": letter.key, "sha256": letter.sha256},
            "extension": made,
            "record": record.pk,
            "type": "validity.extended",
            "until": "2027-03-31",
            "v": 1,
        }
        salt = subjects.Secret(bytes(PersonKey.objects.get(pk=record.worker_id).key)).salt(bytes.fromhex(nonce))
        assert note == subjects.note(salt, {"reason": DECISION.reason, "reference": DECISION.reference})
        assert len(subject) == 64
        assert Leaf.objects.get(type=LeafType.EXTENDED).entity_id == ExtendedRecord.objects.get().pk

    def test_the_later_of_all_counts(self, record: TrainingRecord, course: Any) -> None:
        act(extend_validity, choice(course), DECISION)
        act(extend_validity, choice(course, until=date(2027, 2, 1)), DECISION)
        assert item(record).expires_on == UNTIL
        act(extend_validity, choice(course, until=date(2027, 4, 30)), DECISION)
        assert item(record).expires_on == date(2027, 4, 30)
        record.refresh_from_db()
        known = extensions_of([record.pk])[record.pk]
        assert [one.until for one in known] == [UNTIL, date(2027, 2, 1), date(2027, 4, 30)]
        chosen = deciding(record, known)
        assert chosen is not None
        assert chosen.until == date(2027, 4, 30)

    def test_whom_it_reaches(self, record: TrainingRecord, course: Any, worker: Any) -> None:
        def another(**values: Any) -> int:
            return cast.make_record(worker, course, completed_on=date(2025, 11, 10), **values).pk

        edges = [another(expires_on=EXPIRY - 30 * DAY), another(expires_on=EXPIRY + 30 * DAY)]
        another(expires_on=EXPIRY - 31 * DAY)
        another(expires_on=EXPIRY + 31 * DAY)
        another(expires_on=None)
        another(result="FAILED")
        another(expires_on=EXPIRY, revoked_at=AT, revoke_reason="wrong person")
        cast.make_record(worker, cast.make_course(), completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        gone = cast.make_worker(status=WorkerStatus.INACTIVE)
        left = cast.make_record(gone, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        erased = cast.make_worker(status=WorkerStatus.INACTIVE, anonymised_at=AT)
        cast.make_record(erased, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        settle()
        act(extend_validity, choice(course), DECISION)
        reached = ExtendedRecord.objects.order_by("position").values_list("record_id", "position")
        assert list(reached) == [(pk, n) for n, pk in enumerate([record.pk, *edges, left.pk], start=1)]
        assert TrainingRecord.objects.filter(valid_until=UNTIL).count() == 4

    def test_by_the_day_of_the_class(self, record: TrainingRecord, course: Any) -> None:
        day = record.completed_on
        refuses("NOTHING_TO_EXTEND", extend_validity, choice(course, days_of="COMPLETED_ON"), DECISION)
        chosen = choice(course, days_of="COMPLETED_ON", first_day=day, last_day=day)
        act(extend_validity, chosen, DECISION)
        assert item(record).expires_on == UNTIL

    def test_the_calendar_goes_on_with_the_new_day(self, record: TrainingRecord, course: Any) -> None:
        act(extend_validity, choice(course), DECISION)
        for day, severity in (
            (UNTIL - 30 * DAY, Severity.EXPIRING),
            (UNTIL, Severity.EXPIRING),
            (UNTIL + DAY, Severity.NON_COMPLIANT),
        ):
            verdict_equals_rebuild(noon(day))
            with thrown_away():
                from titan.compliance.commands import catch_up

                catch_up(at=noon(day))
                assert item(record).severity == severity
                words = worker_compliance(record.worker_id, at=noon(day)).items
                reasons = {one.course_id: one.reason for one in words}
        assert reasons[course.pk] == "Expired 1 day ago"


def test_statements_do_not_grow_with_the_records(course: Any, worker: Any) -> None:
    costs = []
    for number in (1, 30, 200):
        with thrown_away():
            for _ in range(number):
                one = cast.make_worker(role=worker.role)
                cast.make_record(one, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
            settle()
            # Who has no key yet gets one, which is a statement more for the first leaf only.
            with CaptureQueriesContext(connection) as looking:
                seen = extension_effect(choice(course), by=ADMIN, at=AT)
            with CaptureQueriesContext(connection) as extending:
                made = extend_validity(choice(course), DECISION, shown=seen.digest, by=ADMIN, at=AT)
            with CaptureQueriesContext(connection) as looking_back:
                revocation_effect(made, by=ADMIN, at=AT)
            with CaptureQueriesContext(connection) as revoking:
                revoke_extension(made, WHY_NOT, by=ADMIN, at=AT)
            costs.append(tuple(map(len, (looking, extending, looking_back, revoking))))
            assert ExtendedRecord.objects.count() == number
    assert costs[0] == costs[1] == costs[2], costs
    assert max(costs[0]) <= 40, costs


def test_two_at_once_are_told_apart(record: TrainingRecord, course: Any) -> None:
    """The same decision entered twice is two extensions: nothing is lost when one of them is taken back."""
    first = act(extend_validity, choice(course), DECISION)
    second = act(extend_validity, choice(course), DECISION, at=AT + HOUR)
    act(revoke_extension, first, WHY_NOT)
    assert item(record).expires_on == UNTIL
    act(revoke_extension, second, WHY_NOT)
    assert item(record).severity == Severity.NON_COMPLIANT


def test_the_moment_is_the_sites(course: Any, record: TrainingRecord) -> None:
    """A decision of site today may be entered, one of tomorrow not, whatever the day is elsewhere."""
    late = datetime(2026, 11, 22, 23, 30, tzinfo=AT.tzinfo)
    refuses("OUT_OF_RANGE", extend_validity, choice(course), replace(DECISION, decided_on=date(2026, 11, 23)), at=late)
    act(extend_validity, choice(course), replace(DECISION, decided_on=date(2026, 11, 22)), at=late)
