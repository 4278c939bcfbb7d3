"""Records, extensions and sign-offs that came, went or ran out since: what was known then, and what is known now."""

from __future__ import annotations

from datetime import date

import pytest

from tests.compliance.as_of.asking import FIRST, asked, statuses
from tests.compliance.lives import DAY, Life
from titan.compliance.queries.as_of import Known

pytestmark = pytest.mark.django_db


def test_a_record_that_expired_since(life: Life) -> None:
    role, course = life.role(), life.course(1)
    life.require("role", role, course)
    worker = life.worker(role)
    record = life.passed(worker, course)
    life.pass_days(60)
    valid, late, gone = asked(life, worker, FIRST), FIRST + 20 * DAY, date(2026, 12, 3)
    assert statuses(life, worker, late, date(2026, 12, 2), gone) == ["EXPIRING", "EXPIRING", "NON_COMPLIANT"]
    assert (valid.items[0].record_id, valid.items[0].expires_on) == (record, date(2026, 12, 2))
    assert valid.items[0].reason == "Expires in 30 days"
    assert asked(life, worker, gone).items[0].reason == "Expired 1 day ago"
    assert not valid.differs


def test_a_record_that_was_revoked_since(life: Life) -> None:
    role, course = life.role(), life.course()
    life.require("role", role, course)
    worker = life.worker(role)
    record = life.passed(worker, course)
    life.pass_days(8)
    life.revoke(record)
    day = FIRST + 7 * DAY
    then, now = asked(life, worker, day), asked(life, worker, day, Known.NOW)
    assert (then.overall_status, now.overall_status) == ("COMPLIANT", "NON_COMPLIANT")
    assert (then.differs, now.differs) == (True, True)
    assert (then.other_overall_status, now.other_overall_status) == ("NON_COMPLIANT", "COMPLIANT")
    assert (then.items[0].record_id, then.items[0].other_record_id) == (record, None)
    assert (then.items[0].other_status, then.items[0].other_reason) == ("NON_COMPLIANT", "Record revoked")
    on_the_day = asked(life, worker, life.day)
    assert (on_the_day.overall_status, on_the_day.differs) == ("NON_COMPLIANT", False)


def test_a_correction(life: Life) -> None:
    """The sheet said 4 November; it was 2 November: corrected on the 12th."""
    role, course = life.role(), life.course()
    life.require("role", role, course)
    worker = life.worker(role)
    life.pass_days(2)
    wrong = life.passed(worker, course)
    life.pass_days(8)
    life.revoke(wrong)
    right = life.correct(wrong, ago=10)
    days = [FIRST, FIRST + 2 * DAY, FIRST + 9 * DAY, FIRST + 10 * DAY]
    assert statuses(life, worker, *days) == ["NON_COMPLIANT", *["COMPLIANT"] * 3]
    assert statuses(life, worker, *days, known=Known.NOW) == ["COMPLIANT"] * 4
    then, now = asked(life, worker, days[1]), asked(life, worker, days[1], Known.NOW)
    assert (then.items[0].record_id, now.items[0].record_id) == (wrong, right)
    assert then.items[0].other_record_id == right
    assert not then.differs
    assert asked(life, worker, FIRST).differs


def test_an_extension_that_was_made_since(life: Life) -> None:
    """It ran out on 2 December; on the 10th an authority's decision made it valid until the end of January."""
    role, course = life.role(), life.course(1)
    life.require("role", role, course)
    worker = life.worker(role)
    record = life.passed(worker, course)
    life.pass_days(38)
    life.extend(course, date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 31))
    life.pass_days(60)
    days = [
        date(2026, 12, 2),
        date(2026, 12, 3),
        date(2026, 12, 9),
        date(2026, 12, 10),
        date(2027, 1, 31),
        life.day,
    ]
    assert statuses(life, worker, *days) == [
        *("EXPIRING", "NON_COMPLIANT", "NON_COMPLIANT", "COMPLIANT", "EXPIRING", "NON_COMPLIANT")
    ]
    now = ["COMPLIANT", "COMPLIANT", "COMPLIANT", "COMPLIANT", "EXPIRING", "NON_COMPLIANT"]
    assert statuses(life, worker, *days, known=Known.NOW) == now
    before, after = asked(life, worker, days[1]), asked(life, worker, days[3])
    assert (before.items[0].reason, before.items[0].other_record_id) == ("Expired 1 day ago", record)
    assert before.differs
    assert (after.items[0].record_id, after.items[0].expires_on) == (record, date(2027, 1, 31))
    assert asked(life, worker, life.day).items[0].reason == "Expired 8 days ago"


def test_an_extension_that_was_taken_back_since(life: Life) -> None:
    role, course = life.role(), life.course(1)
    life.require("role", role, course)
    worker = life.worker(role)
    life.passed(worker, course)
    life.pass_days(20)
    extension = life.extend(course, FIRST, FIRST, date(2027, 1, 31), "COMPLETED_ON")
    shorter = life.extend(course, FIRST, FIRST, date(2026, 12, 12), "COMPLETED_ON")
    life.pass_days(25)
    life.unextend(extension)
    life.pass_days(1)
    days = [FIRST + 20 * DAY, FIRST + 44 * DAY, life.day]
    assert statuses(life, worker, *days) == ["COMPLIANT", "COMPLIANT", "NON_COMPLIANT"]
    assert asked(life, worker, days[1]).items[0].expires_on == date(2027, 1, 31)
    then, now = asked(life, worker, days[1]), asked(life, worker, days[1], Known.NOW)
    assert (then.differs, now.overall_status) == (True, "NON_COMPLIANT")
    assert now.items[0].reason == "Expired 4 days ago"
    assert asked(life, worker, date(2026, 12, 12), Known.NOW).items[0].reason == "Expires today"
    life.unextend(shorter)
    assert asked(life, worker, date(2026, 12, 12), Known.NOW).items[0].reason == "Expired 10 days ago"


def test_a_record_that_was_entered_later(life: Life) -> None:
    role, course = life.role(), life.course()
    life.require("role", role, course)
    worker = life.worker(role)
    life.pass_days(9)
    life.passed(worker, course, ago=5)
    days = [FIRST + 3 * DAY, FIRST + 4 * DAY, FIRST + 8 * DAY, FIRST + 9 * DAY]
    assert statuses(life, worker, *days) == [*["NON_COMPLIANT"] * 3, "COMPLIANT"]
    assert statuses(life, worker, *days, known=Known.NOW) == ["NON_COMPLIANT", *["COMPLIANT"] * 3]


@pytest.mark.parametrize(("decision", "after"), [("COMPETENT", "COMPLIANT"), ("NOT_COMPETENT", "NON_COMPLIANT")])
def test_a_competency_that_was_decided_later(life: Life, decision: str, after: str) -> None:
    role, course = life.role(), life.course(verified=True)
    life.require("role", role, course)
    worker = life.worker(role)
    life.pass_days(1)
    attempt = life.passed(worker, course)
    life.pass_days(6)
    life.decide(attempt, decision, ago=2)
    days = [FIRST, FIRST + DAY, FIRST + 4 * DAY, FIRST + 5 * DAY, FIRST + 6 * DAY, FIRST + 7 * DAY]
    blue = "AWAITING_VERIFICATION"
    assert statuses(life, worker, *days) == ["NON_COMPLIANT", blue, blue, blue, blue, after]
    assert statuses(life, worker, *days, known=Known.NOW) == ["NON_COMPLIANT", blue, blue, after, after, after]
    assert asked(life, worker, days[1]).items[0].pending_competency_id == attempt
    assert asked(life, worker, days[5]).items[0].pending_competency_id is None


def test_a_competency_that_was_withdrawn_since(life: Life) -> None:
    role, course = life.role(), life.course(verified=True)
    life.require("role", role, course)
    worker = life.worker(role)
    attempt = life.passed(worker, course)
    life.pass_days(2)
    life.withdraw(attempt)
    assert statuses(life, worker, FIRST + DAY, life.day) == ["AWAITING_VERIFICATION", "NON_COMPLIANT"]
    assert statuses(life, worker, FIRST, known=Known.NOW) == ["NON_COMPLIANT"]
