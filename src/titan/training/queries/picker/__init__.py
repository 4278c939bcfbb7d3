"""The Smart Picker: whom to invite, Red first (domain.md §6).

Active workers not yet on the list, in this order: NON_COMPLIANT by name, IN_GRACE by due date, EXPIRING by expiry date,
then everyone else by name. A page deep down costs what the first does: `order` finds who stands on it, `rows` what is
shown of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from titan.core import settings
from titan.core.actor import Actor
from titan.core.errors import NotFound
from titan.core.given import possible_ids
from titan.core.models import SiteSettings
from titan.core.page import Page
from titan.core.permit import need_reader
from titan.training.models import TrainingSession
from titan.training.queries.picker import order
from titan.training.queries.picker.order import GROUPS, PickerFilter
from titan.training.queries.picker.rows import Suggestion, rows_of

__all__ = [
    "GroupCounts",
    "PickerFilter",
    "Suggestion",
    "chosen_workers",
    "group_counts",
    "suggestions",
]


@dataclass(frozen=True)
class GroupCounts:
    """How many workers each group of the picker holds."""

    red: int
    yellow: int
    other: int


def suggestions(
    session_id: int, wanted: PickerFilter, *, limit: int, cursor: str | None, by: Actor, at: datetime
) -> Page[Suggestion]:
    """Return a page of suggestions for a session's course; at most nine statements. Raises NotFound."""
    course_id, site = _asked_of(session_id, by)
    after = order.place_of(cursor)
    found = order.in_order(session_id, course_id, wanted, after=after, most=limit + 1)
    page = found[:limit]
    next_cursor = page[-1].cursor() if len(found) > limit else None
    return Page(rows_of(page, course_id, site.today(at)), next_cursor, None)


def group_counts(session_id: int, wanted: PickerFilter, *, by: Actor) -> GroupCounts:
    """Return how many workers there are to suggest in each group (at most five statements).

    Whatever group `wanted` names. Raises NotFound, Forbidden.
    """
    counts = order.counts(session_id, _asked_of(session_id, by)[0], wanted)
    by_group = {"RED": 0, "YELLOW": 0, "OTHER": 0}
    for part, n in counts.items():
        by_group[GROUPS[part]] += n
    return GroupCounts(by_group["RED"], by_group["YELLOW"], by_group["OTHER"])


def chosen_workers(session_id: int, worker_ids: Iterable[int], *, by: Actor, at: datetime) -> list[Suggestion]:
    """Return these workers as suggestions, by name, as far as they can be suggested at all (three statements)."""
    course_id, site = _asked_of(session_id, by)
    found = order.these(session_id, course_id, worker_ids)
    return rows_of(found, course_id, site.today(at))


# Written out: each key pressed in the search asks it anew.
_ASKED = f"""SELECT course_id, (SELECT timezone FROM {SiteSettings._meta.db_table} WHERE until IS NULL)
    FROM {TrainingSession._meta.db_table} WHERE id = %s"""


def _asked_of(session_id: int, by: Actor) -> tuple[int, settings.Site]:
    """Return the session's course, and the site. Whoever may read about workers sees every session (need_reader)."""
    need_reader(by)
    for possible in possible_ids([session_id]):
        with connection.cursor() as cursor:
            cursor.execute(_ASKED, [possible])
            row = cursor.fetchone()
        if row is not None:
            return int(row[0]), settings.Site(timezone=row[1]) if row[1] else settings.Site(is_set_up=False)
    raise NotFound("session", session_id)
