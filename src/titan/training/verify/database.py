"""The database itself: guards, settings, constraints, the integrity of the file; and the stored verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.db import connection, models

from titan.compliance.queries.drift import drift
from titan.core import guards
from titan.ledger.models import AlarmKind
from titan.training.verify.check import Check, Problem, Progress, rows

_NAMED_ON_SQLITE = re.compile(r"""(?:CONSTRAINT|UNIQUE INDEX)\s+"(\w+)\"""")


def _guards(at: datetime, progress: Progress) -> Iterator[Problem]:
    for name in guards.missing():
        words = f"the database no longer holds the guard {name} as it is written"
        yield Problem("GUARD_MISSING", name, words, kind=AlarmKind.GUARD, entity="guard")
    for words in guards.weak_settings():
        yield Problem("SETTING_WEAK", "database", words)


def _file(at: datetime, progress: Progress) -> Iterator[Problem]:
    if connection.vendor != "sqlite":
        return
    for (answer,) in rows("PRAGMA integrity_check"):
        if answer != "ok":
            yield Problem("FILE_DAMAGED", "database", str(answer))
    for table, row, parent, _ in rows("PRAGMA foreign_key_check"):
        yield Problem("REFERENCE_BROKEN", f"{table} {row}", f"it refers to a row of {parent} that does not exist")


def _constraints(at: datetime, progress: Progress) -> Iterator[Problem]:
    """Yield constraints that the tables no longer have, and rows that break one of those that compare columns."""
    present = _present_constraints()
    for model in _own_models():
        for constraint in model._meta.constraints:
            if constraint.name not in present:
                words = f"the table lost its constraint {constraint.name}"
                yield Problem("CONSTRAINT_MISSING", model._meta.db_table, words)
            if isinstance(constraint, models.CheckConstraint):
                yield from _broken(model, constraint)


def _present_constraints() -> set[str]:
    """Return the names of all constraints and unique indexes (one statement)."""
    if connection.vendor == "postgresql":
        indexes = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        return {str(name) for (name,) in rows(f"SELECT conname FROM pg_constraint UNION {indexes}")}
    made = [str(sql) for (sql,) in rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    return {name for sql in made for name in _NAMED_ON_SQLITE.findall(sql)}


def _broken(model: type[models.Model], constraint: models.CheckConstraint) -> Iterator[Problem]:
    table, key = model._meta.db_table, model._meta.pk.column if model._meta.pk else "id"
    # Never entered: it only writes the condition out in the words of this engine.
    editor = connection.SchemaEditorClass(connection, collect_sql=True, atomic=False)
    condition = constraint._get_check_sql(model, editor)  # type: ignore[attr-defined]
    # A check that is neither true nor false holds, as it does for the database.
    for (row,) in rows(f"SELECT {key} FROM {table} WHERE NOT ({condition})"):
        yield Problem("CONSTRAINT_BROKEN", f"{table} {row}", f"it breaks {constraint.name}")


def _own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("titan.")]


def _verdicts(at: datetime, progress: Progress) -> Iterator[Problem]:
    written = drift(at=at)
    if written.items or written.verdicts or written.counts:
        words = f"{written.items} items, {written.verdicts} overall verdicts and {written.counts} counts differ"
        words += " from a full rebuild"
        yield Problem("VERDICTS_DRIFTED", "compliance", words)


GUARDS = Check("guards", _guards)

CHECKS = (
    GUARDS,
    Check("the database file", _file),
    Check("constraints", _constraints),
    Check("verdicts", _verdicts),
)
