"""What a course version may hold, and which prerequisites make no circle (domain.md §3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from titan.catalogue.models import DeliveryMethod
from titan.core.given import UNCHANGED, Unchanged, Wrong, given_in
from titan.core.language import N_, _

LONGEST_VALIDITY = 600
SHORTEST_CLASS = 5
LONGEST_CLASS = 52_560
TITLE_LIMIT = 200
MOST_PREREQUISITES = 50


@dataclass(frozen=True)
class VersionContent:
    """What a course is, from one version to the next.

    title: by language, English always. duration_minutes: of the whole class. validity_months: 0 means that it
    never expires. min_pass_score: of 100, or None. prerequisite_ids: courses that are asked for beforehand.
    """

    title: Mapping[str, str]
    duration_minutes: int
    validity_months: int
    delivery_method: str = DeliveryMethod.INSTRUCTOR_LED
    category: str = ""
    min_pass_score: int | None = None
    requires_verification: bool = False
    prerequisite_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class VersionChanges:
    """Some of a version's content; what is UNCHANGED stays."""

    title: Mapping[str, str] | Unchanged = UNCHANGED
    duration_minutes: int | Unchanged = UNCHANGED
    validity_months: int | Unchanged = UNCHANGED
    delivery_method: str | Unchanged = UNCHANGED
    category: str | Unchanged = UNCHANGED
    min_pass_score: int | Unchanged | None = UNCHANGED
    requires_verification: bool | Unchanged = UNCHANGED
    prerequisite_ids: tuple[int, ...] | Unchanged = UNCHANGED


def changed_content(content: VersionContent, changes: VersionChanges) -> VersionContent:
    """Return `content` with those `changes` that were given."""
    return replace(content, **given_in(changes))


def checked_content(content: VersionContent, wrong: Wrong) -> VersionContent:
    """Return `content` cleaned and in a fixed order; report what is out of bounds to `wrong`."""
    wrong.within("duration_minutes", content.duration_minutes, SHORTEST_CLASS, LONGEST_CLASS, N_("minutes"))
    wrong.within("validity_months", content.validity_months, 0, LONGEST_VALIDITY, N_("months (0: never expires)"))
    if content.min_pass_score is not None:
        wrong.within("min_pass_score", content.min_pass_score, 0, 100)
    wrong.choice("delivery_method", content.delivery_method, DeliveryMethod.values)
    if len(content.prerequisite_ids) > MOST_PREREQUISITES:
        wrong.add(
            "prerequisite_ids", "TOO_MANY", _("Give at most %(limit)s prerequisites.") % {"limit": MOST_PREREQUISITES}
        )
    if len(set(content.prerequisite_ids)) < len(content.prerequisite_ids):
        wrong.add("prerequisite_ids", "TWICE", _("Name each prerequisite once."))
    return replace(
        content,
        title=dict(sorted(wrong.translations("title", content.title, limit=TITLE_LIMIT).items())),
        category=wrong.text("category", content.category, limit=60),
        prerequisite_ids=tuple(sorted(set(content.prerequisite_ids))),
    )


def prerequisite_circle(
    course_id: int, wanted: Collection[int], asks_for: Mapping[int, Collection[int]]
) -> tuple[int, ...] | None:
    """Return the shortest circle that `wanted` prerequisites of a course would close, or None (domain.md §3).

    asks_for: the prerequisites of every other course. The circle begins and ends with `course_id`.
    """
    came_from: dict[int, int] = dict.fromkeys(sorted(wanted), course_id)
    line = list(came_from)
    for here in line:
        if here == course_id:
            return _way_back(course_id, came_from)
        for following in sorted(asks_for.get(here, ())):
            if following not in came_from:
                came_from[following] = here
                line.append(following)
    return None


def _way_back(course_id: int, came_from: Mapping[int, int]) -> tuple[int, ...]:
    way = [course_id, came_from[course_id]]
    while way[-1] != course_id:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))
