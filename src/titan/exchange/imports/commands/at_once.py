"""A file in one go, for whoever waits for it: opened, checked, and applied when nothing is in the way."""

from __future__ import annotations

from datetime import datetime

from titan.core import settings
from titan.core.actor import Actor
from titan.core.errors import Conflict
from titan.core.language import _
from titan.evidence.commands import Upload
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands.applying import need_nothing_in_the_way, write_checked
from titan.exchange.imports.commands.opening import keep_file
from titan.exchange.imports.commands.working import Clock, keep_check, prolonging
from titan.exchange.imports.models import Import
from titan.exchange.imports.planning.check import Checked, Progress, check_rows


def _quietly(_done: int, _total: int) -> None:
    """Tell nobody."""


def open_and_check(
    upload: Upload,
    given: Given,
    *,
    by: Actor,
    at: datetime,
    progress: Progress = _quietly,
    clock: Clock | None = None,
) -> tuple[int, Checked]:
    """Open a file and check all of its rows, however many; return the import's number and what it came to.

    progress: is told how many rows are done, of how many. clock: tells the present moment, while that takes long.
    Raises as open_import does.
    """
    import_id = keep_file(upload, given, by=by, at=at, language="en", hold=True)
    row = Import.objects.get(pk=import_id)
    checked = check_rows(
        row, today=settings.current().today(at), progress=prolonging(row, clock or (lambda: at), progress)
    )
    keep_check(row, checked, by=by, at=at)
    return import_id, checked


def apply_checked(import_id: int, checked: Checked, *, skip_refused: bool, by: Actor, at: datetime) -> None:
    """Write what was just checked, unless the site changed since. Raises as apply_import does."""
    row = Import.objects.get(pk=import_id)
    need_nothing_in_the_way(row.preview or {}, skip_refused=skip_refused)
    if not write_checked(row, checked, by=by, at=at):
        raise Conflict("CHANGED_MEANWHILE", _("Somebody changed the site at the same moment: import the file again."))
