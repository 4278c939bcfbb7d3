"""What stands against a session: hard blocks and soft blocks (domain.md §5). The same for preview and refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q

from titan.catalogue.models import Course, CourseVersion, Prerequisite, VersionStatus
from titan.core.bulk import id_set
from titan.core.clock import site_date
from titan.core.errors import SoftBlock
from titan.core.language import _
from titan.records.models import Result, TrainingRecord
from titan.resources.models import Qualification, Trainer, Venue
from titan.training.models import HELD, Attendance, Attendee, Slot
from titan.training.rules import SlotTime


@dataclass(frozen=True)
class Booking:
    """What a session asks for: the whole state to be judged, not only what changed."""

    session_id: int
    course_id: int
    course_version_id: int | None
    trainer_id: int | None
    venue_id: int | None
    slots: Sequence[SlotTime]
    zone: ZoneInfo


def hard_blocks(booking: Booking) -> list[SoftBlock]:
    """Return what nobody may override: the trainer is not qualified, or teaches elsewhere then.

    Four statements at most.
    """
    trainer = Trainer.objects.filter(pk=booking.trainer_id).first() if booking.trainer_id else None
    if trainer is None:
        return []
    blocks = []
    if not is_qualified(trainer.pk, booking.course_id):
        code = Course.objects.values_list("code", flat=True).get(pk=booking.course_id)
        blocks.append(
            SoftBlock(
                "TRAINER_NOT_QUALIFIED",
                _(
                    "%(trainer)s may not teach %(code)s: no qualification in the trainer library. Add it there, or "
                    "choose another trainer."
                )
                % {"trainer": trainer.name, "code": code},
                f"trainer:{trainer.pk}",
            )
        )
    for slot in _slots_at_once(booking.slots, Q(held_by_id=trainer.pk), booking.session_id):
        blocks.append(
            SoftBlock(
                "TRAINER_DOUBLE_BOOKED",
                _("%(trainer)s is booked for %(session)s. Choose another time or another trainer.")
                % {"trainer": trainer.name, "session": _session_words(slot, booking.zone)},
                f"session:{slot.session_id}",
            )
        )
    return blocks


def is_qualified(trainer_id: int, course_id: int) -> bool:
    """Say whether the trainer may teach the course now (one statement)."""
    return Qualification.objects.filter(trainer_id=trainer_id, course_id=course_id, until=None).exists()


def soft_blocks(booking: Booking, *, at: datetime, worker_ids: Iterable[int] | None = None) -> list[SoftBlock]:
    """Return what an admin must acknowledge by name, in a fixed number of statements.

    worker_ids: judge only these attendees, already on the list (None: all of them).
    """
    attendees = Attendee.objects.filter(session_id=booking.session_id).exclude(status=Attendance.NO_SHOW)
    some = attendees if worker_ids is None else attendees.filter(worker_id__in=id_set(worker_ids))
    people = {row["worker_id"]: _name(row) for row in some.values("worker_id", *_NAMES)}
    return [
        *_starts_in_past(booking, at),
        *_venue_overlaps(booking),
        *_over_capacity(booking, attendees.count() if booking.venue_id else 0),
        *_missing_prerequisites(booking, people, at),
        *_double_booked_attendees(booking, people),
    ]


_NAMES = ("worker__first_name", "worker__last_name", "worker__employee_id")


def _name(row: dict[str, str]) -> str:
    first, last, badge = (row[field] for field in _NAMES)
    return f"{first} {last} ({badge})"


def _starts_in_past(booking: Booking, at: datetime) -> list[SoftBlock]:
    starts = min((slot.starts_at for slot in booking.slots), default=at)
    if starts >= at:
        return []
    local = starts.astimezone(booking.zone)
    return [
        SoftBlock(
            "STARTS_IN_PAST",
            _("The class starts in the past: %(local)s. Correct the time, or confirm it.")
            % {"local": f"{local:%Y-%m-%d %H:%M}"},
            # In UTC: the same moment is the same subject, however the request wrote it.
            f"start:{starts.astimezone(UTC).isoformat()}",
        )
    ]


def _venue_overlaps(booking: Booking) -> list[SoftBlock]:
    if booking.venue_id is None:
        return []
    at_venue = Q(session__venue_id=booking.venue_id, session__status__in=HELD)
    return [
        SoftBlock(
            "VENUE_OVERLAP",
            _("The venue is shared with %(session)s.") % {"session": _session_words(slot, booking.zone)},
            f"session:{slot.session_id}",
        )
        for slot in _slots_at_once(booking.slots, at_venue, booking.session_id)
    ]


def _over_capacity(booking: Booking, seated: int) -> list[SoftBlock]:
    venue = Venue.objects.filter(pk=booking.venue_id).first() if booking.venue_id else None
    if venue is None or seated <= venue.capacity:
        return []
    return [
        SoftBlock(
            "VENUE_CAPACITY_EXCEEDED",
            _("%(seated)s/%(capacity)s seats: %(over)s more than %(venue)s holds.")
            % {"seated": seated, "capacity": venue.capacity, "over": seated - venue.capacity, "venue": venue.name},
            f"venue:{venue.pk}",
        )
    ]


def _missing_prerequisites(booking: Booking, people: dict[int, str], at: datetime) -> list[SoftBlock]:
    versions = CourseVersion.objects.filter(course_id=booking.course_id)
    version = (
        versions.filter(pk=booking.course_version_id)
        if booking.course_version_id
        else versions.filter(status=VersionStatus.PUBLISHED)
    )
    wanted = dict(
        Prerequisite.objects.filter(version__in=version).values_list("course_id", "course__code").order_by("course_id")
    )
    if not wanted or not people:
        return []
    held = set(
        TrainingRecord.objects.filter(
            worker_id__in=id_set(people),
            course_id__in=id_set(wanted),
            result=Result.PASSED,
            revoked_at=None,
            valid_until__gte=_class_day(booking, at),
        ).values_list("worker_id", "course_id")
    )
    return [
        SoftBlock(
            "PREREQUISITE_MISSING",
            _("%(name)s has no valid %(code)s, needed before this course.") % {"name": name, "code": code},
            f"worker:{worker_id}/course:{course_id}",
        )
        for worker_id, name in people.items()
        for course_id, code in wanted.items()
        if (worker_id, course_id) not in held
    ]


def _class_day(booking: Booking, at: datetime) -> date:
    starts = min((slot.starts_at for slot in booking.slots), default=at)
    return site_date(max(starts, at), booking.zone)


def _double_booked_attendees(booking: Booking, people: dict[int, str]) -> list[SoftBlock]:
    if not people or not booking.slots:
        return []
    elsewhere = (
        Attendee.objects.filter(worker_id__in=id_set(people), session__status__in=HELD)
        .exclude(session_id=booking.session_id)
        .exclude(status=Attendance.NO_SHOW)
        .filter(_any_overlap(booking.slots, "session__slots__"))
        .values("worker_id", "session_id", "session__code")
        .distinct()
        .order_by("worker_id", "session_id")
    )
    return [
        SoftBlock(
            "ATTENDEE_DOUBLE_BOOKED",
            _("%(worker)s is also on %(session)s at that time.")
            % {"worker": people[row["worker_id"]], "session": row["session__code"]},
            f"worker:{row['worker_id']}/session:{row['session_id']}",
        )
        for row in elsewhere
    ]


def _any_overlap(slots: Sequence[SlotTime], prefix: str = "") -> Q:
    """Return a condition: the slot overlaps any of `slots` (the rule `overlaps`, as the database reads it)."""
    return reduce(
        or_,
        (Q(**{f"{prefix}starts_at__lt": slot.ends_at, f"{prefix}ends_at__gt": slot.starts_at}) for slot in slots),
    )


def _slots_at_once(slots: Sequence[SlotTime], who: Q, session_id: int) -> list[Slot]:
    """Return other sessions' held slots that overlap any of `slots`, the first one of each session."""
    if not slots:
        return []
    found = (
        Slot.objects.filter(who, _any_overlap(slots))
        .exclude(session_id=session_id)
        .select_related("session")
        .order_by("session_id", "starts_at")
    )
    first: dict[int, Slot] = {}
    for slot in found:
        first.setdefault(slot.session_id, slot)
    return list(first.values())


def _session_words(slot: Slot, zone: ZoneInfo) -> str:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    return _("%(session)s on %(day)s, %(starts)s–%(ends)s") % {
        "session": slot.session.code,
        "day": f"{starts:%Y-%m-%d}",
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}",
    }
