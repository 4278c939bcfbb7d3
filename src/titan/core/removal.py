"""Deleting what nothing refers to; what carries proof or history stays (domain.md §4)."""

from __future__ import annotations

from django.db.models import Model
from django.db.models.deletion import ProtectedError

from titan.core.errors import Conflict
from titan.core.language import _


def in_use(what: str) -> Conflict:
    """Return the refusal to delete `what` (such as "company BOS")."""
    return Conflict(
        "IN_USE", _("The %(what)s is in use, or was once: what history refers to cannot be deleted.") % {"what": what}
    )


def delete_unused(row: Model, what: str) -> None:
    """Delete `row`; raise Conflict IN_USE when anything protected refers to it, on whatever floor."""
    try:
        row.delete()
    except ProtectedError as error:
        raise in_use(what) from error
