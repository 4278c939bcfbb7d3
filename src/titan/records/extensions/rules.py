"""What an extension of validity asks for, and what is wrong with it in itself. Pure; `today` is the site's day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from titan.core.given import YEAR, Wrong, is_blank
from titan.core.language import _
from titan.records.models import DaysOf

MOST_AT_ONCE = 50_000
REFERENCE_LIMIT = 120
REASON_LIMIT = 1_000
FURTHEST = 10 * YEAR
"""How far from today an extension reaches at most, against slips of the pen."""


@dataclass(frozen=True)
class Extending:
    """Which records of a course are valid longer, and through which day.

    first_day, last_day: of the record's `expires_on` or `completed_on`, as `days_of` says; both inclusive.
    """

    course_id: int
    days_of: str
    first_day: date
    last_day: date
    until: date


@dataclass(frozen=True)
class AuthorityDecision:
    """The authority's decision: how it names it (a number, a letter), of which day it is, and why we follow it."""

    reference: str
    decided_on: date
    reason: str


@dataclass(frozen=True)
class Line:
    """One record of an extension: until when it is valid, and would be with it (or without it again)."""

    record_id: int
    worker_id: int
    valid_until: date
    becomes: date

    @property
    def changes(self) -> bool:
        return self.becomes != self.valid_until


def digest_of(lines: Iterable[Line]) -> str:
    """Return what names this very list, so that whoever decides can say which one they were shown."""
    said = "\n".join(f"{line.record_id} {line.valid_until} {line.becomes}" for line in lines)
    return sha256(said.encode()).hexdigest()


def check_extending(extending: Extending, wrong: Wrong, *, today: date) -> None:
    """Report what is wrong with the choice of records in itself; whether the course exists is not asked here."""
    wrong.choice("days_of", extending.days_of, DaysOf.values)
    furthest = today + FURTHEST
    wrong.day("from", extending.first_day, furthest)
    wrong.day("to", extending.last_day, furthest)
    wrong.day("until", extending.until, furthest)
    if extending.last_day < extending.first_day:
        wrong.add("to", "OUT_OF_ORDER", _("Give a last day that is not before the first."))


def checked_decision(decision: AuthorityDecision, wrong: Wrong, *, today: date) -> AuthorityDecision:
    """Return the decision with its texts cleaned; report what is wrong with it."""
    reference = wrong.text("reference", decision.reference, limit=REFERENCE_LIMIT)
    if is_blank(reference):
        wrong.add("reference", "REQUIRED", _("Give the number or the name of the decision, as the authority does."))
    reason = wrong.text("reason", decision.reason, limit=REASON_LIMIT, lines=True)
    if is_blank(reason):
        wrong.add("reason", "REASON_REQUIRED", _("Say who decided and why, so that the auditor can follow."))
    wrong.day("decided_on", decision.decided_on, today)
    return replace(decision, reference=reference, reason=reason)
