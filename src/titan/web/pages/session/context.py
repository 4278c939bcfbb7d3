"""What the page of a session shows, put together from one query each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titan.accounts.queries import user_names
from titan.catalogue.queries import CourseFilters, CourseView, VersionView, course, list_courses
from titan.compliance.models import Severity
from titan.compliance.rules import COLOURS
from titan.core.errors import FieldError, SoftBlock
from titan.training.models import SessionStatus
from titan.training.queries.planning import (
    FirstFree,
    PlanCheck,
    Planned,
    TrainerChoice,
    VenueChoice,
    check_plan,
    first_free_time,
    free_trainers,
    trainer_choices,
    venue_choices,
)
from titan.training.queries.roster import RosterLine, roster
from titan.training.queries.sessions import SessionView, session_view
from titan.web.language import language_of_titles
from titan.web.pages.session.execution import execution_values
from titan.web.pages.session.form import PlanForm, ReadPlan, read_plan, stored_form, with_errors
from titan.web.pages.session.pick import pick_values
from titan.web.shown import TOKENS, date_words
from titan.web.visit import Visit

MOST_COURSES = 2_000
_CODE = re.compile(r"TS-\d{4}-(\d{4,19})")


class Phase(StrEnum):
    """Where a session stands on its page. RUNNING: scheduled, from the start of its first slot on."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


def phase_of(session: SessionView, at: datetime) -> Phase:
    if session.status == SessionStatus.SCHEDULED:
        return Phase.RUNNING if session.slots and session.slots[0].starts_at <= at else Phase.SCHEDULED
    return Phase(session.status.lower())


def session_context(
    request: HttpRequest,
    visit: Visit,
    session_id: int,
    *,
    form: PlanForm | None = None,
    session: SessionView | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return everything the page of a session shows; raises NotFound for a session that is not the visitor's.

    form: what was typed, where it is not what is stored. session: where it was read already. more: further values,
    which win over those here. The names that fragments may rely on:

    session: SessionView · phase: Phase · course: CourseView · version: VersionView shown · may_edit: whether the
    visitor may change it · form: PlanForm · check: Check · choices: Choices (None when nothing may be edited) ·
    people: list[RosterLine] · flags: remarks by worker id · steps: of the stepper · picker: PickerValues or None ·
    and, from the first slot's start on, whatever `execution.execution_values` adds.
    """
    session = session or session_view(session_id, by=visit.actor, at=visit.at)
    phase = phase_of(session, visit.at)
    may_edit = visit.actor.is_admin and phase not in (Phase.COMPLETED, Phase.CANCELLED)
    of_course = course(session.course_id, language=language_of_titles())
    form = form or stored_form(session, visit.site)
    values: dict[str, Any] = {
        "session": session,
        "phase": phase,
        "may_edit": may_edit,
        "course": of_course,
        "version": shown_version(of_course, session),
        "form": form,
        "people": roster(session_id, today=visit.today, by=visit.actor),
        "flags": flags_of(session.warnings),
        **(details_values(visit, session, form) if may_edit else _read_only(visit, session)),
        "execution": phase in (Phase.RUNNING, Phase.COMPLETED),
    }
    values["steps"] = steps_of(visit, session, phase, values["check"], values["people"])
    values["picker"] = pick_values(request, visit, session, values["seats"]) if may_edit else None
    if values["execution"]:
        values |= execution_values(visit, session)
    return values | more


def _read_only(visit: Visit, session: SessionView) -> dict[str, Any]:
    return {"check": None, "choices": None, "free": None, "acknowledged": acknowledgements(session, visit)}


@dataclass(frozen=True)
class Choices:
    """What may be chosen in the details. week: the ISO week whose hours stand beside the trainers."""

    courses: list[CourseView]
    trainers: list[TrainerChoice]
    venues: list[VenueChoice]
    week: int

    def trainer(self, chosen: str) -> TrainerChoice | None:
        return next((row for row in self.trainers if str(row.id) == chosen), None)

    def venue(self, chosen: str) -> VenueChoice | None:
        return next((row for row in self.venues if str(row.id) == chosen), None)


@dataclass(frozen=True)
class SoftGroup:
    """The soft blocks of one code, which one tick acknowledges. known: passed before."""

    code: str
    blocks: list[SoftBlock]
    ticked: bool
    known: bool


@dataclass(frozen=True)
class Check:
    """What stands against the details as typed. invalid: the fields that a hard block or an error is about.

    asks: whether soft blocks ask for a tick (before scheduling, or when a scheduled session gets another booking).
    """

    hard: list[SoftBlock]
    soft: list[SoftGroup]
    missing: list[str]
    invalid: list[str]
    asks: bool
    ways_out: list[TrainerChoice] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What the draft waits for, in a few words."""
        if self.hard:
            return _("Blocked")
        if self.missing:
            return self.missing[0]
        return _("Warnings to confirm") if self.unticked else _("Ready to schedule")

    @property
    def unticked(self) -> list[SoftGroup]:
        return [group for group in self.soft if not group.known and not group.ticked] if self.asks else []

    @property
    def passes(self) -> bool:
        return not (self.hard or self.missing or self.unticked or self.invalid)


def details_values(visit: Visit, session: SessionView, form: PlanForm) -> dict[str, Any]:
    """Return what the details show while they may be edited: the choices, the check, the first free time."""
    read = read_plan(form, session, visit.site)
    form = replace(form, errors={**read.errors, **form.errors})
    found = _found(visit, session, form, read)
    choices = _choices(visit, session, read)
    planned = planned_of(read)
    free = None
    if session.status == SessionStatus.DRAFT:
        free = first_free_time(session.id, planned, seats=session.attendees, site=visit.site, at=visit.at)
    check = _check(
        session,
        form,
        read,
        found,
        stored=stored_form(session, visit.site),
        published=_is_published(choices, read.course_id),
    )
    venue = choices.venue(form.venue_id)
    return {
        "form": with_errors(form, _unsaid(form, found.errors)),
        "check": check,
        "choices": choices,
        "free": free,
        "acknowledged": acknowledgements(session, visit),
        "seats": _seats(venue, free),
    }


def _seats(venue: VenueChoice | None, free: FirstFree | None) -> int:
    """Return the seats to fill: of the venue chosen, else of the one proposed; 0: not known."""
    if venue is not None:
        return venue.capacity
    return free.capacity if free else 0


def _found(visit: Visit, session: SessionView, form: PlanForm, read: ReadPlan) -> PlanCheck:
    """Return what stands against the form; what is stored was checked already when the session was read."""
    stored = stored_form(session, visit.site)
    if (form.course_id, form.trainer_id, form.venue_id, form.rows) == (
        stored.course_id,
        stored.trainer_id,
        stored.venue_id,
        stored.rows,
    ):
        known = frozenset((item.code, item.subject) for item in session.overrides)
        return PlanCheck([], list(session.blockers), list(session.warnings), known)
    return check_plan(session.id, planned_of(read), site=visit.site, by=visit.actor, at=visit.at)


def _unsaid(form: PlanForm, errors: Sequence[FieldError]) -> list[FieldError]:
    """Return the errors whose field says nothing yet: a refusal of the command has said the same."""
    return [error for error in errors if ".".join(error.field.split(".")[:2]) not in form.errors]


def planned_of(read: ReadPlan) -> Planned:
    """Return the values of a form as the plan to be judged."""
    return Planned(read.course_id, read.trainer_id, read.venue_id, read.slots)


def _choices(visit: Visit, session: SessionView, read: ReadPlan) -> Choices:
    week_of = min(read.slots).starts_at.astimezone(visit.site.zone).date() if read.slots else visit.today
    courses: list[CourseView] = []
    if session.status == SessionStatus.DRAFT:
        language = language_of_titles()
        courses = list_courses(CourseFilters(), language=language, limit=MOST_COURSES).items
    return Choices(
        courses=courses,
        trainers=trainer_choices(read.course_id, week_of=week_of, site=visit.site, keep=read.trainer_id),
        venues=venue_choices(keep=read.venue_id),
        week=week_of.isocalendar().week,
    )


def _check(
    session: SessionView, form: PlanForm, read: ReadPlan, found: PlanCheck, *, stored: PlanForm, published: bool
) -> Check:
    is_draft = session.status == SessionStatus.DRAFT
    rebooked = any(getattr(form, name) != getattr(stored, name) for name in ("trainer_id", "venue_id", "rows"))
    missing = [
        text
        for value, text in (
            (read.trainer_id, _("Choose a trainer.")),
            (read.venue_id, _("Choose a venue.")),
            (read.slots, _("Give at least one date with its times.")),
        )
        if not value
    ]
    if is_draft and not published:
        missing.append(_("The course has no published version. Publish one in the library first."))
    about = {"TRAINER_NOT_QUALIFIED": ["trainer_id"], "TRAINER_DOUBLE_BOOKED": ["trainer_id", "slots"]}
    invalid = [name for block in found.hard for name in about.get(block.code, [])]
    invalid += [*form.errors, *(".".join(error.field.split(".")[:2]) for error in found.errors)]
    return Check(
        hard=found.hard,
        soft=_groups(found, form),
        missing=missing,
        invalid=sorted(set(invalid)),
        asks=is_draft or rebooked,
        ways_out=free_trainers(session.id, read.course_id, read.slots) if found.hard else [],
    )


def _is_published(choices: Choices, course_id: int) -> bool:
    return any(row.id == course_id and row.published_version is not None for row in choices.courses)


def _groups(found: PlanCheck, form: PlanForm) -> list[SoftGroup]:
    """Return the soft blocks by code and by whether somebody passed them before. A tick counts for what was seen."""
    groups: dict[tuple[str, bool], list[SoftBlock]] = {}
    for block in found.soft:
        groups.setdefault((block.code, (block.code, block.subject) in found.acknowledged), []).append(block)
    return [
        SoftGroup(
            code=code,
            blocks=blocks,
            ticked=code in form.ticked and all((code, block.subject) in form.seen for block in blocks),
            known=known,
        )
        for (code, known), blocks in groups.items()
    ]


@dataclass(frozen=True)
class Piece:
    """A piece of a message; session_id: the session that it names."""

    text: str
    session_id: int | None = None


def pieces(message: str) -> list[Piece]:
    """Return a message in pieces, so that the codes of sessions in it can be links."""
    found, end = [], 0
    for code in _CODE.finditer(message):
        found += [Piece(message[end : code.start()]), Piece(code.group(), int(code.group(1)))]
        end = code.end()
    return [piece for piece in (*found, Piece(message[end:])) if piece.text]


def soft_words(code: str, count: int) -> str:
    """Return what a tick acknowledges, in words, for soft blocks about several people or sessions."""
    words = {
        "VENUE_OVERLAP": ngettext(
            "The venue is shared with %(n)d session", "The venue is shared with %(n)d sessions", count
        ),
        "PREREQUISITE_MISSING": ngettext("%(n)d prerequisite is missing", "%(n)d prerequisites are missing", count),
        "ATTENDEE_DOUBLE_BOOKED": ngettext(
            "%(n)d double booking of attendees", "%(n)d double bookings of attendees", count
        ),
        "VENUE_CAPACITY_EXCEEDED": _("More people than seats"),
        "STARTS_IN_PAST": _("The class starts in the past"),
    }
    return words.get(code, code) % {"n": count}


def flags_of(warnings: Iterable[SoftBlock]) -> dict[int, list[str]]:
    """Return the soft blocks that are about one attendee, by worker."""
    flags: dict[int, list[str]] = {}
    for block in warnings:
        about = block.subject.partition("/")[0].partition(":")
        if about[0] == "worker" and about[2].isdigit():
            flags.setdefault(int(about[2]), []).append(block.message)
    return flags


def status_colour(status: str | None) -> str:
    """Return the colour of a worker's status for a course; none where the course is not asked of them."""
    return TOKENS[COLOURS[Severity[status]]] if status else "none"


def shown_version(of_course: CourseView, session: SessionView) -> VersionView:
    """Return the version that a session teaches: the one it keeps, else the one it would be scheduled with."""
    number = session.course_version or of_course.version
    return next(version for version in of_course.versions or [] if version.number == number)


@dataclass(frozen=True)
class Step:
    """One step of the stepper. state: done, open (passed but not complete) or nothing."""

    name: str
    note: str
    state: str = ""
    current: bool = False


def steps_of(
    visit: Visit, session: SessionView, phase: Phase, check: Check | None, people: Sequence[RosterLine]
) -> list[Step]:
    """Return the five steps from Draft to Finalized, with what each waits for."""
    unmarked = sum(
        1
        for line in people
        if line.attendee.status == "REGISTERED" or (line.attendee.status == "ATTENDED" and not line.attendee.result)
    )
    marked = bool(people) and not unmarked
    reached = {Phase.DRAFT: 0, Phase.SCHEDULED: 1, Phase.COMPLETED: 5}.get(phase, 2)
    if phase is Phase.RUNNING:
        reached = 2 if not marked else 3 if session.evidence is None else 4
    if phase is Phase.CANCELLED:
        reached = -1
    marks = ngettext("%(n)d mark is missing", "%(n)d marks are missing", unmarked) % {"n": unmarked}
    notes = [
        _draft_note(session, check),
        date_words(visit.site.today(session.slots[0].starts_at)) if reached >= 1 and session.slots else _("Not yet"),
        _("All marked") if reached >= 2 and marked else marks if phase is Phase.RUNNING else _("After the class"),
        _("Sheet attached") if session.evidence is not None else _("One signed sheet"),
        _("Done") if phase is Phase.COMPLETED else _("Creates the records"),
    ]
    names = [_("Draft"), _("Scheduled"), _("Attendance"), _("Evidence"), _("Finalized")]
    return [
        Step(name, note, "done" if number < reached else "", number == reached)
        for number, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def _draft_note(session: SessionView, check: Check | None) -> str:
    if session.status == SessionStatus.CANCELLED:
        return _("Cancelled")
    if session.status != SessionStatus.DRAFT:
        return session.trainer_name
    return check.note if check else _("In preparation")


def acknowledgements(session: SessionView, visit: Visit) -> list[str]:
    """Return who passed which soft blocks, and when, in words."""
    if not session.overrides:
        return []
    names = user_names(item.by_id for item in session.overrides if item.by_id is not None)
    counts = Counter((item.code, item.by_id or 0, visit.site.today(item.at)) for item in session.overrides)
    return [
        _("%(what)s: acknowledged by %(name)s on %(day)s.")
        % {"what": soft_words(code, n), "name": names.get(by_id, _("the system")), "day": date_words(day)}
        for (code, by_id, day), n in counts.items()
    ]


__all__ = ["Check", "Choices", "FirstFree", "Phase", "session_context"]
