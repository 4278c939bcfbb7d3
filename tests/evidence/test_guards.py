"""The database itself refuses to change evidence, whatever code asks it to (ledger.md §4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import actor
from tests.evidence.tree import upload
from tests.files import jpeg_bytes, png_bytes
from titan.core import guards
from titan.core.command import command
from titan.core.errors import Conflict
from titan.evidence.commands import record_evidence, stage
from titan.evidence.models import EvidenceFile, EvidencePart
from titan.evidence.queries import by_ids

pytestmark = pytest.mark.django_db

STATEMENTS = {
    "update a file": "UPDATE evidence_evidencefile SET original_name = 'x'",
    "update a hash": f"UPDATE evidence_evidencefile SET sha256 = '{'0' * 64}'",
    "update a part": "UPDATE evidence_evidencepart SET position = position + 10",
    "delete a part": "DELETE FROM evidence_evidencepart",
    "delete a file": "DELETE FROM evidence_evidencefile",
}
ON_SQLITE = {
    "replace a file": "INSERT OR REPLACE INTO evidence_evidencefile SELECT * FROM evidence_evidencefile",
    "replace a part": "INSERT OR REPLACE INTO evidence_evidencepart SELECT * FROM evidence_evidencepart",
}
ON_POSTGRESQL = {
    "empty the files": "TRUNCATE evidence_evidencefile CASCADE",
    "empty the parts": "TRUNCATE evidence_evidencepart",
}


def statements() -> dict[str, str]:
    return STATEMENTS | (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL)


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_evidence_cannot_be_changed_by_any_statement(at: datetime) -> None:
    view = record_evidence(stage([upload(jpeg_bytes()), upload(png_bytes())]), by=actor(), at=at)
    # On PostgreSQL, foreign keys that wait for the commit would refuse TRUNCATE for a reason of their own.
    connection.check_constraints()
    for name, statement in statements().items():
        with pytest.raises(DatabaseError, match="EVIDENCE_IMMUTABLE"):
            execute(statement)
        assert by_ids([view.id]) == {view.id: view}, name


def test_the_guards_are_checked_at_start_and_come_back(at: datetime) -> None:
    mine = {"evidence_file_immutable", "evidence_part_immutable"}
    assert mine <= {guard.name for guard in guards.registered()}
    assert not mine & set(guards.missing())
    names = _triggers()
    assert names
    for table, name in names:
        execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
    assert mine <= set(guards.missing()), "positive control: without triggers they are missed"
    view = record_evidence(stage([upload(jpeg_bytes())]), by=actor(), at=at)
    execute(STATEMENTS["update a file"])
    assert EvidenceFile.objects.get(pk=view.id).original_name == "x", "positive control: nothing else held it"
    guards.install()
    assert not mine & set(guards.missing())
    with pytest.raises(DatabaseError, match="EVIDENCE_IMMUTABLE"):
        execute(STATEMENTS["update a file"])


CHANGES: dict[str, Callable[[Any], object]] = {
    "update": lambda rows: rows.update(size=1),
    "delete": lambda rows: rows._raw_delete(rows.db),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_command_that_tries_is_refused_with_409(name: str, at: datetime) -> None:
    @command
    def careless(*, by: Any, at: datetime) -> None:
        CHANGES[name](EvidenceFile.objects.all())

    record_evidence(stage([upload(jpeg_bytes())]), by=actor(), at=at)
    assert not EvidencePart.objects.exists()
    with pytest.raises(Conflict) as refused:
        careless(by=actor(), at=at)
    assert refused.value.code == "EVIDENCE_IMMUTABLE"


def _triggers() -> list[tuple[str, str]]:
    query = (
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'evidence_%'"
        if connection.vendor == "sqlite"
        else "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'evidence_%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        return list(cursor.fetchall())
