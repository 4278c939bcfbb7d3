"""Finding one import, for whoever may read imports."""

from __future__ import annotations

from titan.core.actor import Actor, Role
from titan.core.errors import NotFound
from titan.core.given import is_id
from titan.core.permit import need_role
from titan.exchange.imports.models import Import


def need_import_reader(by: Actor) -> None:
    """Raise Forbidden unless `by` is an admin or an auditor: open imports hold people's data."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)


def import_row(import_id: int) -> Import:
    """Return the row of an import; raise NotFound."""
    row = Import.objects.filter(pk=import_id).first() if is_id(import_id) else None
    if row is None:
        raise NotFound("import", import_id)
    return row
