"""Class lists on which one person stands under two numbers (docs/decisions/0016-one-person-two-rows.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.command import Said, say_all
from titan.core.errors import FieldError
from titan.core.language import _
from titan.core.merging import Floor, Pair, Part, Way
from titan.records.queries.merging import Shared, shared_sessions
from titan.training.access import CLOSED
from titan.training.commands.invite import REMOVED, was_marked
from titan.training.models import Attendance, Attendee, CaseRed, TrainingSession

SESSIONS, CASES = "sessions", "case_reds"


def hold(pair: Pair) -> None:
    """Lock every session that one of the two is on the list of: nobody finalizes, marks or invites meanwhile."""
    if connection.vendor == "postgresql":
        listed = Attendee.objects.filter(worker_id__in=[pair.gone_id, pair.stays_id]).values("session_id")
        sessions = TrainingSession.objects.filter(pk__in=listed).order_by("pk")
        list(sessions.select_for_update(no_key=True).values_list("pk"))


def against(pair: Pair) -> Iterator[FieldError]:
    """Yield the classes of which one person would have two results, or the wrong one; three statements at most."""
    shared = [one for one in shared_sessions(pair) if one.gone.standing]
    codes = dict(
        TrainingSession.objects.filter(pk__in=id_set(one.session_id for one in shared)).values_list("pk", "code")
    )
    for one in shared:
        yield _two_results(one, codes.get(one.session_id) or str(one.session_id))


def _two_results(one: Shared, code: str) -> FieldError:
    field = f"sessions.{one.session_id}"
    if one.stays.standing:
        words = _(
            "In %(session)s both have a result (%(gone)s, %(stays)s), and one person has one. Look at the signed "
            "sheet: revoke or withdraw the wrong one first, or they are two people."
        )
        named = {"session": code, "gone": _named(one.gone.standing), "stays": _named(one.stays.standing)}
        return FieldError(field, "TWO_RESULTS", words % named)
    words = _(
        "In %(session)s what counts is of the number that would go (%(gone)s). Let that number stay, and this one go."
    )
    return FieldError(field, "OTHER_STAYS", words % {"session": code, "gone": _named(one.gone.standing)})


def _named(standing: Sequence[tuple[str, int]]) -> str:
    words = {"record": _("record %(n)s"), "competency": _("sign-off %(n)s")}
    return ", ".join(words[kind] % {"n": pk} for kind, pk in standing)


@dataclass(frozen=True)
class _Listed:
    """One row of a class list of the one who goes, and the row of the one who stays on the same list, if any."""

    mine: Attendee
    theirs: Attendee | None
    is_closed: bool

    @property
    def stays_there(self) -> bool:
        """Whether it stays with the old number: a closed list does not change, and both are on it."""
        return self.is_closed and self.theirs is not None

    @property
    def lesser(self) -> Attendee | None:
        """The row that an open list loses: of two, the one that says less; that of the one who goes, if it is equal."""
        if self.is_closed or self.theirs is None:
            return None
        return self.theirs if _weight(self.mine) > _weight(self.theirs) else self.mine


def _weight(row: Attendee) -> tuple[int, bool, bool]:
    """Return how much a mark says: present before absent before nothing, then with a result, then signed off."""
    order = (Attendance.REGISTERED, Attendance.NO_SHOW, Attendance.ATTENDED)
    return order.index(Attendance(row.status)), bool(row.result), row.verified


def move(pair: Pair, by: Actor, at: datetime) -> Iterator[Part]:
    """Move attendances, and who turned Red by a case; at most seven statements.

    On an open list both become one row, that with the greater mark. On a closed one both stay as they were marked.
    """
    listed = _listed(pair)
    off = [row for one in listed if (row := one.lesser) is not None]
    gone = {row.pk for row in off}
    moved = [one.mine for one in listed if not one.stays_there and one.mine.pk not in gone]
    Attendee.objects.filter(pk__in=id_set(gone)).delete()
    say_all(Said(REMOVED, "session", row.session_id, before=was_marked(row)) for row in off)
    Attendee.objects.filter(pk__in=id_set(row.pk for row in moved)).update(worker_id=pair.stays_id)
    yield Part(SESSIONS, Way.MOVED, _sessions(moved))
    yield Part(SESSIONS, Way.KEPT, _sessions([one.mine for one in listed if one.stays_there]))
    yield Part(SESSIONS, Way.TAKEN_OFF, _sessions(off))
    yield from _move_reds(pair)


def _listed(pair: Pair) -> list[_Listed]:
    rows = Attendee.objects.filter(worker_id=pair.gone_id).select_related("session").order_by("session_id")
    theirs = {row.session_id: row for row in Attendee.objects.filter(worker_id=pair.stays_id)}
    return [_Listed(row, theirs.get(row.session_id), row.session.status in CLOSED) for row in rows]


def _sessions(rows: Sequence[Attendee]) -> tuple[int, ...]:
    return tuple(row.session_id for row in rows)


def _move_reds(pair: Pair) -> Iterator[Part]:
    """Move what cases made Red; where both turned Red in one course by one case, the old number keeps its line."""
    rows = list(CaseRed.objects.filter(worker_id__in=[pair.gone_id, pair.stays_id]).order_by("pk"))
    theirs = {(row.case_id, row.course_id) for row in rows if row.worker_id == pair.stays_id}
    mine = [row for row in rows if row.worker_id == pair.gone_id]
    moved = tuple(row.pk for row in mine if (row.case_id, row.course_id) not in theirs)
    CaseRed.objects.filter(pk__in=id_set(moved)).update(worker_id=pair.stays_id)
    yield Part(CASES, Way.MOVED, moved)
    yield Part(CASES, Way.KEPT, tuple(row.pk for row in mine if row.pk not in moved))


FLOOR = Floor(hold, against, move)
