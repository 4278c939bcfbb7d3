"""Edits of evidence: the files, and what the database says of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from tests.ledger.verifying.edits.edit import Edit, Named, sql
from tests.ledger.verifying.edits.rows import ENTITIES


def evidence_row(column: str) -> Callable[[Random], Edit]:
    """Return the edit of what the database says of a file."""

    def make(random: Random) -> Edit:
        found = sql(
            f"SELECT id, {column} FROM evidence_evidencefile e WHERE EXISTS (SELECT 1 FROM records_trainingrecord r"
            " WHERE r.evidence_id = e.id) ORDER BY id"
        )
        pk, old = random.choice(found)
        if column == "size":
            new: Any = old + 1
        else:
            new = old[:-1] + ("0" if old[-1] != "0" else "1")
        sql(f"UPDATE evidence_evidencefile SET {column} = %s WHERE id = %s", new, pk)
        named: Named = {("evidence", pk)}
        for entity, table in ENTITIES.items():
            named |= {(entity, one) for (one,) in sql(f"SELECT id FROM {table} WHERE evidence_id = %s", pk)}
        return Edit(f"evidence {pk}: {column}", named)

    return make


def evidence_file(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a file of evidence."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT key, MIN(id) FROM evidence_evidencefile GROUP BY key ORDER BY key")
        key, pk = random.choice(rows)
        path = Path(settings.TITAN_EVIDENCE_DIR) / key
        kept = path.read_bytes()
        content: bytes | None
        if way == "gone":
            content = None
        elif way == "short":
            content = kept[: len(kept) // 2]
        elif way == "swapped":
            content = (path.parents[3] / random.choice([one for one, _pk in rows if one != key])).read_bytes()
        else:
            content = one_bit_off(kept, random.randrange(len(kept)))
        return Edit(f"file {key}: {way}", {("evidence", pk)}, undo=rewrite(path, content))

    return make


def one_bit_off(content: bytes, place: int) -> bytes:
    """Return `content` with one bit changed, in the byte at `place`."""
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def rewrite(path: Path, content: bytes | None) -> Callable[[], None]:
    """Write `content` over a file that nobody may write, or remove it (None); return what puts it back."""
    kept, mode = path.read_bytes(), path.stat().st_mode
    path.chmod(0o640)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    return lambda: put_back(path, kept, mode)


def put_back(path: Path, content: bytes, mode: int) -> None:
    """Write a file as it was."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(evidence_row(column) for column in ("key", "sha256", "size")),
    *(evidence_file(way) for way in ("byte", "short", "gone", "swapped")),
)
