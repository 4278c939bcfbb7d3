"""What we know of evidence, and whether its bytes still are what they were (domain.md §10)."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db.models import F, Max, Min, Q

from titan.core.bulk import id_set
from titan.core.errors import NotFound, Refusal
from titan.core.given import possible_ids
from titan.core.language import N_, _
from titan.evidence.errors import tampered, unreadable
from titan.evidence.models import EvidenceFile, EvidencePart
from titan.evidence.storage import Readable, Store, Verdict, evidence_store

CHUNK = 256 * 1024
IN_MEMORY = 8 * 1024 * 1024
COLUMNS = (
    "id",
    "key",
    "sha256",
    "size",
    "media_type",
    "original_name",
    "pages",
    "uploaded_at",
    "uploaded_by_id",
)

WHAT_IS_WRONG = {
    Verdict.MISSING: N_("has lost its file"),
    Verdict.TAMPERED: N_("no longer has the bytes that were stored: somebody changed them, or the disk did"),
    Verdict.UNREADABLE: N_("cannot be read from the store"),
}


@dataclass(frozen=True)
class EvidenceView:
    """One evidence file; `parts` are the files it was bound from, in order, when there were several."""

    id: int
    key: str
    sha256: str
    size: int
    media_type: str
    original_name: str
    pages: int | None
    uploaded_at: datetime
    uploaded_by_id: int | None
    parts: tuple[EvidenceView, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Bytes that do not match the database: their key, first row, and what is wrong in words."""

    key: str
    evidence_id: int
    verdict: Verdict
    message: str


@dataclass(frozen=True)
class VerifiedFile:
    """A copy of exactly the bytes that were hashed and found right, at their beginning; close `file`."""

    evidence: EvidenceView
    file: IO[bytes]

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes from the present position on, and close the file."""
        with self.file:
            while chunk := self.file.read(CHUNK):
                yield chunk


def evidence_view(evidence_id: int) -> EvidenceView:
    """Return one evidence file with its parts (two statements); raise NotFound."""
    found = by_ids([evidence_id])
    if evidence_id not in found:
        raise NotFound("evidence", evidence_id)
    return found[evidence_id]


def by_ids(ids: Iterable[int]) -> dict[int, EvidenceView]:
    """Return evidence files with their parts by id, those that exist; two statements, however many."""
    wanted = set(possible_ids(ids))
    if not wanted:
        return {}
    rows = EvidenceFile.objects.filter(pk__in=id_set(wanted)).values(*COLUMNS)
    parts: dict[int, list[EvidenceView]] = {}
    columns = {f"part_{name}": f"part__{name}" for name in COLUMNS}
    bound = EvidencePart.objects.filter(whole_id__in=id_set(wanted)).order_by("whole_id", "position")
    for row in bound.values_list("whole_id", *columns.values()):
        parts.setdefault(row[0], []).append(EvidenceView(**dict(zip(COLUMNS, row[1:], strict=True))))
    return {row["id"]: EvidenceView(**row, parts=tuple(parts.get(row["id"], ()))) for row in rows}


def problems_of(evidence_ids: Iterable[int]) -> list[Problem]:
    """Re-hash these evidence files and their parts; return what is wrong (one statement)."""
    return list(_problems(_with_parts(evidence_ids), evidence_store()))


def verify_one(evidence_id: int) -> Verdict:
    """Re-hash one evidence file and its parts (one statement): OK, or the first thing that is wrong.

    Raises NotFound.
    """
    rows = _with_parts([evidence_id])
    if evidence_id not in {row["id"] for row in rows}:
        raise NotFound("evidence", evidence_id)
    return next((problem.verdict for problem in _problems(rows, evidence_store())), Verdict.OK)


def is_intact(evidence_id: int) -> bool:
    """Tell whether one evidence file and its parts match their hashes (one statement; domain.md §7).

    Raises NotFound, and EvidenceUnavailable when they cannot be read just now: that is no answer, and no alarm.
    """
    verdict = verify_one(evidence_id)
    if verdict is Verdict.UNREADABLE:
        raise unreadable(evidence_id)
    return verdict is Verdict.OK


@dataclass(frozen=True)
class HashCheck:
    """Bytes read again just now: the hash they must have, and the one they have (None: they cannot be read)."""

    verdict: Verdict
    expected: str
    found: str | None

    @property
    def is_intact(self) -> bool:
        return self.verdict is Verdict.OK


def hash_check(evidence: EvidenceView) -> HashCheck:
    """Re-hash one evidence file (not its parts) and return both hashes; no statement.

    Raises EvidenceUnavailable when it cannot be read just now.
    """
    store = evidence_store()
    try:
        with store.open(evidence.key) as source:
            found = _hash_of(source)
    except OSError:
        verdict = store.verify(evidence.key, evidence.sha256, evidence.size)
        if verdict in {Verdict.OK, Verdict.UNREADABLE}:
            raise unreadable(evidence.key) from None
        return HashCheck(verdict, evidence.sha256, None)
    return HashCheck(Verdict.OK if found == evidence.sha256 else Verdict.TAMPERED, evidence.sha256, found)


def files_with_hash(start: str, *, most: int) -> list[EvidenceView]:
    """Return the evidence files whose SHA-256 begins with `start` (lower case), newest first, one for each hash.

    Two statements.
    """
    whole = len(start) == hashlib.sha256().digest_size * 2
    rows = EvidenceFile.objects.filter(sha256=start) if whole else EvidenceFile.objects.filter(sha256__startswith=start)
    newest = rows.order_by().values("sha256").annotate(newest=Max("id")).values_list("newest", flat=True)
    found = by_ids(sorted(newest, reverse=True)[:most])
    return [found[pk] for pk in sorted(found, reverse=True)]


@dataclass(frozen=True)
class Files:
    """Which evidence files to look at: those after number `since`, and every `slices`th of the others from `turn` on.

    turn: None for all. keys: of these alone those that are stored under one of them; None for any.
    """

    since: int = 0
    turn: int | None = None
    slices: int = 1
    keys: Sequence[str] | None = None

    def rows(self) -> Any:
        """Return one row for each stored file among them, with the number of its first row."""
        found = EvidenceFile.objects.all()
        if self.turn is not None:
            found = found.annotate(rest=F("id") % self.slices).filter(Q(pk__gt=self.since) | Q(rest=self.turn))
        if self.keys is not None:
            found = found.filter(key__in=self.keys)
        return found.values("key", "sha256", "size").annotate(id=Min("id")).order_by("key", "sha256", "size")

    def count(self) -> int:
        """Return how many files that are; one statement."""
        return int(self.rows().count())


ALL_FILES = Files()


def verify_all(progress: Callable[[int, int], None] | None = None, files: Files = ALL_FILES) -> Iterator[Problem]:
    """Re-hash every stored file once, or those of `files`, and yield what is wrong; one statement.

    progress: called with how many files are done and how many there are.
    """
    # All at once: a statement that stays open would keep whoever hears of a problem from writing it down.
    rows = list(files.rows())
    total = len(rows)

    def counted() -> Iterator[dict[str, Any]]:
        for done, row in enumerate(rows):
            if progress is not None:
                progress(done, total)
            yield dict(row)
        if progress is not None:
            progress(total, total)

    yield from _problems(counted(), evidence_store())


def read_verified(evidence: EvidenceView) -> VerifiedFile:
    """Return the bytes of `evidence` after re-hashing them; others are never handed out (domain.md §10).

    Raises Conflict TAMPERED when they are missing or differ, EvidenceUnavailable when the store cannot be
    read. A face that shows proof calls commands.open_proof, which tells the audit log as well.
    """
    store = evidence_store()
    copy: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (handed out)
    try:
        # A copy is hashed and handed out: what changes on the disk meanwhile cannot slip through.
        with store.open(evidence.key) as source:
            intact = _copy(source, copy) == evidence.sha256
    except OSError as error:
        copy.close()
        raise _refusal(evidence, store.verify(evidence.key, evidence.sha256, evidence.size)) from error
    if not intact:
        copy.close()
        raise _refusal(evidence, Verdict.TAMPERED)
    copy.seek(0)
    return VerifiedFile(evidence, copy)


def _with_parts(evidence_ids: Iterable[int]) -> list[dict[str, Any]]:
    wanted = possible_ids(evidence_ids)
    parts = EvidencePart.objects.filter(whole_id__in=id_set(wanted)).values("part_id")
    rows = EvidenceFile.objects.filter(Q(pk__in=id_set(wanted)) | Q(pk__in=parts)).order_by("pk")
    return [dict(row) for row in rows.values("id", "key", "sha256", "size")]


def _refusal(evidence: EvidenceView, verdict: Verdict) -> Refusal:
    if verdict in {Verdict.OK, Verdict.UNREADABLE}:
        return unreadable(evidence.key)
    return tampered(evidence.key, _(WHAT_IS_WRONG[verdict]))


def _problems(rows: Iterable[dict[str, Any]], store: Store) -> Iterator[Problem]:
    for row in rows:
        verdict = store.verify(row["key"], row["sha256"], row["size"])
        if verdict is not Verdict.OK:
            message = f"Evidence {row['id']} ({row['key']}) {WHAT_IS_WRONG[verdict]}."
            yield Problem(row["key"], row["id"], verdict, message)


def _hash_of(source: Readable) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _copy(source: Readable, target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()
