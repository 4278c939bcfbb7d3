"""Whom a mass action is about, and what becomes of each; the command asks the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from titan.core.bulk import id_set
from titan.core.errors import Conflict, invalid
from titan.core.given import YEAR, Wrong, possible_ids
from titan.core.language import _
from titan.personnel.mass_actions.rules import MOST_AT_ONCE, Line, MassAction, Outcome, Standing, check_action, line_of
from titan.personnel.models import Area, AreaAssignment, Role, Worker, WorkerStatus
from titan.personnel.queries.merged import badges_now
from titan.personnel.rules import COLUMNS, AreaGiven, WorkerFields

ORDER = {Outcome.CANNOT: 0, Outcome.CHANGES: 1, Outcome.STAYS: 2}
SHOWN_UNKNOWN = 20


def lines_of(action: MassAction, worker_ids: Collection[int], *, today: date, lock: bool = False) -> list[Line]:
    """Return what becomes of each of these workers: those who cannot first, then who changes, each by name.

    lock: let nobody change them until the transaction ends. Four statements at most. Raises Invalid at the field that
    is wrong: of the action, or `worker_ids` that are nobody's, too many, or none.
    """
    wrong = Wrong()
    _check(action, wrong, today)
    wanted = set(worker_ids)
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        told = {"limit": MOST_AT_ONCE, "count": len(wanted)}
        wrong.add("worker_ids", "OUT_OF_RANGE", _("Choose 1 to %(limit)s workers, not %(count)s.") % told)
    wrong.refuse()
    standing = _standing(wanted, lock=lock)
    unknown = sorted(wanted - {one.worker_id for one in standing})
    if unknown:
        said = ", ".join(str(pk) for pk in unknown[:SHOWN_UNKNOWN])
        raise invalid("worker_ids", "UNKNOWN", _("There are no workers %(ids)s.") % {"ids": said})
    lines = [line_of(one, action, today=today) for one in standing]
    return sorted(lines, key=lambda line: (ORDER[line.outcome], line.standing.name_key, line.worker_id))


def _check(action: MassAction, wrong: Wrong, today: date) -> None:
    """Report what is wrong with an action, and areas or a role that do not exist; one statement at most."""
    check_action(action, wrong, today=today, year_ahead=today + YEAR)
    if action.area_ids:
        known = Area.objects.filter(pk__in=id_set(possible_ids(action.area_ids))).values_list("pk", flat=True)
        for pk in sorted(set(action.area_ids) - set(known)):
            wrong.add("area_ids", "UNKNOWN", _("There is no area %(area)s.") % {"area": pk})
    if action.role_id is not None and not Role.objects.filter(pk__in=possible_ids([action.role_id])).exists():
        wrong.add("role_id", "UNKNOWN", _("There is no role %(role)s.") % {"role": action.role_id})


def _standing(worker_ids: Iterable[int], *, lock: bool) -> list[Standing]:
    """Return these workers as they are (two statements)."""
    found = Worker.objects.filter(pk__in=id_set(possible_ids(worker_ids))).order_by("pk")
    if lock and connection.vendor == "postgresql":
        found = found.select_for_update(no_key=True)
    workers = list(found)
    areas: dict[int, list[AreaGiven]] = defaultdict(list)
    held = AreaAssignment.objects.filter(worker_id__in=id_set(row.pk for row in workers), until=None)
    for worker_id, area_id, day in held.order_by("area_id").values_list("worker_id", "area_id", "assigned_on"):
        areas[worker_id].append(AreaGiven(area_id, day))
    return [
        Standing(
            worker_id=row.pk,
            name_key=row.name_key,
            fields=WorkerFields(**{name: getattr(row, name) for name in COLUMNS}, areas=tuple(areas[row.pk])),
            also_key=row.also_key,
            is_erased=row.anonymised_at is not None,
            is_merged=row.merged_into_id is not None,
        )
        for row in workers
    ]


def need_as_shown(lines: Collection[Line], changed: list[Line]) -> None:
    """Raise Conflict CHANGED_SINCE, with who changed, unless nobody did."""
    if not changed:
        return
    badges = [line.before.employee_id for line in changed]
    raise Conflict(
        "CHANGED_SINCE",
        _("Since you looked, something changed of %(count)s of %(all)s workers: %(badges)s. Look again, then repeat.")
        % {"count": len(badges), "all": len(lines), "badges": ", ".join(badges[:SHOWN_UNKNOWN])},
        extra={"worker_ids": [line.worker_id for line in changed]},
    )


@dataclass(frozen=True)
class Badges:
    """Who has the badges that somebody gave: ids in the order given, and badges that nobody has.

    now: badges of rows that were merged, with the badge of whose they are now.
    """

    worker_ids: tuple[int, ...]
    unknown: tuple[str, ...]
    now: dict[str, str]


def workers_with(badges: Iterable[str]) -> Badges:
    """Return who has these badges, each once; blanks are passed over. Three statements."""
    wanted = list(dict.fromkeys(badge.strip() for badge in badges if badge.strip()))
    found = badges_now(wanted)
    ids = dict.fromkeys(found[badge].worker_id for badge in wanted if badge in found)
    merged = {badge: one.badge_now for badge, one in found.items() if one.is_merged}
    return Badges(tuple(ids), tuple(badge for badge in wanted if badge not in found), merged)


def leavers(*, today: date) -> list[int]:
    """Return the active workers whose last day on site has passed, by name, as many as one action takes."""
    gone = Worker.objects.filter(status=WorkerStatus.ACTIVE, end_date__lt=today).order_by("name_key", "pk")
    return list(gone.values_list("pk", flat=True)[:MOST_AT_ONCE])


def count_leavers(*, today: date) -> int:
    """Return how many active workers' last day on site has passed; one statement."""
    return Worker.objects.filter(status=WorkerStatus.ACTIVE, end_date__lt=today).count()
