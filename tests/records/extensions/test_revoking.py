"""An extension that is revoked."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests import cast
from tests.ledger.verifying.world import looked
from tests.records.extensions.deciding import DECISION, EXPIRY, WHY_NOT, choice, item, leaves
from tests.training.acting import ADMIN, AT, HOUR, act, refuses, said, settle
from titan.compliance.models import Severity
from titan.core.actor import Role
from titan.ledger.models import LeafType
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.rules import WorkerChanges
from titan.records.commands import revoke_record
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.models import TrainingRecord, ValidityExtension


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
