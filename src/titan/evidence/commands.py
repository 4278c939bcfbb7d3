"""Taking evidence in: bytes on disk first, rows second; the alarm when bytes changed; orphans set aside."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from titan.core.actor import Actor, Role
from titan.core.bulk import insert_rows
from titan.core.command import Said, command, current_unit, nothing_changed, say, say_all
from titan.core.errors import Conflict, Forbidden, invalid
from titan.core.language import _
from titan.core.permit import need_admin, need_role
from titan.evidence import errors
from titan.evidence.binding import bind
from titan.evidence.inspect import Inspected, inspect
from titan.evidence.limits import NotAccepted
from titan.evidence.models import EvidenceFile, EvidencePart
from titan.evidence.queries import (
    WHAT_IS_WRONG,
    EvidenceView,
    Problem,
    VerifiedFile,
    evidence_view,
    problems_of,
    read_verified,
)
from titan.evidence.restricted import is_restricted
from titan.evidence.rules import (
    MAX_BYTES,
    MAX_FILES,
    MAX_TOTAL_BYTES,
    Kind,
    MediaType,
    label_of,
)
from titan.evidence.storage import Draft, Readable, Store, Verdict, evidence_store

A_DAY = timedelta(hours=24)
KNOWN_AT_ONCE = 500
# Children that inspect files of one upload at the same time.
INSPECTORS = 2


@dataclass(frozen=True)
class Upload:
    """A file as somebody gives it: its name (only a label) and its content, read once."""

    original_name: str
    content: Readable


@dataclass(frozen=True)
class StagedFile:
    """A file whose bytes lie in the store, and of which the database does not know yet."""

    key: str
    sha256: str
    size: int
    media_type: str
    pages: int | None
    original_name: str


@dataclass(frozen=True)
class StagedEvidence:
    """What an upload came to: one file to cite, and the files it was bound from when there were several."""

    whole: StagedFile
    parts: tuple[StagedFile, ...] = ()


@dataclass(frozen=True)
class SetAside:
    """What the sweeper found: keys moved to quarantine, and how many unfinished drafts it deleted."""

    keys: tuple[str, ...]
    drafts: int


def stage(uploads: Sequence[Upload], *, kind: Kind = Kind.SHEET) -> StagedEvidence:
    """Check the uploads, bind several into one PDF, put all bytes into the store (domain.md §10).

    To be called before the command that records them, outside of any transaction: it takes as long as files
    take. If no command follows, the bytes are orphans that `quarantine_orphans` finds. Raises Invalid
    REQUIRED or EVIDENCE_EMPTY, TooLarge EVIDENCE_TOO_LARGE, UnsupportedType EVIDENCE_TYPE,
    EvidenceUnavailable (full disk), and Conflict TAMPERED when the store holds the same hash with other
    bytes. Nothing is kept then.
    """
    _need_no_unit()
    _check_number(uploads, kind)
    store = evidence_store()
    with ExitStack() as stack:
        drafts = _received(uploads, store, stack)
        labels = [label_of(upload.original_name) for upload in uploads]
        found = _inspected(drafts, labels, kind)
        if len(drafts) == 1:
            return StagedEvidence(_kept(store, drafts[0], found[0], labels[0]))
        bound, pages = _bound(drafts, found, labels, store, stack)
        parts = [_kept(store, *file) for file in zip(drafts, found, labels, strict=True)]
        whole = _kept(store, bound, Inspected(MediaType.PDF, pages), _name_of_bound(labels))
        return StagedEvidence(whole, tuple(parts))


@command
def record_evidence(staged: StagedEvidence, *, by: Actor, at: datetime) -> EvidenceView:
    """Write the rows of staged evidence, after re-hashing its bytes once more; a fixed number of statements.

    By whoever may upload: an admin, a trainer, an assessor. Raises Forbidden, EvidenceUnavailable when bytes
    are no longer there (stage them again), Conflict TAMPERED when they changed.
    """
    need_role(by, Role.HSE_ADMIN, Role.TRAINER, Role.ASSESSOR)
    files = (staged.whole, *staged.parts)
    _need_bytes(files)
    rows = [{**vars(file), "uploaded_at": at, "uploaded_by_id": by.user_id} for file in files]
    whole, *parts = _views(rows)
    insert_rows(
        EvidencePart,
        [
            {"whole_id": whole.id, "part_id": part.id, "position": position}
            for position, part in enumerate(parts, start=1)
        ],
        returning=(),
    )
    say_all(_stored(view, parts if view is whole else []) for view in (whole, *parts))
    return EvidenceView(**{**vars(whole), "parts": tuple(parts)})


def open_proof(evidence_id: int, *, by: Actor, at: datetime) -> VerifiedFile:
    """Return the bytes of evidence after re-hashing them; a mismatch goes to the audit log, then is refused.

    For faces that show or deliver proof (domain.md §10); who may see it, the face asks first. What shows somebody who
    was erased is for super admins and auditors, and each opening of it goes to the audit log. Raises NotFound,
    Forbidden, Conflict TAMPERED, EvidenceUnavailable.
    """
    evidence = evidence_view(evidence_id)
    if is_restricted(evidence_id):
        note_opening(evidence_id, by=by, at=at)
    try:
        return read_verified(evidence)
    except Conflict:
        report_tampering([evidence_id], by=by, at=at)
        raise


@command
def note_opening(evidence_id: int, *, by: Actor, at: datetime) -> None:
    """Say in the audit log that somebody opens what shows a person who was erased (domain.md §4).

    Super admins and auditors only: raises Forbidden for everybody else.
    """
    if by.role not in {Role.SUPER_ADMIN, Role.AUDITOR}:
        raise Forbidden(
            _("Somebody on this file was erased: only a super admin or an auditor opens it."), "SHOWS_ERASED_PERSON"
        )
    say("evidence.opened", "evidence", evidence_id)


@command
def report_tampering(evidence_ids: Iterable[int], *, by: Actor, at: datetime) -> list[Problem]:
    """Re-hash these evidence files and their parts, and tell the audit log about each that does not match.

    A store that cannot be read just now is no alarm: nothing is known then. Anybody who noticed may report: `by` says
    who did. To be called after the command that noticed was rolled back.
    """
    problems = [problem for problem in problems_of(evidence_ids) if problem.verdict is not Verdict.UNREADABLE]
    for problem in problems:
        say(
            "evidence.tampered",
            "evidence",
            problem.evidence_id,
            after={"key": problem.key, "found": problem.verdict.value},
        )
    if not problems:
        nothing_changed()
    return problems


@command
def quarantine_orphans(*, by: Actor, at: datetime, older_than: timedelta = A_DAY) -> SetAside:
    """Set aside files that no row speaks of and nobody stored within `older_than`; delete unfinished drafts.

    A crash between the file and its row leaves one, and it may show people: they are kept apart, never shown.
    """
    need_admin(by)
    store, before = evidence_store(), at - older_than
    aged = sorted(store.aged(before))
    orphans = [key for key in _unknown(aged) if store.quarantine(key, before=before)]
    drafts = store.discard_drafts(before)
    if not orphans and not drafts:
        nothing_changed()
    else:
        say("evidence.quarantined", "evidence", 0, after={"keys": orphans, "drafts": drafts})
    return SetAside(tuple(orphans), drafts)


def _need_no_unit() -> None:
    try:
        current_unit()
    except LookupError:
        return
    raise AssertionError("Stage evidence before the command begins: a transaction must not wait for files.")


def _check_number(uploads: Sequence[Upload], kind: Kind) -> None:
    if not uploads:
        raise errors.missing()
    if len(uploads) > MAX_FILES:
        raise errors.too_large(
            _("These are %(count)s files: upload at most %(limit)s at once.")
            % {"count": len(uploads), "limit": MAX_FILES}
        )
    if kind is Kind.REGISTER and len(uploads) > 1:
        raise invalid("file", "ONE_FILE", _("A register is one file: upload it alone."))


def _received(uploads: Sequence[Upload], store: Store, stack: ExitStack) -> list[Draft]:
    drafts: list[Draft] = []
    for upload in uploads:
        draft = stack.enter_context(store.receive(upload.content, limit=MAX_BYTES))
        if draft is None:
            raise errors.file_too_large(label_of(upload.original_name))
        if draft.size == 0:
            raise errors.empty(label_of(upload.original_name))
        drafts.append(draft)
        if sum(draft.size for draft in drafts) > MAX_TOTAL_BYTES:
            raise errors.too_large(
                _("Together the files are larger than %(limit)s MB. Scan them at a lower resolution.")
                % {"limit": MAX_TOTAL_BYTES // errors.MEGABYTE}
            )
    return drafts


def _inspected(drafts: list[Draft], labels: list[str], kind: Kind) -> list[Inspected]:
    def look(draft: Draft, label: str) -> Inspected:
        try:
            return inspect(draft.path, kind)
        except NotAccepted as error:
            raise errors.not_accepted(label, str(error), kind) from error

    with ThreadPoolExecutor(INSPECTORS) as pool:
        # In a copy of this context each: refusals are told in the language of whoever uploads.
        contexts = [copy_context() for _draft in drafts]
        return list(pool.map(lambda context, *given: context.run(look, *given), contexts, drafts, labels))


def _bound(
    drafts: list[Draft], found: list[Inspected], labels: list[str], store: Store, stack: ExitStack
) -> tuple[Draft, int]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="titan-bind-")))
    target = folder / "bound.pdf"
    parts = [(one.media_type, draft.path) for one, draft in zip(found, drafts, strict=True)]
    try:
        pages = bind(parts, target)
    except NotAccepted as error:
        raise errors.not_accepted(_name_of_bound(labels), str(error), Kind.SHEET) from error
    file = stack.enter_context(target.open("rb"))
    draft = stack.enter_context(store.receive(file, limit=target.stat().st_size))
    if draft is None:
        raise AssertionError("A file that nobody else knows has grown.")
    return draft, pages


def _kept(store: Store, draft: Draft, found: Inspected, label: str) -> StagedFile:
    key = store.keep(draft)
    return StagedFile(key, draft.sha256, draft.size, found.media_type.value, found.pages, label)


def _name_of_bound(labels: list[str]) -> str:
    return label_of(f"{len(labels)} files: {', '.join(labels)}")


def _need_bytes(files: Iterable[StagedFile]) -> None:
    store = evidence_store()
    for key, sha256, size in {(file.key, file.sha256, file.size) for file in files}:
        verdict = store.verify(key, sha256, size)
        if verdict is Verdict.TAMPERED:
            raise errors.tampered(key, _(WHAT_IS_WRONG[verdict]))
        if verdict is not Verdict.OK:
            raise errors.EvidenceUnavailable(_("The uploaded file is no longer there. Upload it again."))


def _views(rows: list[dict[str, Any]]) -> list[EvidenceView]:
    """Insert `rows` and return them with their ids, in their order."""
    ids: dict[tuple[str, str], list[int]] = {}
    for pk, key, name in insert_rows(EvidenceFile, rows, returning=("id", "key", "original_name")):
        ids.setdefault((key, name), []).append(pk)
    # Rows with the same bytes and label differ in nothing, so that either id may be either's.
    return [EvidenceView(id=ids[row["key"], row["original_name"]].pop(), **row) for row in rows]


def _stored(view: EvidenceView, parts: list[EvidenceView]) -> Said:
    # No label: people put names of people into names of files.
    after = {
        "key": view.key,
        "sha256": view.sha256,
        "size": view.size,
        "media_type": view.media_type,
        "pages": view.pages,
        "part_ids": [part.id for part in parts],
    }
    return Said("evidence.stored", "evidence", view.id, after=after)


def _unknown(keys: list[str]) -> list[str]:
    known: set[str] = set()
    for start in range(0, len(keys), KNOWN_AT_ONCE):
        some = keys[start : start + KNOWN_AT_ONCE]
        known.update(EvidenceFile.objects.filter(key__in=some).values_list("key", flat=True))
    return [key for key in keys if key not in known]
