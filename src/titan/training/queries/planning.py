"""What would stand against a plan, and what may be chosen for it: read while somebody fills in a session's form.

Nothing here writes. The blocks are those of `queries.blocks`, so that a preview cannot differ from the refusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from titan.catalogue.models import CourseVersion, VersionStatus
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.clock import iso_week
from titan.core.errors import FieldError, NotFound, SoftBlock
from titan.core.settings import Site
from titan.resources.models import Qualification, Trainer, Venue
from titan.training.access import visible_sessions
from titan.training.models import HELD, Attendance, Attendee, Override, Slot
from titan.training.queries.blocks import Booking, hard_blocks, soft_blocks
from titan.training.queries.load import hours_booked
from titan.training.rules import LONGEST_SLOT, FreeTime, SlotTime, WorkingHours, first_free, propose_slots, slot_errors

DAYS_AHEAD = 90
USUAL_CLASS = 20


@dataclass(frozen=True)
class Planned:
    """What a session would be: the whole plan to be judged, not only what changed."""

    course_id: int
    trainer_id: int | None
    venue_id: int | None
    slots: Sequence[SlotTime]


@dataclass(frozen=True)
class PlanCheck:
    """What stands against a plan. acknowledged: (code, subject) of soft blocks that somebody passed before."""

    errors: list[FieldError]
    hard: list[SoftBlock]
    soft: list[SoftBlock]
    acknowledged: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class TrainerChoice:
    """A trainer to choose. qualified: for the course asked about; hours: held in the week asked about."""

    id: int
    name: str
    qualified: bool
    hours: float
    is_active: bool


@dataclass(frozen=True)
class VenueChoice:
    id: int
    name: str
    capacity: int
    is_active: bool


@dataclass(frozen=True)
class FirstFree:
    """The first time at which somebody qualified and a venue are free."""

    slots: list[SlotTime]
    trainer_id: int
    trainer_name: str
    venue_id: int
    venue_name: str
    capacity: int


def check_plan(session_id: int, planned: Planned, *, site: Site, by: Actor, at: datetime) -> PlanCheck:
    """Return what would stand against a session with this plan, in a fixed number of statements. Raises NotFound."""
    session = visible_sessions(by).filter(pk=session_id).values("course_id", "course_version_id").first()
    if session is None:
        raise NotFound("session", session_id)
    errors = slot_errors(planned.slots)
    booking = Booking(
        session_id=session_id,
        course_id=planned.course_id,
        course_version_id=session["course_version_id"] if planned.course_id == session["course_id"] else None,
        trainer_id=planned.trainer_id,
        venue_id=planned.venue_id,
        slots=[] if errors else planned.slots,
        zone=site.zone,
    )
    kept = Override.objects.filter(session_id=session_id).values_list("code", "subject")
    return PlanCheck(errors, hard_blocks(booking), soft_blocks(booking, at=at), frozenset(kept))


def trainer_choices(course_id: int, *, week_of: date, site: Site, keep: int | None = None) -> list[TrainerChoice]:
    """Return the active trainers (and the one to `keep`), qualified ones first, with their hours in that week.

    Two statements.
    """
    qualified = Exists(_qualified(course_id))
    wanted = Trainer.objects.filter(Q(is_active=True) | Q(pk=keep or 0)).annotate(qualified=qualified)
    rows = list(wanted.order_by("-qualified", "first_name", "last_name", "id"))
    hours = hours_booked([row.pk for row in rows], week=iso_week(week_of), zone=site.zone)
    return [TrainerChoice(row.pk, row.name, row.qualified, hours[row.pk], row.is_active) for row in rows]


def venue_choices(*, keep: int | None = None) -> list[VenueChoice]:
    """Return the active venues (and the one to `keep`) by name (one statement)."""
    rows = Venue.objects.filter(Q(is_active=True) | Q(pk=keep or 0)).order_by("name")
    return [VenueChoice(*row) for row in rows.values_list("id", "name", "capacity", "is_active")]


def free_trainers(session_id: int, course_id: int, slots: Sequence[SlotTime], *, most: int = 3) -> list[TrainerChoice]:
    """Return qualified active trainers who hold nothing else during `slots` (two statements)."""
    if not slots:
        return []
    first, last = min(slots).starts_at, max(slot.ends_at for slot in slots)
    qualified = Trainer.objects.filter(Exists(_qualified(course_id)), is_active=True).order_by("first_name", "id")
    rows = list(qualified)
    held = _held(Q(held_by_id__in=id_set(row.pk for row in rows)), first, last, session_id)
    busy = {
        owner
        for owner, times in _by_owner(held.values_list("held_by_id", "starts_at", "ends_at")).items()
        if any(a.starts_at < b.ends_at and b.starts_at < a.ends_at for a in times for b in slots)
    }
    free = [row for row in rows if row.pk not in busy][:most]
    return [TrainerChoice(row.pk, row.name, True, 0.0, row.is_active) for row in free]


def proposed_slots(course_id: int, first_day: date, *, site: Site) -> list[SlotTime]:
    """Return slots for the course's published duration from `first_day` on (one statement); none while unpublished."""
    minutes = _duration(course_id)
    return propose_slots(minutes, first_day, working_hours(site)) if minutes else []


def first_free_time(
    session_id: int,
    planned: Planned,
    *,
    seats: int,
    site: Site,
    at: datetime,
) -> FirstFree | None:
    """Return the first time, within 90 days, at which a qualified trainer and a venue are free (six statements).

    Times at which the people invited are busy are passed over, as long as there are others. The planned trainer and
    venue come first; else whoever teaches least often in that time, and the smallest venue that seats `seats` people (a
    usual class while nobody is invited; the largest, when none does). None: nothing is free, or the course is not
    published.
    """
    minutes = _duration(planned.course_id)
    if not minutes:
        return None
    days = [site.today(at) + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
    until = at + timedelta(days=DAYS_AHEAD + 60)
    trainers = {row.pk: row for row in Trainer.objects.filter(Exists(_qualified(planned.course_id)), is_active=True)}
    venues = {row.pk: row for row in Venue.objects.filter(is_active=True)}
    taught = _held(Q(held_by_id__in=id_set(trainers)), at, until, session_id)
    used = _held(Q(session__venue_id__in=id_set(venues), session__status__in=HELD), at, until, session_id)
    teaching = _by_owner(taught.values_list("held_by_id", "starts_at", "ends_at"))
    using = _by_owner(used.annotate(owner=F("session__venue_id")).values_list("owner", "starts_at", "ends_at"))
    big_enough = [pk for pk, row in venues.items() if row.capacity >= (seats or USUAL_CLASS)]
    largest_first = sorted(venues, key=lambda pk: (-venues[pk].capacity, pk))
    search = partial(
        first_free,
        minutes,
        days,
        working_hours(site),
        trainers={
            pk: teaching[pk]
            for pk in sorted(trainers, key=lambda pk: (pk != planned.trainer_id, len(teaching[pk]), trainers[pk].code))
        },
        venues={
            pk: using[pk]
            for pk in sorted(
                sorted(big_enough, key=lambda pk: (venues[pk].capacity, pk)) or largest_first,
                key=lambda pk: pk != planned.venue_id,
            )
        },
        not_before=at,
    )
    found = search(people=_busy_people(session_id, at, until)) or search()
    return _named(found, trainers, venues) if found else None


def working_hours(site: Site) -> WorkingHours:
    """Return when the site works."""
    return WorkingHours(site.work_starts, site.work_ends, site.break_starts, site.break_ends, site.zone)


def _busy_people(session_id: int, first: datetime, last: datetime) -> list[SlotTime]:
    """Return the times at which people on the class list sit in other held sessions (one statement)."""
    here = Attendee.objects.filter(session_id=session_id).values("worker_id")
    there = Attendee.objects.filter(worker_id__in=here, session__status__in=HELD).exclude(status=Attendance.NO_SHOW)
    slots = _held(Q(session_id__in=there.values("session_id")), first, last, session_id)
    return [SlotTime(*times) for times in slots.values_list("starts_at", "ends_at")]


def _named(found: FreeTime, trainers: dict[int, Trainer], venues: dict[int, Venue]) -> FirstFree:
    trainer, venue = trainers[found.trainer_id], venues[found.venue_id]
    return FirstFree(found.slots, trainer.pk, trainer.name, venue.pk, venue.name, venue.capacity)


def _qualified(course_id: int) -> QuerySet[Qualification]:
    return Qualification.objects.filter(trainer_id=OuterRef("pk"), course_id=course_id, until=None)


def _duration(course_id: int) -> int | None:
    published = CourseVersion.objects.filter(course_id=course_id, status=VersionStatus.PUBLISHED)
    return published.values_list("duration_minutes", flat=True).first()


def _held(who: Q, first: datetime, last: datetime, session_id: int) -> QuerySet[Slot]:
    # No slot is longer than LONGEST_SLOT: the lower bound lets the index do the work.
    times = Q(starts_at__gt=first - LONGEST_SLOT, starts_at__lt=last, ends_at__gt=first)
    return Slot.objects.filter(who, times).exclude(session_id=session_id)


def _by_owner(rows: Iterable[tuple[int | None, datetime, datetime]]) -> dict[int, list[SlotTime]]:
    times: dict[int, list[SlotTime]] = defaultdict(list)
    for owner, starts_at, ends_at in rows:
        times[owner or 0].append(SlotTime(starts_at, ends_at))
    return times
