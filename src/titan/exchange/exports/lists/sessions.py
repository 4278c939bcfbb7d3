"""Sessions, and the class list of one, as files."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.errors import NotFound
from titan.core.language import _
from titan.core.permit import need_reader
from titan.core.text import in_language
from titan.exchange.exports.listing import Asked, Column, Listing, Shape, pages
from titan.exchange.exports.marks import attendance_mark, compliance_mark, result_mark, session_mark
from titan.exchange.exports.words import (
    attendance_words,
    compliance_words,
    result_words,
    session_words,
    yes_words,
)
from titan.training.access import need_visible
from titan.training.queries.sessions import AttendeeView, SessionFilter, SessionView, class_list, list_sessions


@dataclass(frozen=True)
class AttendeesWanted:
    """The class list of which session."""

    session_id: int | None = None


def sessions(wanted: SessionFilter, asked: Asked) -> Listing[SessionView]:
    """Return the list of sessions. Raises Forbidden for trainers."""
    need_reader(asked.by)
    states = session_words()
    columns: list[Column[SessionView]] = [
        Column("code", _("Session"), lambda row: row.code),
        Column("status", _("State"), lambda row: session_mark(row, states), width=16),
        Column("title", _("Title"), lambda row: row.title, width=24),
        Column("course_code", _("Course code"), lambda row: row.course_code),
        Column("course", _("Course"), lambda row: in_language(row.course_title, asked.language), width=36),
        Column("course_version", _("Version"), lambda row: row.course_version, Shape.NUMBER, 8),
        Column("starts_at", _("Begins"), lambda row: row.slots[0].starts_at if row.slots else None, Shape.MOMENT, 17),
        Column("ends_at", _("Ends"), lambda row: row.slots[-1].ends_at if row.slots else None, Shape.MOMENT, 17),
        Column("slots", _("Slots"), lambda row: len(row.slots), Shape.NUMBER, 8),
        Column("trainer", _("Trainer"), lambda row: row.trainer_name, width=24),
        Column("venue", _("Venue"), lambda row: row.venue_name, width=24),
        Column("attendees", _("People"), lambda row: row.attendees, Shape.NUMBER, 8),
        Column("capacity", _("Seats"), lambda row: row.venue_capacity or None, Shape.NUMBER, 8),
        Column("finalized_at", _("Finalized on"), lambda row: row.finalized_at, Shape.MOMENT, 17),
        Column("cancel_reason", _("Reason for cancelling"), lambda row: row.cancel_reason, width=30),
    ]
    found = pages(list_sessions, wanted, by=asked.by, counted=False)
    return Listing("sessions", _("Sessions"), columns, found, asked.site.zone)


def attendees(wanted: AttendeesWanted, asked: Asked) -> Listing[AttendeeView]:
    """Return the class list of one session. Raises NotFound, also for what is not the caller's to see."""
    if wanted.session_id is None:
        raise NotFound("session")
    need_visible(wanted.session_id, by=asked.by)
    marks, results, compliance, yes = attendance_words(), result_words(), compliance_words(), yes_words()
    columns: list[Column[AttendeeView]] = [
        Column("employee_id", _("Badge"), lambda row: row.employee_id),
        Column("last_name", _("Last name"), lambda row: row.last_name, width=20),
        Column("first_name", _("First name"), lambda row: row.first_name, width=20),
        Column("company_code", _("Company code"), lambda row: row.company_code),
        Column("company", _("Company"), lambda row: row.company_name, width=24),
        Column(
            "item_status",
            _("Status on this course"),
            lambda row: compliance_mark(row.item_status, compliance),
            width=24,
        ),
        Column("status", _("Attendance"), lambda row: attendance_mark(row.status, marks), width=12),
        Column("result", _("Result"), lambda row: result_mark(row.result, results), width=10),
        Column("score", _("Score"), lambda row: row.score, Shape.NUMBER, 8),
        Column("verified", _("Verified"), lambda row: yes[True] if row.verified else None, width=10),
        Column("method", _("Assessment method"), lambda row: row.method.name if row.method else None, width=24),
        Column("remarks", _("Remarks"), lambda row: row.remarks, width=40),
    ]
    found = pages(class_list, wanted.session_id, by=asked.by)
    return Listing("attendees", _("Attendees"), columns, found, asked.site.zone)
