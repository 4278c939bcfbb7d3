"""Applying an import: one unit of work, all or nothing, or by explicit choice all but the refused rows."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titan.core import settings
from titan.core.actor import Actor
from titan.core.command import command, nothing_changed, say
from titan.core.errors import Conflict
from titan.core.language import _, ngettext
from titan.core.permit import need_admin
from titan.evidence.commands import StagedEvidence, Upload, record_evidence, stage
from titan.evidence.rules import Kind as EvidenceKind
from titan.exchange.imports.commands.recording import record_what_was_done, remember_who_is_new
from titan.exchange.imports.commands.touching import touch_written
from titan.exchange.imports.commands.working import ask_work, keep_check, need_open, work_now_if_small
from titan.exchange.imports.models import Import, ImportBytes, ImportSlice, RememberedLayout
from titan.exchange.imports.planning.check import Checked, Progress, check_rows, stands_as_checked
from titan.exchange.imports.planning.preview import digest_of
from titan.exchange.imports.planning.uses import SheetUse, remembered_columns
from titan.exchange.imports.rules.headers import signature
from titan.exchange.imports.rules.states import State, Work
from titan.exchange.site_folder.commands import lock_others_out, write_rows
from titan.exchange.site_folder.commands.writing import Load, ids_of


def apply_import(
    import_id: int, *, by: Actor, at: datetime, skip_refused: bool = False, version: int | None = None
) -> None:
    """Write what the preview shows; a large one in the background (`ImportView.working`). Admins only.

    The file becomes hashed evidence first. Everything is held against the site again: what differs from the preview is
    refused (PREVIEW_CHANGED), and the preview is new. Raises Forbidden, NotFound, Conflict NOT_OPEN, WORKING, STALE,
    QUESTIONS_OPEN, ROWS_REFUSED (unless skip_refused), NOTHING_TO_WRITE.
    """
    _ask(import_id, skip_refused=skip_refused, version=version, by=by, at=at)
    work_now_if_small(import_id, by=by, at=at)


@command
def _ask(import_id: int, *, skip_refused: bool, version: int | None, by: Actor, at: datetime) -> None:
    need_admin(by)
    row = need_open(import_id, version)
    if row.preview is None or row.work:
        raise Conflict("WORKING", _("This import is still being checked: wait until that is done."))
    need_nothing_in_the_way(row.preview, skip_refused=skip_refused)
    ask_work(row, Work.APPLYING, at=at, by=by, skip_refused=skip_refused, digest=row.preview["digest"])
    say("import.apply_asked", "import", row.pk, after={"skip_refused": skip_refused})


def need_nothing_in_the_way(preview: dict[str, Any], *, skip_refused: bool) -> None:
    """Raise Conflict when a question is open, rows are refused (unless skipped), or nothing would be written."""
    is_open = [question for question in preview["questions"] if question["open"]]
    counts = preview["counts"]
    if is_open:
        asked = " ".join(f"{question['text']} ({question['how']})" for question in is_open[:3])
        raise Conflict("QUESTIONS_OPEN", _("Answer first: %(questions)s") % {"questions": asked})
    if counts["refused"] and not skip_refused:
        message = ngettext(
            "%(num)s row is refused: correct it, or apply without it.",
            "%(num)s rows are refused: correct them, or apply without them.",
            counts["refused"],
        )
        raise Conflict("ROWS_REFUSED", message % {"num": counts["refused"]})
    if not counts["created"] and not counts["changed"]:
        raise Conflict("NOTHING_TO_WRITE", _("Nothing would change: all of it stands already."))


@dataclass(frozen=True)
class Told:
    """With what applying was asked for. digest: of the preview that was shown; None: there was none."""

    skip_refused: bool
    digest: str | None


def apply_now(row: Import, *, progress: Progress, by: Actor, at: datetime) -> None:
    """Check once more and write, for whoever holds the import. Not within a command. Raises as apply_import does."""
    asked = row.asked or {}
    told = Told(bool(asked.get("skip_refused")), asked.get("digest"))
    today = settings.current().today(at)
    checked = check_rows(row, today=today, progress=progress)
    _need_as_shown(row, checked, told, by=by, at=at)
    if not write_checked(row, checked, by=by, at=at):
        # Somebody wrote meanwhile, and what that came to is not what was shown.
        row.refresh_from_db()
        _need_as_shown(row, check_rows(row, today=today), told, by=by, at=at)
        raise Conflict("CHANGED_MEANWHILE", _("Somebody changed the site at the same moment: apply it again."))


def write_checked(row: Import, checked: Checked, *, by: Actor, at: datetime) -> bool:
    """Keep the file as evidence and write what a check came to; return False when the site changed since the check.

    Not within a command. Raises as apply_import does.
    """
    staged = stage([Upload(row.file_name, io.BytesIO(file_bytes(row.pk)))], kind=EvidenceKind.REGISTER)
    return _write(row.pk, checked, staged, by=by, at=at)


def file_bytes(import_id: int) -> bytes:
    """Return the file of an open import."""
    pieces = ImportBytes.objects.filter(of_id=import_id).order_by("position").values_list("data", flat=True)
    return b"".join(bytes(piece) for piece in pieces)


def _need_as_shown(row: Import, checked: Checked, told: Told, *, by: Actor, at: datetime) -> None:
    if told.digest is not None and digest_of(checked) == told.digest:
        return
    keep_check(row, checked, by=by, at=at)
    row.refresh_from_db()
    need_nothing_in_the_way(row.preview or {}, skip_refused=told.skip_refused)
    if told.digest is not None:
        message = _("The site changed since this preview was made: look at the new one, then apply it.")
        raise Conflict("PREVIEW_CHANGED", message)


@command
def _write(import_id: int, checked: Checked, staged: StagedEvidence, *, by: Actor, at: datetime) -> bool:
    row = need_open(import_id, None, idle=False)
    lock_others_out()
    context = checked.context
    if not stands_as_checked(context):
        nothing_changed()
        return False
    evidence = record_evidence(staged, by=by, at=at)
    load = Load(checked.folder, context.known, evidence, by, at, ids_of(context.known))
    reports = write_rows(load)
    touch_written(load)
    written = {report.file: [report.created, report.changed] for report in reports if report.changes_something}
    say("import.applied", "import", row.pk, after={"evidence_id": evidence.id, "files": written})
    record_what_was_done(row, checked, load)
    remember_who_is_new(checked, load, by=by, at=at)
    _remember_layouts(context.uses, at=at)
    _close(row, evidence.id, checked, by=by, at=at)
    return True


def _remember_layouts(uses: Iterable[SheetUse], *, at: datetime) -> None:
    for use in uses:
        if use.is_used and use.header is not None and use.kind is not None:
            RememberedLayout.objects.update_or_create(
                signature=signature(use.header.headings),
                defaults={"kind": use.kind, "columns": remembered_columns(use), "used_at": at},
            )


def _close(row: Import, evidence_id: int, checked: Checked, *, by: Actor, at: datetime) -> None:
    # What names people goes: samples of cells, questions with their examples, answers about persons.
    preview = row.preview or {}
    sheets = [
        {**sheet, "columns": [{**column, "samples": []} for column in sheet["columns"]]}
        for sheet in preview.get("sheets", ())
    ]
    answers = {key: answer for key, answer in row.choices.get("answers", {}).items() if not key.startswith("person:")}
    Import.objects.filter(pk=row.pk).update(
        state=State.APPLIED,
        version=row.version + 1,
        evidence_id=evidence_id,
        applied_at=at,
        applied_by_id=by.user_id,
        preview={**preview, "sheets": sheets, "questions": []},
        choices={**row.choices, "fixes": {}, "answers": answers},
        work="",
        asked=None,
        alive_until=None,
        failure="",
    )
    ImportSlice.objects.filter(of=row).delete()
    ImportBytes.objects.filter(of=row).delete()
