"""Filling a session: anyone active may be invited, until it is finalized (domain.md §4, §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from titan.core.actor import Actor
from titan.core.bulk import id_set, insert_rows
from titan.core.command import command, nothing_changed, say
from titan.core.errors import NotFound, SoftBlock
from titan.core.given import Wrong, possible_ids
from titan.core.language import N_, _, number
from titan.core.permit import need_admin
from titan.personnel.models import Worker, WorkerStatus
from titan.personnel.queries.merged import badges_now
from titan.training.access import locked_session, need_open
from titan.training.commands.plan import Plan, booking_of
from titan.training.models import Attendee
from titan.training.queries.blocks import soft_blocks

MOST_AT_ONCE = 1_000
# As messages name them.
_STATUSES = (N_("ACTIVE"), N_("INACTIVE"), N_("BLACKLISTED"))
REMOVED = "session.attendee_removed"


@dataclass(frozen=True)
class Invited:
    """How many were added, how many were on the list already, and what is worth knowing about the added ones."""

    added: int
    already: int
    warnings: list[SoftBlock]


@command
def invite_workers(session_id: int, worker_ids: Sequence[int], *, by: Actor, at: datetime) -> Invited:
    """Put workers on the class list, all or none, in a fixed number of statements; walk-ins come in the same way.

    Soft blocks are returned, not refused. Raises NotFound, Invalid (WORKER_NOT_ACTIVE names who), Conflict.
    """
    need_admin(by)
    session = locked_session(session_id, by=by)
    _check(worker_ids)
    need_open(session)
    present = set(
        Attendee.objects.filter(session_id=session_id, worker_id__in=id_set(worker_ids)).values_list(
            "worker_id", flat=True
        )
    )
    new = [worker_id for worker_id in worker_ids if worker_id not in present]
    if not new:
        nothing_changed()
        return Invited(0, len(present), [])
    insert_rows(
        Attendee,
        [
            {"session_id": session_id, "worker_id": worker_id, "added_at": at, "added_by_id": by.user_id}
            for worker_id in new
        ],
        returning=(),
    )
    say("session.workers_invited", "session", session_id, after={"worker_ids": new})
    warnings = soft_blocks(booking_of(session, Plan()), at=at, worker_ids=new)
    return Invited(len(new), len(present), warnings)


@command
def remove_attendee(session_id: int, worker_id: int, *, by: Actor, at: datetime) -> None:
    """Take a worker off the class list of an open session; what was marked stays in the audit log."""
    need_admin(by)
    session = locked_session(session_id, by=by)
    attendee = Attendee.objects.filter(session_id=session_id, worker_id__in=possible_ids([worker_id])).first()
    if attendee is None:
        raise NotFound("attendee", worker_id)
    need_open(session)
    attendee.delete()
    say(REMOVED, "session", session_id, before=was_marked(attendee))


def was_marked(attendee: Attendee) -> dict[str, Any]:
    """Return what the audit log keeps of a registration that is taken off a list: enough to put it back."""
    return {
        "worker_id": attendee.worker_id,
        "status": attendee.status,
        "result": attendee.result,
        "score": attendee.score,
        "verified": attendee.verified,
        "verified_by_id": attendee.verified_by_id,
        "method_id": attendee.method_id,
        "remarks": attendee.remarks,
    }


def _check(worker_ids: Sequence[int]) -> None:
    wrong = Wrong()
    if not 1 <= len(worker_ids) <= MOST_AT_ONCE:
        wrong.add(
            "worker_ids",
            "OUT_OF_RANGE",
            _("Give 1 to %(limit)s workers, not %(count)s.")
            % {"limit": number(MOST_AT_ONCE), "count": number(len(worker_ids))},
        )
        wrong.refuse()
    workers = Worker.objects.filter(pk__in=id_set(possible_ids(worker_ids)))
    if connection.vendor == "postgresql":
        # Nobody is deactivated between this check and the commit; KEY SHARE would let a status change through.
        workers = workers.select_for_update(of=("self",), no_key=True)
    columns = ("pk", "status", "first_name", "last_name", "merged_into_id", "employee_id")
    known = {row[0]: row[1:] for row in workers.order_by("pk").values_list(*columns)}
    merged = badges_now(badge for *_row, into, badge in known.values() if into is not None)
    for worker_id, times in Counter(worker_ids).items():
        if times > 1:
            wrong.add(
                "worker_ids", "TWICE", _("Worker %(worker)s stands twice. Give each once.") % {"worker": worker_id}
            )
        if worker_id not in known:
            wrong.add("worker_ids", "UNKNOWN", _("There is no worker %(worker)s.") % {"worker": worker_id})
            continue
        status, first, last, _into, badge = known[worker_id]
        if badge in merged:
            words = _("%(words)s Invite that one.") % {"words": merged[badge].words}
            wrong.add("worker_ids", "WORKER_NOT_ACTIVE", words)
        elif status != WorkerStatus.ACTIVE:
            name = f"{first} {last}".strip()
            wrong.add(
                "worker_ids",
                "WORKER_NOT_ACTIVE",
                _("%(name)s (worker %(worker)s) is %(status)s and cannot be invited.")
                % {"name": name, "worker": worker_id, "status": _(status)},
            )
    wrong.refuse()
