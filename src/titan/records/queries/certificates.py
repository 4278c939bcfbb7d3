"""Certificates: what the paper says, and what stands behind it today."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from titan.core import settings
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.errors import Conflict, NotFound
from titan.core.language import _
from titan.core.permit import need_reader
from titan.core.settings import Site
from titan.ledger.alarms import STOPS_EVERYTHING
from titan.ledger.models import Alarm, AlarmKind, Leaf, LeafType
from titan.ledger.queries.checkpoints import CheckpointView, newest_checkpoint
from titan.records.extensions.queries import RecordExtension, deciding, extensions_of
from titan.records.models import Certificate, Result, TrainingRecord

TOKEN = re.compile(r"[a-z2-7]{26}")
NOBODY = "-"
"""Asked for where a token can be none, so that the same statements run."""


class State(StrEnum):
    """What the public page says of a certificate. CHECKING: the register itself is in doubt just now."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    CHECKING = "CHECKING"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class CertificateView:
    """What is printed about one record. Names are as they stand now; `session_id` is named by whoever knows sessions.

    extended: the decision by which it is valid past `expires_on`, if there is one. ledger_entry: the index of the
    record's leaf. checkpoint: the newest one when this was read.
    """

    record_id: int
    number: str
    token: str
    issued_at: datetime
    worker_id: int
    name: str
    employee_id: str
    company: str
    course_code: str
    course_title: dict[str, str]
    version: int
    duration_minutes: int
    session_id: int | None
    completed_on: date
    expires_on: date | None
    extended: RecordExtension | None
    trainer: str
    provider: str
    score: int | None
    evidence_sha256: str
    ledger_entry: int | None
    checkpoint: CheckpointView | None


@dataclass(frozen=True)
class PublicView:
    """What anybody may read who holds a certificate's token. Without one (UNKNOWN), nothing but the state.

    name: empty for a worker who was erased. expires_on: as the paper says it. extended: the decision by which it is
    valid longer, if there is one. revoked_on: the site's day. is_corrected: another record replaced it.
    """

    state: State
    site: Site
    checkpoint: CheckpointView | None
    number: str = ""
    name: str = ""
    course_code: str = ""
    course_title: dict[str, str] | None = None
    completed_on: date | None = None
    expires_on: date | None = None
    extended: RecordExtension | None = None
    revoked_on: date | None = None
    is_corrected: bool = False
    ledger_entry: int | None = None


def certifiable(by: Actor) -> QuerySet[TrainingRecord]:
    """Return the records whose certificates `by` has to do with: a trainer those of their own sessions, others all."""
    records = TrainingRecord.objects.all()
    if by.role is Role.TRAINER:
        return records.filter(trainer_id=by.trainer_id or 0, session_id__isnull=False)
    return records


def need_printable(record_id: int, *, by: Actor) -> None:
    """Raise NotFound unless the record is there, `by` may see its certificate, and it was issued.

    Raises Conflict for a record that counts no more: there is nothing to print.
    """
    if by.role is not Role.TRAINER:
        need_reader(by)
    record = certifiable(by).filter(pk=record_id, certificate__isnull=False).select_related("worker").first()
    if record is None:
        raise NotFound("certificate of record", record_id)
    need_standing([record])


def need_standing(records: Iterable[TrainingRecord]) -> None:
    """Raise Conflict unless all `records` (workers loaded) passed, stand, and are of somebody who can be named."""
    for record in records:
        named = {"record": record.pk}
        if record.result != Result.PASSED:
            raise Conflict("NOT_PASSED", _("Record %(record)s is no pass: only a pass has a certificate.") % named)
        if record.revoked_at is not None:
            raise Conflict(
                "RECORD_REVOKED",
                _("Record %(record)s was revoked: it has no certificate any more. Its correction may have one.")
                % named,
            )
        if record.worker.anonymised_at is not None:
            raise Conflict("ANONYMISED", _("Who record %(record)s is about was erased: nobody can be named.") % named)


def standing_of_session(session_id: int) -> list[int]:
    """Return the records of a session that can have a certificate, in the order of the list; one statement."""
    records = TrainingRecord.objects.filter(
        session_id=session_id, result=Result.PASSED, revoked_at=None, worker__anonymised_at=None
    )
    return list(records.order_by("worker__name_key", "worker_id", "pk").values_list("pk", flat=True))


def issued_of_session(session_id: int) -> int:
    """Return how many of them have their certificate; one statement."""
    return Certificate.objects.filter(
        record__session_id=session_id, record__revoked_at=None, record__worker__anonymised_at=None
    ).count()


@dataclass(frozen=True)
class Issued:
    """A certificate in short."""

    number: str
    token: str
    issued_at: datetime


def certificate_of(record_id: int, *, site: Site) -> Issued | None:
    """Return the certificate of a record, if it was issued; one statement."""
    row = Certificate.objects.filter(record_id=record_id).first()
    return Issued(_number(row, site), row.token, row.issued_at) if row else None


def has_paper(record: TrainingRecord) -> bool:
    """Tell whether a record (worker loaded) can have a certificate: a pass that stands, of somebody with a name."""
    return record.result == Result.PASSED and record.revoked_at is None and record.worker.anonymised_at is None


def certificate_views(record_ids: Iterable[int]) -> list[CertificateView]:
    """Return what the certificates of these records say, in this order; records without one are left out.

    Four statements for any number of records.
    """
    wanted = list(record_ids)
    checkpoint, site = newest_checkpoint(), settings.current()
    rows, extended = _with_entry(Certificate.objects.filter(record_id__in=id_set(wanted))), extensions_of(wanted)
    by_record = {row.record_id: _view(row, extended.get(row.record_id, []), checkpoint, site) for row in rows}
    return [by_record[pk] for pk in wanted if pk in by_record]


def public_view(token: str, *, at: datetime) -> PublicView:
    """Return what the holder of `token` may read: five statements, whatever the token is.

    VALID is said of a record that stands on the site's day `at`, unless an alarm of the ledger, of the guards or of
    the very files it rests on is open: its evidence, and the letter by which it is valid longer.
    """
    site, checkpoint = settings.current(), newest_checkpoint()
    asked = token if TOKEN.fullmatch(token) else NOBODY
    found = _with_entry(Certificate.objects.filter(token=asked)).select_related("record__corrected_by").first()
    known = extensions_of([found.record_id if found else 0])
    extended = deciding(found.record, known.get(found.record_id, [])) if found else None
    doubted = _is_doubted([found.record.evidence_id if found else 0, extended.evidence_id if extended else None])
    if found is None:
        return PublicView(State.UNKNOWN, site, checkpoint)
    record = found.record
    return PublicView(
        _state(record, doubted=doubted, today=site.today(at)),
        site,
        checkpoint,
        number=_number(found, site),
        name="" if record.worker.anonymised_at else _name(record),
        course_code=record.course.code,
        course_title=record.course_version.title,
        completed_on=record.completed_on,
        expires_on=record.expires_on,
        extended=extended,
        revoked_on=site.today(record.revoked_at) if record.revoked_at else None,
        is_corrected=hasattr(record, "corrected_by"),
        ledger_entry=found.ledger_entry,
    )


def _is_doubted(evidence_ids: Iterable[int | None]) -> bool:
    """Tell whether an alarm is open that everything rests on, or these files; of many files, one stands for all."""
    among = Q(entity="evidence", entity_id__in=[pk for pk in evidence_ids if pk is not None])
    files = Q(kind=AlarmKind.EVIDENCE) & (among | Q(entity_id=None))
    return Alarm.objects.filter(Q(kind__in=STOPS_EVERYTHING) | files, resolved_at=None).exists()


def _state(record: TrainingRecord, *, doubted: bool, today: date) -> State:
    if record.revoked_at is not None:
        return State.REVOKED
    if record.valid_until < today:
        return State.EXPIRED
    return State.CHECKING if doubted else State.VALID


def _with_entry(certificates: QuerySet[Certificate]) -> Any:
    """Return the certificates with what they are about, and with `ledger_entry`, the place of the record's leaf."""
    entered = Leaf.objects.filter(type=LeafType.RECORD, entity_id=OuterRef("record_id")).order_by("index")
    related = ("worker__company", "course", "course_version", "trainer")
    return certificates.select_related(*(f"record__{name}" for name in related)).annotate(
        ledger_entry=Subquery(entered.values("index")[:1])
    )


def _view(
    row: Any, extensions: list[RecordExtension], checkpoint: CheckpointView | None, site: Site
) -> CertificateView:
    record: TrainingRecord = row.record
    return CertificateView(
        record_id=record.pk,
        number=_number(row, site),
        token=row.token,
        issued_at=row.issued_at,
        worker_id=record.worker_id,
        name=_name(record),
        employee_id=record.worker.employee_id,
        company=record.worker.company.name,
        course_code=record.course.code,
        course_title=record.course_version.title,
        version=record.course_version.number,
        duration_minutes=record.course_version.duration_minutes,
        session_id=record.session_id,
        completed_on=record.completed_on,
        expires_on=record.expires_on,
        extended=deciding(record, extensions),
        trainer=record.trainer.name if record.trainer else "",
        provider=record.provider,
        score=record.score,
        evidence_sha256=record.evidence_sha256,
        ledger_entry=row.ledger_entry,
        checkpoint=checkpoint,
    )


def _number(certificate: Certificate, site: Site) -> str:
    return f"TC-{site.today(certificate.issued_at).year}-{certificate.pk:06}"


def _name(record: TrainingRecord) -> str:
    return f"{record.worker.first_name} {record.worker.last_name}".strip()
