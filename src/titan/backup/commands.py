"""Making a backup, and restoring one into an empty place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import connection

from titan.backup import database
from titan.backup.archive import Manifest, Member, Writer, check_archive, damaged, new_archive, open_archive
from titan.backup.database import EvidenceToKeep
from titan.core.actor import Actor, Role
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.permit import need_role
from titan.evidence.rules import key_of
from titan.evidence.storage import Store, evidence_store
from titan.evidence.storage.store import Verdict
from titan.ledger.commands.sign import put_back_beside

EVIDENCE = "evidence/"
IN_MEMORY = 4 * 1024 * 1024

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Restored:
    """What a restore brought back."""

    made_at: str
    evidence: int
    lost: list[str]


def make_backup(path: Path, *, at: datetime, progress: Progress) -> Manifest:
    """Write the backup `path` of the connected database and its evidence, while others go on working.

    at: the moment it is made at. progress: is told (done, total, what). Returns what it holds; `lost` names evidence
    whose bytes are gone or altered, which no backup can hold. Raises Conflict FILE_EXISTS.
    """
    store = evidence_store()
    with new_archive(path) as writer, database.present_state() as state:
        progress(0, 1, "database")
        parts = [writer.add(part.name, part.size, part.content) for part in state.parts()]
        kept, lost = _add_evidence(writer, store, state.evidence(), progress)
        manifest = Manifest(
            made_at=at.isoformat(),
            engine=connection.vendor,
            migrations=state.migrations(),
            database=parts,
            evidence=kept,
            lost=lost,
        )
        writer.finish(manifest)
    return manifest


def _add_evidence(
    writer: Writer, store: Store, wanted: list[EvidenceToKeep], progress: Progress
) -> tuple[list[Member], list[str]]:
    kept, lost = [], []
    for number, file in enumerate(wanted):
        progress(number, len(wanted), "evidence")
        if store.verify(file.key, file.sha256, file.size) is not Verdict.OK:
            lost.append(file.key)
            continue
        with store.open(file.key) as content:
            member = writer.add(f"{EVIDENCE}{file.sha256}", file.size, content)
        if member.sha256 != file.sha256:
            raise damaged(f"the evidence {file.key} changed while it was read")
        kept.append(member)
    return kept, lost


def restore_backup(path: Path, *, by: Actor, at: datetime, progress: Progress) -> Restored:
    """Bring the backup `path` back into an empty place: database, evidence, guards, and the migrations since.

    Everything is checked before the database gets anything. Evidence that lies in the store already stays. Raises
    Invalid (no whole backup), Conflict DATABASE_IN_USE, OTHER_ENGINE, RELEASE_TOO_OLD, DATABASE_TOO_NEW.
    """
    database.need_empty()
    progress(0, 1, "checking")
    manifest = check_archive(path)
    if manifest.engine != connection.vendor:
        raise Conflict(
            "OTHER_ENGINE",
            f"This backup is of {manifest.engine}, and this database is {connection.vendor}. Restore it on the same "
            "kind of database.",
        )
    fill = _fill_postgresql if connection.vendor == "postgresql" else _fill_sqlite
    fill(path, manifest, progress)
    database.bring_up_to_date()
    put_back_beside()
    _tell(manifest.made_at, len(manifest.evidence), by=by, at=at)
    return Restored(manifest.made_at, len(manifest.evidence), manifest.lost)


@command
def _tell(made_at: str, evidence: int, *, by: Actor, at: datetime) -> None:
    need_role(by, Role.SUPER_ADMIN)
    say("site.restored", "site_settings", 1, after={"backup_made_at": made_at, "evidence_files": evidence})


def _fill_sqlite(path: Path, manifest: Manifest, progress: Progress) -> None:
    try:
        _read_in(path, manifest, lambda _member, content: database.put_back_sqlite(content), progress)
        database.settle_sqlite()
    finally:
        database.discard_sqlite_draft()


def _fill_postgresql(path: Path, manifest: Manifest, progress: Progress) -> None:
    database.prepare_postgresql(manifest.migrations)
    with database.filling_postgresql():
        _read_in(path, manifest, lambda member, content: database.fill_table(member.name, content), progress)


def _read_in(
    path: Path, manifest: Manifest, to_database: Callable[[Member, IO[bytes]], None], progress: Progress
) -> None:
    store, total = evidence_store(), len(manifest.database) + len(manifest.evidence)
    with open_archive(path) as reader:
        for number, (member, content) in enumerate(reader.members()):
            progress(number, total, "restoring")
            if member.name.startswith(EVIDENCE):
                _keep(store, member, content)
            else:
                with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spooled:
                    while chunk := content.read(1024 * 1024):
                        spooled.write(chunk)
                    spooled.seek(0)
                    to_database(member, spooled)


def _keep(store: Store, member: Member, content: IO[bytes]) -> None:
    sha256 = member.name.removeprefix(EVIDENCE)
    if sha256 != member.sha256:
        raise damaged(f"{member.name} has the bytes of another file")
    with store.receive(content, limit=member.size) as draft:
        if draft is None or store.keep(draft) != key_of(sha256):
            raise damaged(f"{member.name} has other bytes than its manifest says")
