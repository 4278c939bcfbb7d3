"""Locks on a subject rather than a row, held until the transaction ends: two changes that are harmless each could
make a circle together.

SQLite needs none: its writers stand in line from their first statement on.
"""

from __future__ import annotations

from enum import IntEnum

from django.db import connection


class Subject(IntEnum):
    """What is locked. The numbers are Titan's own space of PostgreSQL advisory locks; keep them."""

    PREREQUISITES = 7301
    SUPERVISORS = 7302
    AREAS = 7303
    GUARDS = 7304
    LEDGER = 7305


def lock_alone(subject: Subject) -> None:
    """Wait until nobody else holds `subject`, and hold it alone until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(subject)])
