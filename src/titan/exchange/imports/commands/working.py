"""What is done to an import beyond one answer: checking, applying, undoing; at once when small, else where nights run.

Whoever works holds the import by a lease that is prolonged with every bit of progress; of a killed process it runs
out, and the next to look takes the work over. All work ends in one unit, so that doing it twice does nothing twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from titan.core import settings
from titan.core.actor import Actor, Role, Via, system_actor
from titan.core.command import command, nothing_changed
from titan.core.errors import Conflict, NotFound, Refusal
from titan.core.given import is_id
from titan.core.language import _, words_in
from titan.exchange.imports.models import Import, ImportSlice
from titan.exchange.imports.planning.check import Checked, Progress, check_rows
from titan.exchange.imports.planning.preview import kept_rows, preview_of
from titan.exchange.imports.planning.slices import pack, unpack
from titan.exchange.imports.rules.states import State, Work

SMALL = 5_000
"""Up to how many rows work is done at once, while whoever asked waits."""
ALIVE = timedelta(minutes=2)
EVERY_SECONDS = 1.0

Clock = Callable[[], datetime]

log = logging.getLogger("titan.imports")


def ask_work(
    row: Import, what: Work, *, at: datetime, by: Actor | None = None, hold: bool = False, **asked: Any
) -> None:
    """Ask for work on an import, inside the unit that changes it; what was asked for before is forgotten.

    hold: whoever asks does it at once, and nobody else takes it up.
    """
    if by is not None:
        asked |= {"role": by.role.value, "via": by.via.value, "user_id": by.user_id}
    Import.objects.filter(pk=row.pk).update(
        work=what,
        asked_at=at,
        asked=asked,
        alive_until=at + ALIVE if hold else None,
        done=0,
        total=rows_of(row),
        failure="",
    )


def rows_of(row: Import) -> int:
    """Return how many rows the file of an import has."""
    return sum(sheet["rows"] for sheet in (row.reading or {}).get("sheets", ()))


def work_now_if_small(import_id: int, *, by: Actor, at: datetime) -> None:
    """Do what was asked for on an import at once, unless it is large. Raises what the work refuses."""
    row = take(import_id, at)
    if row is None:
        return
    if rows_of(row) > SMALL:
        # Let go: servers and workers look for it.
        Import.objects.filter(pk=row.pk, alive_until=row.alive_until).update(alive_until=None)
        return
    _do_and_tell(row, lambda: at)


def work_until_done(import_id: int, *, clock: Clock) -> None:
    """Do what is asked for on an import, however large, for whoever waits for it. Raises what the work refuses."""
    row = take(import_id, clock())
    if row is not None:
        _do_and_tell(row, clock)


def _do_and_tell(row: Import, clock: Clock) -> None:
    try:
        do_work(row, clock=clock)
    except Refusal as refusal:
        _give_up(row, refusal.detail)
        raise


def do_asked_work(clock: Clock) -> bool:
    """Do one thing that was asked for on any import, if there is any; tell whether there was. For `when_asked`."""
    row = _take(Q(), clock())
    if row is None:
        return False
    try:
        do_work(row, clock=clock)
    except Refusal as refusal:
        _give_up(row, refusal.detail)
    except Exception as error:
        log.exception("Work on import %s failed", row.pk)
        _give_up(row, _("Something unexpected happened (%(error)s). Try again.") % {"error": type(error).__name__})
    return True


def take(import_id: int, at: datetime) -> Import | None:
    """Take up what was asked for on an import; None when nothing was, or somebody else did."""
    return _take(Q(pk=import_id), at)


def _take(which: Q, at: datetime) -> Import | None:
    free = Import.objects.filter(which, Q(alive_until=None) | Q(alive_until__lt=at)).exclude(work="")
    row = free.order_by("asked_at", "pk").first()
    if row is None or not free.filter(pk=row.pk, version=row.version).update(alive_until=at + ALIVE):
        return None
    row.refresh_from_db()
    return row


def do_work(row: Import, *, clock: Clock) -> None:
    """Do what was asked for on an import that this process holds."""
    from titan.exchange.imports.commands.applying import apply_now
    from titan.exchange.imports.commands.undoing import undo_now

    progress = prolonging(row, clock)
    by = _asker(row)
    with words_in(row.language):
        if row.work == Work.CHECKING:
            keep_check(
                row, check_rows(row, today=settings.current().today(clock()), progress=progress), by=by, at=clock()
            )
        elif row.work == Work.APPLYING:
            apply_now(row, progress=progress, by=by, at=clock())
        elif row.work == Work.UNDOING:
            undo_now(row, by=by, at=clock())


def _asker(row: Import) -> Actor:
    asked = row.asked or {}
    if "role" not in asked:
        return system_actor()
    return Actor(Role(asked["role"]), Via(asked["via"]), asked["user_id"])


def _quietly(_done: int, _total: int) -> None:
    """Tell nobody."""


def prolonging(row: Import, clock: Clock, tell: Progress = _quietly) -> Progress:
    """Return what keeps how far work is, about once a second, prolongs the hold on its import, and tells `tell`."""
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        tell(done, total)
        if time.monotonic() - last >= EVERY_SECONDS:
            last = time.monotonic()
            held = Import.objects.filter(pk=row.pk, version=row.version)
            held.update(done=done, total=total, alive_until=clock() + ALIVE)

    return progress


def _give_up(row: Import, why: str) -> None:
    Import.objects.filter(pk=row.pk, version=row.version).update(work="", alive_until=None, asked=None, failure=why)


@command
def keep_check(row: Import, checked: Checked, *, by: Actor, at: datetime) -> None:
    """Keep what a check came to, unless somebody decided something meanwhile: then a newer check is due."""
    nothing_changed()
    held = Import.objects.filter(pk=row.pk, version=row.version, state=State.OPEN)
    if held.update(preview=preview_of(checked), work="", alive_until=None, asked=None, failure=""):
        keep_rows(row, checked)


def keep_rows(row: Import, checked: Checked) -> None:
    """Keep what each row comes to in the slices; a statement for each thousand rows."""
    found = kept_rows(checked.context.plans)
    slices = ImportSlice.objects.filter(of=row).order_by("sheet", "position")
    for pk, sheet, first, last in list(slices.values_list("pk", "sheet", "first_row", "last_row")):
        kept = [(number, item) for number in range(first, last + 1) for item in found.get((sheet, number), ())]
        letters = "".join(item[0] for _number, item in kept)
        ImportSlice.objects.filter(pk=pk).update(checked=pack(kept), outcomes=letters)


def need_open(import_id: int, version: int | None, *, idle: bool = True) -> Import:
    """Lock an open import and return it. Raises NotFound, Conflict NOT_OPEN, WORKING (unless idle is False), STALE."""
    row = locked(import_id)
    if row.state != State.OPEN:
        raise Conflict("NOT_OPEN", _("This import is no longer open: nothing about it can be changed."))
    if version is not None and version != row.version:
        raise Conflict("STALE", _("Somebody else changed this import meanwhile: look at it again."))
    if idle and row.work in {Work.APPLYING, Work.UNDOING}:
        raise Conflict("WORKING", _("This import is being worked on: wait until that is done."))
    return row


def locked(import_id: int) -> Import:
    """Lock an import and return it; raise NotFound."""
    row = Import.objects.select_for_update().filter(pk=import_id).first() if is_id(import_id) else None
    if row is None:
        raise NotFound("import", import_id)
    return row


def unpacked(data: bytes | memoryview | None) -> list[Any]:
    """Return what a slice keeps of its rows; nothing when it was not checked yet."""
    return list(unpack(data)) if data else []
