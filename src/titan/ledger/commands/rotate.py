"""A new key signs from now on: the ledger says so itself (docs/ledger-format.md §3)."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.language import _
from titan.core.permit import need_role
from titan.ledger.commands.append import locked_tip, write
from titan.ledger.commands.begin import key_leaf
from titan.ledger.commands.sealing import sealed
from titan.ledger.keys import KEY_UNKNOWN, signing_key, vkey_of
from titan.ledger.models import Alarm, AlarmKind
from titan.ledger.queries.checkpoints import announced_last


@command
def announce_key(*, by: Actor, at: datetime) -> str:
    """Announce the present signing key, which is not the one announced last; return its verifier key.

    Super admins only. Raises Conflict KEY_UNCHANGED. The next checkpoint is signed by the new key.
    """
    need_role(by)
    tip = locked_tip()
    known = announced_last()
    key = vkey_of(signing_key(), tip.origin)
    if key.public == known.public:
        raise Conflict("KEY_UNCHANGED", _("This key signs already. Put the new one in its place first."))
    write(tip, sealed([key_leaf(tip, at, by.user_id, previous=str(known))]))
    Alarm.objects.filter(kind=AlarmKind.LEDGER, code=KEY_UNKNOWN, resolved_at=None).update(resolved_at=at)
    say("ledger.key_changed", "ledger", 1, before={"key": str(known)}, after={"key": str(key)})
    return str(key)
