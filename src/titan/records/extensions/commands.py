"""An authority's decision is followed: records are valid longer, and each says so; or it is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import insert_rows
from titan.core.command import Said, command, say, say_all, touch
from titan.core.errors import Conflict, NotFound, invalid
from titan.core.given import Wrong
from titan.core.language import _
from titan.core.permit import need_admin
from titan.evidence.commands import StagedEvidence, record_evidence
from titan.evidence.models import EvidenceFile
from titan.ledger.commands import enter
from titan.personnel.queries.naming import somebody_named
from titan.records.commands.revoke import reason_given
from titan.records.extensions.queries import check_choice, lasts, lines_of, lines_without
from titan.records.extensions.rules import MOST_AT_ONCE, AuthorityDecision, Extending, Line, checked_decision, digest_of
from titan.records.leaves import extended_leaf, extension_withdrawn_leaf
from titan.records.models import ExtendedRecord, TrainingRecord, ValidityExtension


@command
def extend_validity(
    extending: Extending,
    decision: AuthorityDecision,
    evidence_id: int | None = None,
    *,
    shown: str | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Let the chosen records be valid through `extending.until`, by an authority's decision; return the extension.

    evidence_id: its letter. shown: the digest of the list that whoever decides was shown. Each record has its leaf in
    the ledger and its event in the log, and everybody's verdict follows; a fixed number of statements. Raises Invalid
    with every wrong field, Conflict NOTHING_TO_EXTEND, TOO_MANY, CHANGED_SINCE.
    """
    need_admin(by)
    decision, letter = _checked(extending, decision, evidence_id, at)
    lines = lines_of(extending, lock=True)
    _need_possible(lines, shown)
    _need_nameless(lines, reason=decision.reason, reference=decision.reference)
    made = ValidityExtension.objects.create(
        **asdict(extending),
        **asdict(decision),
        evidence=letter,
        records=len(lines),
        made_at=at,
        made_by_id=by.user_id,
    )
    rows = [
        {"extension_id": made.pk, "record_id": line.record_id, "position": place}
        for place, line in enumerate(lines, start=1)
    ]
    numbers = {record: pk for pk, record in insert_rows(ExtendedRecord, rows, returning=("id", "record_id"))}
    _let_follow(made.pk)
    said = _told(extending, decision) | {"evidence_id": letter.pk if letter else None, "records": len(lines)}
    say("validity_extension.made", "validity_extension", made.pk, after=said, reason=decision.reason)
    say_all(
        Said("training_record.validity_extended", **_of_record(line, made.pk), reason=decision.reason) for line in lines
    )
    touch({line.worker_id for line in lines}, {extending.course_id})
    shared = {
        **asdict(extending),
        **asdict(decision),
        "extension_id": made.pk,
        "evidence_key": letter.key if letter else None,
        "evidence_sha256": letter.sha256 if letter else None,
        "made_at": at,
        "made_by_id": by.user_id,
    }
    enter(extended_leaf(_row(line, numbers) | shared) for line in lines)
    return made.pk


@command
def extend_validity_by_letter(
    extending: Extending,
    decision: AuthorityDecision,
    staged: StagedEvidence | None,
    *,
    shown: str | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Make an extension together with the authority's letter, if there is one, both or neither; see `extend_validity`.

    Returns its number.
    """
    evidence_id = record_evidence(staged, by=by, at=at).id if staged else None
    return extend_validity(extending, decision, evidence_id, shown=shown, by=by, at=at)


@command
def revoke_extension(extension_id: int, reason: str, *, shown: str | None = None, by: Actor, at: datetime) -> None:
    """Take an extension back with a reason: its records are valid as if it had not been; a fixed number of statements.

    shown: the digest of the list that whoever revokes was shown. Raises NotFound, Invalid REASON_REQUIRED, Conflict
    ALREADY_REVOKED, CHANGED_SINCE.
    """
    need_admin(by)
    extension = ValidityExtension.objects.select_for_update(no_key=True).filter(pk=extension_id).first()
    if extension is None:
        raise NotFound("extension", extension_id)
    reason = reason_given(reason)
    if extension.revoked_at is not None:
        raise Conflict("ALREADY_REVOKED", _("This extension is revoked already; a revocation stands for ever."))
    lines = lines_without(extension_id, lock=True)
    _need_same(lines, shown)
    _need_nameless(lines, reason=reason)
    ended = {"revoked_at": at, "revoked_by_id": by.user_id, "revoke_reason": reason}
    ValidityExtension.objects.filter(pk=extension_id).update(**ended)
    _let_follow(extension_id)
    said = {"revoked": True, "records": len(lines)}
    say("validity_extension.revoked", "validity_extension", extension_id, after=said, reason=reason)
    say_all(
        Said("training_record.extension_withdrawn", **_of_record(line, extension_id), reason=reason) for line in lines
    )
    touch({line.worker_id for line in lines}, {extension.course_id})
    made_for = ExtendedRecord.objects.filter(extension_id=extension_id)
    numbers = {record: pk for pk, record in made_for.values_list("id", "record_id")}
    shared = {"extension_id": extension_id, **ended}
    enter(extension_withdrawn_leaf(_row(line, numbers) | shared) for line in lines)


def _checked(
    extending: Extending, decision: AuthorityDecision, evidence_id: int | None, at: datetime
) -> tuple[AuthorityDecision, EvidenceFile | None]:
    """Return the decision cleaned, and its letter; raise Invalid with everything that is wrong."""
    wrong = Wrong()
    today = settings.current().today(at)
    check_choice(extending, wrong, today=today)
    decision = checked_decision(decision, wrong, today=today)
    letter = EvidenceFile.objects.filter(pk=evidence_id).first() if evidence_id is not None else None
    if evidence_id is not None and letter is None:
        wrong.add("file", "UNKNOWN", _("There is no such evidence."))
    wrong.refuse()
    return decision, letter


def _need_possible(lines: Sequence[Line], shown: str | None) -> None:
    _need_same(lines, shown)
    if not lines:
        raise Conflict(
            "NOTHING_TO_EXTEND",
            _("No record of this course and these days runs out before that day: there is nothing to extend."),
        )
    if len(lines) > MOST_AT_ONCE:
        raise Conflict(
            "TOO_MANY",
            _("These are %(count)s records, and one extension holds %(limit)s. Choose fewer days.")
            % {"count": len(lines), "limit": MOST_AT_ONCE},
        )


def _need_same(lines: Iterable[Line], shown: str | None) -> None:
    if shown is not None and shown != digest_of(lines):
        raise Conflict("CHANGED_SINCE", _("The list of records changed since you looked. Look at it again."))


def _need_nameless(lines: Iterable[Line], **texts: str) -> None:
    """Refuse a text that names somebody on the list: it is kept in every record, and outlives them when erased."""
    for field, text in texts.items():
        badge = somebody_named(text, {line.worker_id for line in lines})
        if badge is not None:
            raise invalid(
                field,
                "NAMES_THE_PERSON",
                _("Leave people out: this names %(badge)s, and it is kept in every record.") % {"badge": badge},
            )


def _let_follow(extension_id: int) -> None:
    """Bring the last valid day of an extension's records to what their expiry and their extensions say; no other."""
    made_for = ExtendedRecord.objects.filter(extension_id=extension_id).values("record_id")
    TrainingRecord.objects.filter(pk__in=made_for).exclude(valid_until=lasts()).update(valid_until=lasts())


def _of_record(line: Line, extension_id: int) -> dict[str, Any]:
    """Return what the log is told of one record."""
    return {
        "entity": "training_record",
        "entity_id": line.record_id,
        "before": {"valid_until": line.valid_until.isoformat()},
        "after": {"valid_until": line.becomes.isoformat(), "extension_id": extension_id},
    }


def _told(extending: Extending, decision: AuthorityDecision) -> dict[str, Any]:
    told: dict[str, Any] = {**asdict(extending), "reference": decision.reference, "decided_on": decision.decided_on}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in told.items()}


def _row(line: Line, numbers: dict[int, int]) -> dict[str, Any]:
    return {"id": numbers[line.record_id], "record_id": line.record_id, "worker_id": line.worker_id}
