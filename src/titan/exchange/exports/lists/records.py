"""What was proved, as files: training records, and the competency records that wait or were decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from titan.accounts.queries import user_names
from titan.core.language import _
from titan.core.page import Page
from titan.core.permit import need_reader
from titan.core.text import in_language
from titan.exchange.exports.listing import ROWS_AT_ONCE, Asked, Column, Listing, Shape
from titan.exchange.exports.marks import competency_mark, record_mark, result_mark
from titan.exchange.exports.words import competency_words, result_words, source_words
from titan.exchange.headings import headings
from titan.exchange.imports.rules.states import Kind
from titan.records.extensions.queries import RecordExtension, deciding, loaded_extensions
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.records.queries.competency import list_competencies
from titan.records.queries.records import RecordFilter, list_records
from titan.training.queries.people import session_codes


@dataclass(frozen=True)
class CompetenciesWanted:
    """Which competency records; status PENDING: only those that still wait."""

    status: str | None = None
    worker_id: int | None = None
    course_id: int | None = None
    session_id: int | None = None


@dataclass(frozen=True)
class _Record:
    """A training record (its place in the ledger with it), the code of its session, and by what it is valid longer."""

    row: Any
    session: str
    extended: RecordExtension | None


@dataclass(frozen=True)
class _Competency:
    row: CompetencyRecord
    session: str
    assessor: str


def records(wanted: RecordFilter, asked: Asked) -> Listing[_Record]:
    """Return the list of training records, newest first. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.RECORDS)
    today, warning, sources, results = asked.today, asked.site.warning_days, source_words(), result_words()
    columns: list[Column[_Record]] = [
        *_whose(asked),
        Column("completed_on", head["completed_on"], lambda one: one.row.completed_on, Shape.DAY),
        Column("result", head["result"], lambda one: result_mark(one.row.result, results), width=10),
        Column("score", _("Score"), lambda one: one.row.score, Shape.NUMBER, 8),
        Column("expires_on", head["expires_on"], lambda one: one.row.expires_on, Shape.DAY),
        Column("extended_to", _("Extended to"), lambda one: one.extended.until if one.extended else None, Shape.DAY),
        Column("extended_by", _("By decision"), lambda one: one.extended.reference if one.extended else None, width=24),
        Column(
            "standing",
            _("Counts today"),
            lambda one: record_mark(one.row, today=today, warning_days=warning),
            width=20,
        ),
        Column("provider", head["provider_code"], lambda one: one.row.provider, width=24),
        Column("trainer", _("Trainer"), lambda one: one.row.trainer.name if one.row.trainer else None, width=24),
        Column("session", _("Session"), lambda one: one.session),
        Column("source", _("Comes from"), lambda one: sources[one.row.source], width=22),
        Column("revoked_at", _("Revoked on"), lambda one: one.row.revoked_at, Shape.MOMENT, 17),
        Column("revoke_reason", _("Reason for revoking"), lambda one: one.row.revoke_reason, width=30),
        Column("id", _("Record"), lambda one: one.row.pk, Shape.NUMBER, 10),
        Column("ledger_entry", _("Ledger entry"), lambda one: one.row.ledger_entry, Shape.NUMBER, 10),
        Column("evidence_sha256", _("SHA-256 of the evidence"), lambda one: one.row.evidence_sha256, width=66),
    ]

    def page(cursor: str | None) -> Page[_Record]:
        found = list_records(wanted, limit=ROWS_AT_ONCE, cursor=cursor, counted=False)
        codes = session_codes(row.session_id for row in found.items if row.session_id)
        rows = [
            _Record(row, codes.get(row.session_id or 0, ""), deciding(row, loaded_extensions(row)))
            for row in found.items
        ]
        return Page(rows, found.next_cursor, None)

    return Listing("records", _("Training records"), columns, page, asked.site.zone, frozen=3)


def competencies(wanted: CompetenciesWanted, asked: Asked) -> Listing[_Competency]:
    """Return the list of competency records, oldest first. Raises Forbidden for trainers."""
    need_reader(asked.by)
    states = competency_words()
    columns: list[Column[_Competency]] = [
        *_whose(asked),
        Column("completed_on", _("Completed on"), lambda one: one.row.completed_on, Shape.DAY),
        Column("status", _("State"), lambda one: competency_mark(one.row.status, states)),
        Column("score", _("Score"), lambda one: one.row.score, Shape.NUMBER, 8),
        Column("session", _("Session"), lambda one: one.session),
        Column("trainer", _("Trainer"), lambda one: one.row.trainer.name if one.row.trainer else None, width=24),
        Column("method", _("Assessment method"), lambda one: one.row.method.name if one.row.method else None, width=24),
        Column("assessed_on", _("Assessed on"), lambda one: one.row.assessed_on, Shape.DAY),
        Column("assessed_by", _("Assessor"), lambda one: one.assessor, width=24),
        Column("remarks", _("Remarks"), lambda one: one.row.remarks, width=40),
        Column("revoked_at", _("Withdrawn on"), lambda one: one.row.revoked_at, Shape.MOMENT, 17),
        Column("id", _("Number"), lambda one: one.row.pk, Shape.NUMBER, 10),
    ]

    def page(cursor: str | None) -> Page[_Competency]:
        found = list_competencies(
            status=wanted.status,
            worker_id=wanted.worker_id,
            course_id=wanted.course_id,
            session_id=wanted.session_id,
            limit=ROWS_AT_ONCE,
            cursor=cursor,
            counted=False,
        )
        codes = session_codes(row.session_id for row in found.items if row.session_id)
        names = user_names(row.assessed_by_id for row in found.items if row.assessed_by_id)
        rows = [
            _Competency(row, codes.get(row.session_id or 0, ""), names.get(row.assessed_by_id or 0, ""))
            for row in found.items
        ]
        return Page(rows, found.next_cursor, None)

    return Listing("competencies", _("Competency records"), columns, page, asked.site.zone, frozen=3)


def _whose(asked: Asked) -> list[Column[Any]]:
    """Return the columns of whose record it is, and of which course."""
    head = headings(Kind.RECORDS)

    def row(one: Any) -> TrainingRecord:
        return one.row  # type: ignore[no-any-return]

    return [
        Column("employee_id", head["employee_id"], lambda one: row(one).worker.employee_id),
        Column("last_name", head["last_name"], lambda one: row(one).worker.last_name, width=20),
        Column("first_name", head["first_name"], lambda one: row(one).worker.first_name, width=20),
        Column("company", _("Company"), lambda one: row(one).worker.company.name, width=24),
        Column("course_code", head["course_code"], lambda one: row(one).course.code),
        Column("course", _("Course"), lambda one: in_language(row(one).course_version.title, asked.language), width=36),
    ]
