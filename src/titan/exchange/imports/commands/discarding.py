"""Discarding an import that was not applied, and forgetting those that nobody applied: file, rows and answers go."""

from __future__ import annotations

from datetime import datetime, timedelta

from titan.core.actor import Actor, system_actor
from titan.core.bulk import id_set
from titan.core.command import Said, command, nothing_changed, say, say_all
from titan.core.permit import need_admin
from titan.exchange.imports.commands.working import need_open
from titan.exchange.imports.models import Import, ImportBytes, ImportSlice
from titan.exchange.imports.rules.states import State

KEPT_DAYS = 14
"""For how many days an import is kept that nobody applies."""


@command
def discard_import(import_id: int, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Forget an open import: file, rows, answers. Admins only.

    Raises Forbidden, NotFound, Conflict NOT_OPEN, WORKING, STALE.
    """
    need_admin(by)
    row = need_open(import_id, version)
    forget([row.pk], at=at)
    say("import.discarded", "import", row.pk)


def forget(ids: list[int], *, at: datetime) -> None:
    """Forget what open imports hold, within a unit of work; the bare rows stay as discarded. Four statements."""
    chosen = id_set(ids)
    ImportSlice.objects.filter(of_id__in=chosen).delete()
    ImportBytes.objects.filter(of_id__in=chosen).delete()
    Import.objects.filter(pk__in=chosen).update(
        state=State.DISCARDED,
        file_name="",
        given={},
        choices={},
        reading=None,
        preview=None,
        work="",
        asked=None,
        alive_until=None,
        failure="",
        forgotten_at=at,
    )


@command
def forget_old(*, by: Actor, at: datetime) -> None:
    """Forget imports that were opened more than KEPT_DAYS days ago and not applied."""
    old = Import.objects.filter(state=State.OPEN, opened_at__lt=at - timedelta(days=KEPT_DAYS), work="")
    ids = list(old.order_by("pk").values_list("pk", flat=True))
    if not ids:
        nothing_changed()
        return
    forget(ids, at=at)
    say_all(Said("import.discarded", "import", pk, reason="") for pk in ids)


def forget_night(at: datetime) -> None:
    """Forget old imports; runs every night."""
    forget_old(by=system_actor(), at=at)
