"""How both databases say the same: one place for what the statements of the engine differ in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from titan.core.bulk import ids_param, ids_sql
from titan.core.command import Touched
from titan.records.models import FOREVER

# A course asked before site entry is due before any day there is, so that it wins over every other.
BEFORE_ENTRY = date(1, 1, 1)


def is_postgres() -> bool:
    """Say which of the two databases it is."""
    return connection.vendor == "postgresql"


def values(today: date, warning_days: int, touched: Touched) -> dict[str, Any]:
    """Return the parameters of the engine's statements, by name."""
    return {
        "today": today.isoformat(),
        "warn_to": (today + timedelta(days=warning_days)).isoformat(),
        "warning_days": -warning_days,
        "workers": _ids_param(touched.workers),
        "roles": _ids_param(touched.roles),
        "areas": _ids_param(touched.areas),
        "courses": _ids_param(touched.courses or ()),
        "forever": FOREVER.isoformat(),
        "before_entry": BEFORE_ENTRY.isoformat(),
    }


def run(sql: str, params: dict[str, Any] | None = None) -> int:
    """Run a statement and return how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or {})
        return int(cursor.rowcount)


def date_sql(name: str) -> str:
    """Return the parameter `name` as a day."""
    return f"%({name})s::date" if is_postgres() else f"%({name})s"


def plus(day: str, days: str) -> str:
    """Return the day so many `days` after `day`; each argument is an SQL expression, null gives null."""
    return f"({day} + ({days})::int)" if is_postgres() else f"date({day}, ({days}) || ' days')"


def differs(left: str, right: str) -> str:
    """Return the condition that two values are not the same, null being a value."""
    return f"{left} {'IS DISTINCT FROM' if is_postgres() else 'IS NOT'} {right}"


def ids(name: str) -> str:
    """Return what follows IN or = ANY: the ids of the parameter `name`, in the form that finds its index."""
    return f"(%({name})s::bigint[])" if is_postgres() else f"({ids_sql()})".replace("%s", f"%({name})s")


def _ids_param(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, sorted(ids)))}}}" if is_postgres() else ids_param(ids)


def among(column: str, ids: str) -> str:
    """Return the condition that `column` is among `ids`: of `ids`, or a SELECT in brackets."""
    return f"{column} {'= ANY' if is_postgres() else 'IN'} {ids}"
