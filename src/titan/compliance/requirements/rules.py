"""Which requirements make sense, and what replacing them changes (domain.md §3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from titan.compliance.models import RequirementType
from titan.core.given import Wrong
from titan.core.language import N_, _

LONGEST_GRACE = 365
MOST_REQUIREMENTS = 1_000


@dataclass(frozen=True)
class RequirementGiven:
    """A course that is asked for: PRE_MOB, or POST_MOB with 1 to 365 days of grace."""

    course_id: int
    type: str
    grace_period_days: int | None = None


@dataclass(frozen=True)
class Replacement:
    """What replacing requirements ends and begins; what stays is in neither."""

    ended: tuple[RequirementGiven, ...]
    begun: tuple[RequirementGiven, ...]

    @property
    def course_ids(self) -> set[int]:
        return {asked.course_id for asked in (*self.ended, *self.begun)}


def check_requirements(wanted: Sequence[RequirementGiven], known_courses: Collection[int], wrong: Wrong) -> None:
    """Report what makes no sense to `wrong`: type, grace, an unknown course, a course named twice."""
    seen: set[int] = set()
    for index, asked in enumerate(wanted):
        place = f"requirements.{index}"
        if asked.course_id not in known_courses:
            wrong.add(
                f"{place}.course_id", "UNKNOWN", _("There is no course %(course)s.") % {"course": asked.course_id}
            )
        elif asked.course_id in seen:
            wrong.add(
                f"{place}.course_id", "TWICE", _("Course %(course)s is named twice.") % {"course": asked.course_id}
            )
        seen.add(asked.course_id)
        wrong.choice(f"{place}.type", asked.type, RequirementType.values)
        _check_grace(asked, f"{place}.grace_period_days", wrong)


def _check_grace(asked: RequirementGiven, place: str, wrong: Wrong) -> None:
    days = asked.grace_period_days
    if asked.type == RequirementType.PRE_MOB and days is not None:
        wrong.add(place, "NO_GRACE_BEFORE_ENTRY", _("PRE_MOB is asked for before site entry: leave the grace out."))
    if asked.type == RequirementType.POST_MOB and days is None:
        wrong.add(
            place,
            "REQUIRED",
            _("Give the days of grace of a POST_MOB requirement, 1 to %(limit)s.") % {"limit": LONGEST_GRACE},
        )
    elif asked.type == RequirementType.POST_MOB and days is not None:
        wrong.within(place, days, 1, LONGEST_GRACE, N_("days"))


def replacement(current: Mapping[int, RequirementGiven], wanted: Iterable[RequirementGiven]) -> Replacement:
    """Return what to end and what to begin so that `current` (by course) becomes `wanted`."""
    after = {asked.course_id: asked for asked in wanted}
    ended = [held for pk, held in sorted(current.items()) if after.get(pk) != held]
    begun = [asked for pk, asked in sorted(after.items()) if current.get(pk) != asked]
    return Replacement(tuple(ended), tuple(begun))
