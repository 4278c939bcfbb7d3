"""The whole flow on the demo site, through the real commands, told step by step.

Runs at the demo's own time, so that it tells the same story every day; the caller gives it a home to throw away.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from titan.catalogue.models import Course
from titan.compliance.commands import catch_up
from titan.compliance.queries.summary import site_counts
from titan.core.actor import Actor, Role, Via
from titan.core.errors import Refusal, SoftBlocked
from titan.demo.sheet import signed_sheet
from titan.evidence.commands import Upload, stage
from titan.evidence.queries import is_intact
from titan.records.models import TrainingRecord
from titan.resources.models import Qualification, Trainer, Venue
from titan.training.commands import (
    MarkChange,
    Plan,
    attach_evidence,
    create_session,
    finalize_session,
    invite_workers,
    mark_attendance,
    schedule_session,
)
from titan.training.models import TrainingSession
from titan.training.queries.gate import preview_finalize
from titan.training.queries.picker import PickerFilter, Suggestion, suggestions
from titan.training.queries.sessions import class_list
from titan.training.rules import SlotTime

Tell = Callable[[str], None]
COURSE, OTHER_COURSE, VENUE = "HSE-002", "HSE-004", "Main Training Room A"
INVITED, PRESENT = 20, 18


@dataclass
class Walk:
    """One walk through the flow. tell: takes each line; at: the moment of the story, which moves on."""

    tell: Tell
    at: datetime
    by: Actor = field(default_factory=lambda: Actor(role=Role.HSE_ADMIN, via=Via.CLI))
    session_id: int = 0
    steps: int = 0

    def step(self, title: str) -> None:
        self.steps += 1
        self.tell(f"\n{self.steps}. {title}")

    def note(self, text: str) -> None:
        self.tell(f"   {text}")

    @contextmanager
    def refused(self, code: str) -> Iterator[None]:
        """Expect that the block is refused with `code`, and tell what it says."""
        try:
            yield
        except Refusal as refusal:
            codes = {refusal.code, *(error.code for error in refusal.errors)}
            if isinstance(refusal, SoftBlocked):
                codes |= {warning.code for warning in refusal.warnings}
            if code not in codes:
                raise
            self.note(f"Refused, {refusal.status} {refusal.code}: {_first_words(refusal)}")
        else:
            raise AssertionError(f"{code} was expected, and nothing was refused.")


def _first_words(refusal: Refusal) -> str:
    return refusal.warnings[0].message if isinstance(refusal, SoftBlocked) else refusal.detail


def walk(tell: Tell, *, start: datetime) -> None:
    """Walk the flow on a freshly loaded demo site and tell it line by line.

    start: the moment of the first step, the day the site's data is of. Raises AssertionError when the product does not
    do what the story says.
    """
    story = Walk(tell, start)
    before = site_counts()
    _counts(story, "The site this morning", before)
    _draft(story)
    slots = _meet_the_blocks(story)
    picked = _fill(story)
    _find_the_gate_closed(story)
    story.at = slots[0].ends_at + timedelta(minutes=30)
    catch_up(at=story.at)
    _hold(story, picked)
    _prove(story)
    _finalize(story)
    _counts(story, "The site two days later, the class held", site_counts())


def _counts(story: Walk, title: str, counts: dict[str, int]) -> None:
    yellow = counts["IN_GRACE"] + counts["EXPIRING"]
    blue = counts["AWAITING_VERIFICATION"]
    story.tell(
        f"{title}: {counts['NON_COMPLIANT']:,} red, {blue} blue, {yellow} yellow, {counts['COMPLIANT']:,} green."
    )


def _draft(story: Walk) -> None:
    story.step("Draft: a class in H2S Awareness, nothing else known yet")
    story.session_id = create_session(Plan(course_id=_course(COURSE)), by=story.by, at=story.at)
    story.note(f"{_code(story.session_id)} is a draft; it holds no trainer, no room, no time.")


def _meet_the_blocks(story: Walk) -> list[SlotTime]:
    day = (story.at + timedelta(days=2)).replace(hour=8, minute=0)
    slots = [SlotTime(day, day + timedelta(hours=4))]
    venue = Venue.objects.get(name=VENUE)
    busy, free, stranger = _trainers()
    other = create_session(Plan(course_id=_course(OTHER_COURSE)), by=story.by, at=story.at)
    booked = Plan(trainer_id=busy.pk, venue_id=venue.pk, slots=slots)
    schedule_session(other, booked, by=story.by, at=story.at)

    story.step(f"Schedule with {stranger.name}, who is not qualified")
    with story.refused("TRAINER_NOT_QUALIFIED"):
        _schedule(story, Plan(trainer_id=stranger.pk, venue_id=venue.pk, slots=slots))

    story.step(f"Schedule with {busy.name}, who teaches {_code(other)} at that time")
    with story.refused("TRAINER_DOUBLE_BOOKED"):
        _schedule(story, Plan(trainer_id=busy.pk, venue_id=venue.pk, slots=slots))

    story.step(f"Schedule with {free.name} in {venue.name}, which {_code(other)} uses at that time")
    plan = Plan(trainer_id=free.pk, venue_id=venue.pk, slots=slots)
    with story.refused("VENUE_OVERLAP"):
        _schedule(story, plan)
    _schedule(story, plan, "VENUE_OVERLAP")
    story.note("Scheduled after the overlap was overridden by name; who did it stays with the session.")
    return slots


def _fill(story: Walk) -> list[Suggestion]:
    story.step(f"Fill it: the Smart Picker puts Red first, {INVITED} are invited")
    page = suggestions(story.session_id, PickerFilter(), limit=INVITED, cursor=None, by=story.by, at=story.at)
    invited = invite_workers(story.session_id, [row.worker_id for row in page.items], by=story.by, at=story.at)
    first = page.items[0]
    story.note(f"First of the list: {first.first_name} {first.last_name} ({first.employee_id}): {first.reason}.")
    story.note(f"{invited.added} added, all {page.items[-1].group}.")
    for warning in invited.warnings:
        story.note(f"Worth knowing: {warning.message}")
    return page.items


def _find_the_gate_closed(story: Walk) -> None:
    story.step("Finalize too early: the gate tells all its reasons at once")
    try:
        preview_finalize(story.session_id, by=story.by, at=story.at)
    except Refusal as refusal:
        codes = [error.code for error in refusal.errors]
        reasons = [f"{code} x {codes.count(code)}" if codes.count(code) > 1 else code for code in dict.fromkeys(codes)]
        story.note(f"Refused, {refusal.status} {refusal.code}: {', '.join(reasons)}.")
    else:
        raise AssertionError("The gate was open before the class.")


def _hold(story: Walk, picked: list[Suggestion]) -> None:
    story.step(
        f"Hold it: on {story.at:%A at %H:%M}, {PRESENT} were present and passed, {INVITED - PRESENT} did not show"
    )
    marks = [
        MarkChange(row.worker_id, status="ATTENDED", result="PASSED")
        if number < PRESENT
        else MarkChange(row.worker_id, status="NO_SHOW")
        for number, row in enumerate(picked)
    ]
    saved = mark_attendance(story.session_id, marks, by=story.by, at=story.at)
    story.note(f"{saved} marks saved; no record exists yet.")


def _prove(story: Walk) -> None:
    story.step("Prove it: the signed sheet is uploaded")
    people = class_list(story.session_id, by=story.by).items
    sheet = signed_sheet(
        _code(story.session_id),
        "H2S Awareness",
        [row.employee_id for row in people],
        [row.employee_id for row in people if row.status == "ATTENDED"],
    )
    staged = stage([Upload(f"{_code(story.session_id)}.pdf", io.BytesIO(sheet))])
    attach_evidence(story.session_id, staged, by=story.by, at=story.at)
    story.note(f"{staged.whole.size:,} bytes, stored under SHA-256 {staged.whole.sha256}.")


def _finalize(story: Walk) -> None:
    story.step("Finalize: one click, one transaction")
    expected = preview_finalize(story.session_id, by=story.by, at=story.at)
    outcome = finalize_session(story.session_id, by=story.by, at=story.at)
    if (expected.turned_green, expected.fully_green) != (outcome.turned_green, outcome.fully_green):
        raise AssertionError("The preview promised another outcome.")
    story.note(f"{outcome.training_records} training records, {outcome.no_show} no-shows, as the preview said.")
    story.note(
        f"{outcome.turned_green} workers turned Green for H2S Awareness,"
        f" {outcome.fully_green} of them are green overall."
    )
    records = TrainingRecord.objects.filter(session_id=story.session_id)
    hashes = set(records.values_list("evidence_sha256", flat=True))
    intact = all(is_intact(pk) for pk in set(records.values_list("evidence_id", flat=True)))
    if hashes != {outcome.evidence_sha256} or not intact or records.count() != outcome.training_records:
        raise AssertionError("The records do not rest on the sheet that was uploaded.")
    story.note(f"All {records.count()} records cite the same sheet, whose bytes were read again and match the hash.")

    story.step("Finalize again, as a second tab would")
    with story.refused("ALREADY_FINALIZED"):
        finalize_session(story.session_id, by=story.by, at=story.at)
    story.note(f"Still {records.count()} records.\n")


def _schedule(story: Walk, plan: Plan, *override: str) -> None:
    schedule_session(story.session_id, plan, override=frozenset(override), by=story.by, at=story.at)


def _trainers() -> tuple[Trainer, Trainer, Trainer]:
    """Return who may teach both courses, who may teach ours alone or too, and who may not teach ours."""
    ours = set(_qualified(COURSE))
    both = sorted(ours & set(_qualified(OTHER_COURSE)))
    busy, free = both[0], min(ours - {both[0]})
    stranger = Trainer.objects.exclude(pk__in=ours).order_by("code")[0]
    return Trainer.objects.get(pk=busy), Trainer.objects.get(pk=free), stranger


def _qualified(course_code: str) -> Iterator[int]:
    yield from Qualification.objects.filter(course__code=course_code, until=None).values_list("trainer_id", flat=True)


def _course(code: str) -> int:
    return Course.objects.get(code=code).pk


def _code(session_id: int) -> str:
    return str(TrainingSession.objects.values_list("code", flat=True).get(pk=session_id))


def story_start(day: date, zone: str) -> datetime:
    """Return nine in the morning of the day the demo's data is of."""
    return datetime.combine(day, time(9), ZoneInfo(zone))
