"""Opening a file: kept, read in a limited child, understood as far as it goes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import UnsupportedType
from titan.core.language import _
from titan.core.permit import need_admin
from titan.evidence import errors
from titan.evidence.commands import Upload
from titan.evidence.limits import NotAccepted
from titan.evidence.rules import MAX_BYTES, label_of
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands.working import ask_work, work_now_if_small
from titan.exchange.imports.models import Import, ImportBytes, ImportSlice
from titan.exchange.imports.planning.decided import Decided, plain_decided
from titan.exchange.imports.planning.slices import pack, slices_of
from titan.exchange.imports.reading import FileFound, read_file
from titan.exchange.imports.rules.states import Work

CHUNK = 1024 * 1024
SLICES_AT_ONCE = 20


@dataclass(frozen=True)
class ReceivedFile:
    """A file on disk for as long as it is read. label: its name, to show."""

    path: Path
    label: str
    sha256: str
    size: int


def open_import(upload: Upload, given: Given | None = None, *, by: Actor, at: datetime, language: str = "en") -> int:
    """Keep and read `upload` (XLSX or CSV) and return the number of its import. Admins only.

    A small file is read and checked at once, a large one is checked in the background (`ImportView.working`). language:
    of the words that the import is explained in. Not within a command: reading takes as long as it takes. Raises
    Forbidden, Invalid EVIDENCE_EMPTY, TooLarge, UnsupportedType (no table, damaged, protected by a password, macros, a
    bomb).
    """
    import_id = keep_file(upload, given or Given(), by=by, at=at, language=language)
    work_now_if_small(import_id, by=by, at=at)
    return import_id


def keep_file(upload: Upload, given: Given, *, by: Actor, at: datetime, language: str, hold: bool = False) -> int:
    """Keep and read a file without checking its rows yet. Raises as open_import does.

    hold: the caller checks it at once, and no server takes it up.
    """
    need_admin(by)
    with tempfile.TemporaryDirectory(prefix="titan-import-") as folder:
        received = _receive(upload, Path(folder) / "source")
        rows = Path(folder) / "rows"
        try:
            found = read_file(received.path, rows)
        except NotAccepted as error:
            raise _not_accepted(received.label, str(error)) from error
        return _keep(received, rows, found, given, language, hold=hold, by=by, at=at)


@command
def _keep(
    received: ReceivedFile,
    rows: Path,
    found: FileFound,
    given: Given,
    language: str,
    *,
    hold: bool,
    by: Actor,
    at: datetime,
) -> int:
    made = Import.objects.create(
        file_name=received.label,
        sha256=received.sha256,
        size=received.size,
        language=language,
        given=plain_given(given),
        choices=plain_decided(Decided(answers=dict(given.answers or {}), empty_clears=given.empty_clears)),
        reading=asdict(found),
        opened_at=at,
        opened_by_id=by.user_id,
    )
    for position, piece in enumerate(_pieces(received.path)):
        ImportBytes.objects.create(of=made, position=position, data=piece)
    with rows.open("rb") as lines:
        _keep_slices(made, lines)
    ask_work(made, Work.CHECKING, at=at, hold=hold)
    # No file name: people put names of people into names of files.
    say("import.opened", "import", made.pk, after={"sha256": received.sha256, "size": received.size})
    return made.pk


def plain_given(given: Given) -> dict[str, Any]:
    """Return choices made beforehand as JSON."""
    return {**asdict(given), "create": sorted(given.create)}


def _receive(upload: Upload, path: Path) -> ReceivedFile:
    label, digest, size = label_of(upload.original_name), hashlib.sha256(), 0
    with path.open("wb") as target:
        while chunk := upload.content.read(CHUNK):
            size += len(chunk)
            if size > MAX_BYTES:
                raise errors.too_large(
                    _("“%(label)s” is larger than %(limit)s MB: import it in parts.")
                    % {"label": label, "limit": MAX_BYTES // errors.MEGABYTE}
                )
            digest.update(chunk)
            target.write(chunk)
    if not size:
        raise errors.empty(label)
    return ReceivedFile(path, label, digest.hexdigest(), size)


def _not_accepted(label: str, why: str) -> UnsupportedType:
    message = _("“%(label)s” cannot be imported: %(why)s") % {"label": label, "why": why}
    return UnsupportedType("FILE_NOT_ACCEPTED", message)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def _keep_slices(made: Import, lines: IO[bytes]) -> None:
    waiting: list[ImportSlice] = []
    for sheet, position, rows in slices_of(lines):
        waiting.append(
            ImportSlice(
                of=made, sheet=sheet, position=position, first_row=rows[0][0], last_row=rows[-1][0], cells=pack(rows)
            )
        )
        if len(waiting) == SLICES_AT_ONCE:
            ImportSlice.objects.bulk_create(waiting)
            waiting = []
    ImportSlice.objects.bulk_create(waiting)
