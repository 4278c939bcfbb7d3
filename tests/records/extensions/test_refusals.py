"""What an extension may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.records.extensions.deciding import DECISION, EXPIRY, UNTIL, WHY_NOT, choice
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, DAY, act, found, refuses, settle
from titan.compliance.queries.extension_effect import extension_effect, revocation_effect
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.records.extensions import commands
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import TrainingRecord


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
