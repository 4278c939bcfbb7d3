"""An authority decides that records are valid longer: shown before it is done, said of each record, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.worlds import Longer, SiteSpec, build, noon, sites, thrown_away
from tests.ledger.verifying.world import looked
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, DAY, HOUR, act, found, refuses, said, settle
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.extension_effect import ExtensionEffect, extension_effect, revocation_effect
from titan.compliance.queries.items import worker_compliance
from titan.core.actor import Role, system_actor
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.ledger.models import Leaf, LeafType, PersonKey
from titan.ledger.rules import subjects
from titan.ledger.rules.canonical import read
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.rules import WorkerChanges
from titan.records.commands import revoke_record
from titan.records.extensions import commands
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.queries import deciding, extensions_of, list_extensions
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import ExtendedRecord, TrainingRecord, ValidityExtension

EXPIRY = date(2026, 11, 10)
"""The expiry of most records here: twelve days ago."""
UNTIL = date(2027, 3, 31)
DECISION = AuthorityDecision("Order 118/26", date(2026, 11, 3), "The training centre is closed until March.")
WHY_NOT = "The order is about other sites."


@pytest.fixture
def record(worker: Any, course: Any) -> TrainingRecord:
    made = cast.make_record(worker, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
    settle()
    return made


def choice(course: Any, **values: Any) -> Extending:
    """Choose what ran or runs out within a month of EXPIRY."""
    plain = Extending(course.pk, "EXPIRES_ON", EXPIRY - 30 * DAY, EXPIRY + 30 * DAY, UNTIL)
    return replace(plain, **values)


def item(record: TrainingRecord) -> ComplianceItem:
    return ComplianceItem.objects.get(worker_id=record.worker_id, course_id=record.course_id)


def leaves(kind: LeafType) -> list[dict[str, Any]]:
    return [read(bytes(leaf.data)) for leaf in Leaf.objects.filter(type=kind).order_by("index")]


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


class TestRefusals:
    def test_everything_that_is_wrong_is_said_at_once(self, record: TrainingRecord, course: Any) -> None:
        wrong = Extending(0, "NO_DAY", date(2026, 12, 1), date(2026, 11, 1), date(2099, 1, 1))
        refusal = refuses(
            "INVALID", extend_validity, wrong, AuthorityDecision(" ", date(2026, 11, 23), "\u200b"), 999_999
        )
        assert found(refusal.errors) == [
            ("days_of", "UNKNOWN_CHOICE"),
            ("until", "OUT_OF_RANGE"),
            ("to", "OUT_OF_ORDER"),
            ("course_id", "UNKNOWN"),
            ("reference", "REQUIRED"),
            ("reason", "REASON_REQUIRED"),
            ("decided_on", "OUT_OF_RANGE"),
            ("file", "UNKNOWN"),
        ]

    def test_nothing_to_extend(self, record: TrainingRecord, course: Any) -> None:
        refuses("NOTHING_TO_EXTEND", extend_validity, choice(course, until=EXPIRY), DECISION)

    def test_people_are_left_out_of_the_reason(self, record: TrainingRecord, course: Any, worker: Any) -> None:
        for text in (worker.employee_id, f"Asked for by {worker.first_name} {worker.last_name}."):
            refuses("NAMES_THE_PERSON", extend_validity, choice(course), replace(DECISION, reason=text))
            refuses("NAMES_THE_PERSON", extend_validity, choice(course), replace(DECISION, reference=text[:120]))
        made = act(extend_validity, choice(course), DECISION)
        refuses("NAMES_THE_PERSON", revoke_extension, made, f"For {worker.employee_id} only")

    def test_another_list_than_was_shown(self, record: TrainingRecord, course: Any, worker: Any) -> None:
        shown = extension_effect(choice(course), by=ADMIN, at=AT).digest
        cast.make_record(worker, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        settle()
        refuses("CHANGED_SINCE", extend_validity, choice(course), DECISION, shown=shown)
        shown = extension_effect(choice(course), by=ADMIN, at=AT).digest
        made = act(extend_validity, choice(course), DECISION, shown=shown)
        # Sent twice: the second one finds that the records changed.
        refuses("CHANGED_SINCE", extend_validity, choice(course), DECISION, shown=shown)
        shown = revocation_effect(made, by=ADMIN, at=AT).digest
        act(extend_validity, choice(course, until=UNTIL + DAY), DECISION)
        refuses("CHANGED_SINCE", revoke_extension, made, WHY_NOT, shown=shown)

    def test_too_many(self, record: TrainingRecord, course: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "MOST_AT_ONCE", 0)
        refuses("TOO_MANY", extend_validity, choice(course), DECISION)

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
    def test_only_admins(self, record: TrainingRecord, course: Any, by: Any) -> None:
        refuses("FORBIDDEN", extend_validity, choice(course), DECISION, by=by)
        made = act(extend_validity, choice(course), DECISION, by=cast.actor(Role.SUPER_ADMIN))
        refuses("FORBIDDEN", revoke_extension, made, WHY_NOT, by=by)

    def test_who_may_look(self, record: TrainingRecord, course: Any) -> None:
        for by in (ADMIN, AUDITOR, ASSESSOR):
            assert extension_effect(choice(course), by=by, at=AT).records == 1
        with pytest.raises(Forbidden):
            extension_effect(choice(course), by=cast.actor(Role.TRAINER, trainer_id=1), at=AT)
        with pytest.raises(Invalid):
            extension_effect(choice(course, days_of="x"), by=ADMIN, at=AT)
        with pytest.raises(NotFound):
            revocation_effect(1, by=ADMIN, at=AT)


class TestRevoking:
    def test_it_is_as_if_it_had_not_been(self, record: TrainingRecord, course: Any) -> None:
        before = TrainingRecord.objects.filter(pk=record.pk).values().get()
        made = act(extend_validity, choice(course), DECISION)
        act(revoke_extension, made, f" {WHY_NOT} ", at=AT + HOUR)
        assert TrainingRecord.objects.filter(pk=record.pk).values().get() == before
        assert item(record).severity == Severity.NON_COMPLIANT
        one = ValidityExtension.objects.get()
        assert (one.revoked_at, one.revoked_by_id, one.revoke_reason) == (AT + HOUR, ADMIN.user_id, WHY_NOT)
        (event,) = said("validity_extension.revoked", made)
        assert (event.reason, event.after) == (WHY_NOT, {"revoked": True, "records": 1})
        (event,) = said("training_record.extension_withdrawn", record.pk)
        assert event.after == {"valid_until": "2026-11-10", "extension_id": made}
        (leaf,) = leaves(LeafType.EXTENSION_WITHDRAWN)
        wanted = {"extension": made, "record": record.pk, "type": "validity.withdrawn", "v": 1}
        assert {name: leaf[name] for name in wanted} == wanted
        assert set(leaf) == {*wanted, "at", "by", "nonce", "subject", "note"}

    def test_another_one_takes_over(self, record: TrainingRecord, course: Any) -> None:
        shorter = act(extend_validity, choice(course, until=date(2026, 12, 31)), DECISION)
        longer = act(extend_validity, choice(course), DECISION)
        act(revoke_extension, longer, WHY_NOT)
        assert item(record).expires_on == date(2026, 12, 31)
        act(revoke_extension, shorter, WHY_NOT)
        assert item(record).severity == Severity.NON_COMPLIANT

    def test_it_happens_once_and_has_a_reason(self, record: TrainingRecord, course: Any) -> None:
        made = act(extend_validity, choice(course), DECISION)
        refuses("REASON_REQUIRED", revoke_extension, made, " ")
        act(revoke_extension, made, WHY_NOT)
        refuses("ALREADY_REVOKED", revoke_extension, made, WHY_NOT)
        refuses("NOT_FOUND", revoke_extension, made + 1, WHY_NOT)

    def test_records_that_ended_or_lost_their_name_meanwhile(self, record: TrainingRecord, course: Any) -> None:
        gone = cast.make_worker(status=WorkerStatus.INACTIVE)
        other = cast.make_record(gone, course, completed_on=date(2025, 11, 10), expires_on=EXPIRY)
        settle()
        made = act(extend_validity, choice(course), DECISION)
        act(revoke_record, record.pk, "The sheet names somebody else.")
        update_worker(gone.pk, WorkerChanges(phone="1"), by=ADMIN, at=AT)
        anonymise_worker(gone.pk, "Asked for it", by=cast.actor(Role.SUPER_ADMIN), at=AT + HOUR)
        act(revoke_extension, made, WHY_NOT, at=AT + 2 * HOUR)
        assert set(TrainingRecord.objects.values_list("pk", "valid_until")) == {
            (record.pk, EXPIRY),
            (other.pk, EXPIRY),
        }
        # What was written into the tables without a command is unknown to ledger and log, and its file is none.
        ours = {"extended_record", "validity_extension", "worker"}
        wrong = [one for one in looked() if one.entity in ours or one.code.startswith(("VALIDITY", "ROW", "SUBJECT"))]
        assert wrong == []


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
