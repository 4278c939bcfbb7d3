"""The Finalize Gate: all reasons at once, in every combination (domain.md §7)."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from titan.training.gate import GateAttendee, GateFacts, reasons_against

ENDS = datetime(2026, 11, 24, 17, 0, tzinfo=ZoneInfo("Asia/Baku"))
SECOND = timedelta(seconds=1)

PRESENT = GateAttendee(1, "ATTENDED", "PASSED", "Ada Lovelace")
FAILED = GateAttendee(2, "ATTENDED", "FAILED", "Bob")
ABSENT = GateAttendee(3, "NO_SHOW", "", "Cem")
UNMARKED = GateAttendee(4, "REGISTERED", "", "Dilək Əliyeva")
NO_RESULT = GateAttendee(5, "ATTENDED", "", "Elçin")

# Every way in which each part of a session stands at the gate, with the reasons it gives.
STATUSES = {"SCHEDULED": [], "DRAFT": ["NOT_SCHEDULED"], "CANCELLED": ["NOT_SCHEDULED"], "COMPLETED": ["NOT_SCHEDULED"]}
TIMES = {"ended": [], "not-ended": ["NOT_ENDED"], "no-slots": ["NOT_ENDED"]}
SHEETS = {True: [], False: ["TAMPERED"], None: ["EVIDENCE_MISSING"]}
TRAINERS = {True: [], False: ["TRAINER_NOT_QUALIFIED"]}
CLASSES: dict[tuple[GateAttendee, ...], list[str]] = {
    (PRESENT, FAILED, ABSENT): [],
    (): ["NOBODY_ATTENDED"],
    (ABSENT,): ["NOBODY_ATTENDED"],
    (ABSENT, UNMARKED): ["NOBODY_ATTENDED", "MARK_MISSING"],
    (PRESENT, UNMARKED): ["MARK_MISSING"],
    (PRESENT, NO_RESULT): ["RESULT_MISSING"],
    (NO_RESULT, UNMARKED, UNMARKED): ["RESULT_MISSING", "MARK_MISSING", "MARK_MISSING"],
}


def test_every_combination_gives_all_its_reasons_at_once() -> None:
    for status, time, sheet, trainer, people in itertools.product(STATUSES, TIMES, SHEETS, TRAINERS, CLASSES):
        ends_at = None if time == "no-slots" else ENDS
        at = ENDS - SECOND if time == "not-ended" else ENDS
        reasons = reasons_against(GateFacts(status, ends_at, sheet, trainer), people, at)
        assert [reason.code for reason in reasons] == [
            *STATUSES[status],
            *TIMES[time],
            *SHEETS[sheet],
            *TRAINERS[trainer],
            *CLASSES[people],
        ]


@pytest.mark.parametrize(("after", "is_open"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
def test_the_gate_opens_at_the_end_of_the_last_slot(after: timedelta, is_open: bool) -> None:
    facts = GateFacts("SCHEDULED", ENDS, evidence_intact=True, trainer_qualified=True)
    assert (reasons_against(facts, [PRESENT], ENDS + after) == []) == is_open


def test_a_sheet_that_cannot_be_read_is_no_alarm() -> None:
    facts = GateFacts("SCHEDULED", ENDS, evidence_intact=False, trainer_qualified=True, evidence_readable=False)
    (reason,) = reasons_against(facts, [PRESENT], ENDS)
    assert (reason.field, reason.code) == ("evidence", "EVIDENCE_UNAVAILABLE")


def test_each_reason_says_where_who_and_what_to_do() -> None:
    facts = GateFacts("SCHEDULED", ENDS, evidence_intact=False, trainer_qualified=False)
    reasons = reasons_against(facts, [UNMARKED, NO_RESULT, GateAttendee(9, "REGISTERED", "")], ENDS)
    assert [(reason.field, reason.code) for reason in reasons] == [
        ("evidence", "TAMPERED"),
        ("trainer_id", "TRAINER_NOT_QUALIFIED"),
        ("attendees.4", "MARK_MISSING"),
        ("attendees.5", "RESULT_MISSING"),
        ("attendees.9", "MARK_MISSING"),
    ]
    assert reasons[2].message == "Dilək Əliyeva has no attendance mark."
    assert reasons[4].message == "Worker 9 has no attendance mark."
    assert "Restore the qualification or change the trainer" in reasons[1].message


def test_a_class_list_may_be_read_once_only() -> None:
    facts = GateFacts("SCHEDULED", ENDS, evidence_intact=True, trainer_qualified=True)
    assert reasons_against(facts, iter([PRESENT, ABSENT]), ENDS) == []
