"""After an honest restore: a new epoch, which quotes what was lost (ledger.md §1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.given import Wrong
from titan.core.language import _
from titan.core.permit import need_role
from titan.ledger.beside import kept_beside
from titan.ledger.commands.append import locked_tip, write
from titan.ledger.commands.begin import epoch_leaf, key_leaf
from titan.ledger.commands.sealing import sealed
from titan.ledger.models import Alarm, AlarmKind
from titan.ledger.queries.checkpoints import announced_last

REASON_LIMIT = 2_000
BEHIND = ("LEDGER_BEHIND", "LEDGER_FORKED")


@command
def accept_restore(reason: str, *, by: Actor, at: datetime) -> str:
    """Begin a new epoch after a restore that lost leaves, and return its origin. Super admins only.

    The checkpoint that was lost is quoted by the ledger for ever. Raises Invalid, Conflict NOT_BEHIND when the
    database is not behind what was signed.
    """
    need_role(by)
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, required=True, lines=True)
    wrong.refuse()
    alarms = Alarm.objects.filter(kind=AlarmKind.LEDGER, code__in=BEHIND, resolved_at=None)
    if not alarms.exists():
        raise Conflict("NOT_BEHIND", _("The ledger is not behind what was signed: there is nothing to accept."))
    old = locked_tip()
    name, _slash, _epoch = old.origin.rpartition("/")
    tip = replace(old, origin=f"{name}/{old.epoch + 1}", epoch=old.epoch + 1)
    leaves = [
        epoch_leaf(tip, at, by.user_id, lost=kept_beside()),
        key_leaf(tip, at, by.user_id, previous=str(announced_last())),
    ]
    write(tip, sealed(leaves))
    alarms.update(resolved_at=at)
    say(
        "ledger.restore_accepted",
        "ledger",
        1,
        before={"origin": old.origin},
        after={"origin": tip.origin},
        reason=reason,
    )
    return tip.origin
