"""The one command of mass actions: what the preview showed is what is written, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from titan.core import settings
from titan.core.actor import Actor
from titan.core.command import command
from titan.core.errors import Conflict, invalid
from titan.core.given import Wrong, is_blank
from titan.core.language import _
from titan.core.permit import need_admin
from titan.personnel.commands.changing import Changed, write_changed
from titan.personnel.commands.storing import REASON_LIMIT
from titan.personnel.mass_actions.queries import lines_of, need_as_shown
from titan.personnel.mass_actions.rules import MassAction, Outcome, changed_since
from titan.personnel.queries.naming import somebody_named


@dataclass(frozen=True)
class Done:
    """How many workers a mass action changed, how many had it already, and how many it could not change."""

    changed: int
    stayed: int
    could_not: int


@command
def act_on_workers(
    action: MassAction,
    worker_ids: Collection[int],
    reason: str,
    *,
    shown: str | None = None,
    by: Actor,
    at: datetime,
) -> Done:
    """Do one thing to many workers, with a reason; histories are kept and verdicts follow, as for one worker alone.

    Who has it already, or cannot be changed like this, is left alone. shown: the token of the preview that whoever
    acts was shown. Each worker changed has their event in the log; a fixed number of statements. Raises Invalid with
    every wrong field, Conflict NOTHING_CHANGES, and CHANGED_SINCE with who changed since the preview.
    """
    need_admin(by)
    reason = _reason(reason)
    lines = lines_of(action, worker_ids, today=settings.current().today(at), lock=True)
    if shown is not None:
        need_as_shown(lines, changed_since(lines, shown))
    _need_nameless(reason, worker_ids)
    changes = [
        Changed(line.worker_id, line.before, line.after, line.standing.also_key)
        for line in lines
        if line.outcome is Outcome.CHANGES
    ]
    if not changes:
        raise Conflict("NOTHING_CHANGES", _("None of these workers would change: there is nothing to do."))
    write_changed(changes, reason=reason, by=by, at=at)
    counts = Counter(line.outcome for line in lines)
    return Done(len(changes), counts[Outcome.STAYS], counts[Outcome.CANNOT])


def _reason(reason: str) -> str:
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    if is_blank(reason):
        wrong.add("reason", "REASON_REQUIRED", _("Say why, so that the auditor can follow."))
    wrong.refuse()
    return reason


def _need_nameless(reason: str, worker_ids: Collection[int]) -> None:
    """Refuse a reason that names one of the workers: it is kept with all of them, and outlives who is erased."""
    badge = somebody_named(reason, worker_ids)
    if badge is not None:
        raise invalid(
            "reason",
            "NAMES_THE_PERSON",
            _("Leave people out: this names %(badge)s, and it is kept with every worker of the list.")
            % {"badge": badge},
        )
