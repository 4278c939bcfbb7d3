"""The Smart Picker beside the class list: whom to invite, Red first, and who is chosen so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict

from titan.personnel.queries.areas import AreaView, list_areas
from titan.personnel.queries.companies import CompanyShort, list_companies
from titan.personnel.queries.merged import BadgeNow, merged_badge
from titan.personnel.queries.roles import RoleView, list_roles
from titan.training.queries.picker import (
    GroupCounts,
    PickerFilter,
    Suggestion,
    chosen_workers,
    group_counts,
    suggestions,
)
from titan.training.queries.sessions import SessionView
from titan.web.language import language_of_titles
from titan.web.visit import Visit, is_htmx

PAGE = 50
MOST_CHOSEN = 1_000
MOST_CHOICES = 2_000
MOST_SEATS = 100_000
GROUPS = ("RED", "YELLOW", "OTHER")


@dataclass(frozen=True)
class PickerGroup:
    """Suggestions of one group that stand together. total: how many the group holds, found or not."""

    key: str
    total: int
    rows: list[Suggestion] = field(default_factory=list)


@dataclass(frozen=True)
class PickerValues:
    """What the picker shows. chosen: ids that are ticked; set_aside: ticked ones that the search does not show.

    was: the badge that was searched for, of a row that is somebody else by now.

    seats: of the venue chosen, or of the one proposed (0: not known). room: how many of them nobody has yet.
    """

    wanted: PickerFilter
    counts: GroupCounts
    groups: list[PickerGroup]
    set_aside: list[Suggestion]
    chosen: frozenset[int]
    next_cursor: str | None
    last_group: str
    seats: int
    seated: int
    was: BadgeNow | None = None

    @property
    def room(self) -> int:
        return max(0, self.seats - self.seated)

    @property
    def total(self) -> int:
        return self.counts.red + self.counts.yellow + self.counts.other


@dataclass(frozen=True)
class PickerChoices:
    """What the picker may be narrowed to."""

    companies: list[CompanyShort]
    roles: list[RoleView]
    areas: list[AreaView]


def picker_choices(visit: Visit) -> PickerChoices:
    """Return the companies, roles and areas to narrow the picker to."""
    language = language_of_titles()
    return PickerChoices(
        companies=list_companies(by=visit.actor, limit=MOST_CHOICES).items,
        roles=list_roles(language=language, limit=MOST_CHOICES).items,
        areas=list_areas(limit=MOST_CHOICES).items,
    )


def pick_values(request: HttpRequest, visit: Visit, session: SessionView, seats: int) -> PickerValues:
    """Return the picker for what the request asks: search, company_id, role_id, area_id, cursor, pick, worker_ids.

    pick: `red` ticks the Reds up to the seats, `all_red` all of them, `fill` the most urgent up to the seats; what was
    ticked before (worker_ids) stays ticked. A fixed number of statements.
    """
    data = QueryDict(mutable=True)
    data.update(request.GET)
    data.update(request.POST)
    wanted = picker_filter(data)
    # What stands in the form may be newer than what is stored.
    seats = min(next(iter(read_ids([data.get("seats", "")])), seats), MOST_SEATS) if is_htmx(request) else seats
    counts = group_counts(session.id, wanted, by=visit.actor)
    pick, kept = data.get("pick", ""), read_ids(data.getlist("worker_ids"))
    room = max(0, seats - session.attendees - len(kept))
    limit = max(PAGE, min(MOST_CHOSEN, counts.red if pick in {"red", "all_red"} else room if pick == "fill" else 0))
    cursor = data.get("cursor") or None
    page = suggestions(session.id, wanted, limit=limit, cursor=cursor, by=visit.actor, at=visit.at)
    shown = {row.worker_id for row in page.items}
    aside = [] if cursor else chosen_workers(session.id, kept - shown, by=visit.actor, at=visit.at)
    # Whoever was ticked and is on the list by now is chosen no more.
    chosen = (kept & (shown | {row.worker_id for row in aside})) | _picked(
        page.items, pick, kept, room if seats else None
    )
    return PickerValues(
        wanted=wanted,
        counts=counts,
        groups=_grouped(page.items, counts, data.get("after", "") if cursor else ""),
        set_aside=aside,
        chosen=frozenset(chosen),
        next_cursor=page.next_cursor,
        last_group=page.items[-1].group if page.items else "",
        seats=seats,
        seated=session.attendees,
        was=merged_badge(wanted.search) if wanted.search and not cursor else None,
    )


def _picked(rows: list[Suggestion], pick: str, kept: frozenset[int], room: int | None) -> frozenset[int]:
    """Return whom `pick` ticks besides. room: seats left over; None: not known."""
    urgent = [row for row in rows if row.worker_id not in kept and row.group != "OTHER"]
    red = [row.worker_id for row in urgent if row.group == "RED"]
    if pick == "all_red":
        return frozenset(red)
    if pick == "red":
        return frozenset(red if room is None else red[:room])
    if pick == "fill":
        others = [row.worker_id for row in rows if row.worker_id not in kept]
        return frozenset(others[: room or 0])
    return frozenset()


def _grouped(rows: list[Suggestion], counts: GroupCounts, after: str) -> list[PickerGroup]:
    """Return rows by group in their order. after: the group whose heading stands already on the page before."""
    totals = {"RED": counts.red, "YELLOW": counts.yellow, "OTHER": counts.other}
    groups: list[PickerGroup] = []
    for row in rows:
        if not groups or groups[-1].key != row.group:
            groups.append(PickerGroup(row.group, totals[row.group] if row.group != after or groups else 0))
        groups[-1].rows.append(row)
    return groups


def picker_filter(data: QueryDict) -> PickerFilter:
    """Return what the picker is narrowed to; what cannot be an id is no filter."""
    ids = {name: next(iter(read_ids([data.get(name, "")])), None) for name in ("company_id", "role_id", "area_id")}
    group = data.get("group", "")
    search = data.get("search", "").replace("\x00", "").strip()[:200]
    return PickerFilter(search=search or None, group=group if group in GROUPS else None, **ids)


def read_ids(texts: Iterable[str]) -> frozenset[int]:
    """Return those of `texts` that can be ids, as numbers."""
    return frozenset(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
