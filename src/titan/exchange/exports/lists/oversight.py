"""What is looked at from above, as files: the audit log, the cases about what was found false, the logins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from titan.accounts.queries import UserRow, list_users, second_factors
from titan.audit.queries import list_events
from titan.core.actor import Role
from titan.core.language import _, own_name
from titan.core.page import Page
from titan.core.permit import need_reader, need_role
from titan.exchange.exports.audit_lines import Dates, Difference, Line, audit_lines, entity_words
from titan.exchange.exports.cells import as_text
from titan.exchange.exports.listing import ROWS_AT_ONCE, Asked, Column, Listing, Shape, pages
from titan.exchange.exports.words import (
    case_words,
    factor_words,
    login_active_words,
    login_role_words,
    subject_words,
)
from titan.training.consequences.queries.cases import CaseView, list_cases
from titan.training.queries.logins import Linked, linked_people


@dataclass(frozen=True)
class EventsWanted:
    """Which events of the audit log; the days are site days, both included."""

    entity: str | None = None
    entity_id: int | None = None
    actor_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class CasesWanted:
    """Which cases; subject_id goes with subject: those about that one."""

    status: str | None = None
    subject: str | None = None
    subject_id: int | None = None


@dataclass(frozen=True)
class UsersWanted:
    """All logins."""


@dataclass(frozen=True)
class _Login:
    row: UserRow
    linked: Linked
    factors: str


def audit_log(wanted: EventsWanted, asked: Asked) -> Listing[Line]:
    """Return the audit log, newest first. Raises Forbidden for trainers."""
    need_reader(asked.by)
    things, zone = entity_words(), asked.site.zone
    dates = Dates(date.isoformat, lambda moment: as_text(moment, zone))
    columns: list[Column[Line]] = [
        Column("id", _("Number"), lambda line: line.event.id, Shape.NUMBER, 10),
        Column("at", _("When"), lambda line: line.event.at, Shape.MOMENT, 17),
        Column("actor", _("Who"), lambda line: line.actor, width=24),
        Column("actor_role", _("As"), lambda line: str(line.event.actor_role)),
        Column("via", _("By way of"), lambda line: str(line.event.via), width=10),
        Column("entity", _("Shape"), lambda line: things.get(line.event.entity, line.event.entity), width=20),
        Column("thing", _("Thing"), lambda line: line.thing, width=30),
        Column("action", _("What happened"), lambda line: line.action, width=24),
        Column("changes", _("Before → after"), lambda line: "; ".join(map(_told, line.differences)), width=60),
        Column("reason", _("Reason"), lambda line: line.event.reason, width=30),
    ]

    def page(cursor: str | None) -> Page[Line]:
        given: dict[str, Any] = {name: getattr(wanted, name) for name in EventsWanted.__dataclass_fields__}
        found = list_events(by=asked.by, zone=zone, limit=ROWS_AT_ONCE, cursor=cursor, **given)
        return Page(audit_lines(found.items, dates, language=asked.language), found.next_cursor, None)

    return Listing("audit", _("Audit log"), columns, page, zone, frozen=2)


def _told(one: Difference) -> str:
    return f"{one.name}: {one.before} → {one.after or '–'}" if one.before else f"{one.name}: {one.after or '–'}"


def cases(wanted: CasesWanted, asked: Asked) -> Listing[CaseView]:
    """Return the cases about what was found false, newest first. Raises Forbidden for trainers."""
    need_reader(asked.by)
    states, subjects = case_words(), subject_words()
    columns: list[Column[CaseView]] = [
        Column("id", _("Case"), lambda case: case.id, Shape.NUMBER, 8),
        Column("status", _("State"), lambda case: states[case.status], width=24),
        Column("subject_kind", _("Shape"), lambda case: subjects[case.subject.kind], width=16),
        Column("subject", _("Found false"), lambda case: case.subject.name, width=30),
        Column("first_day", _("From"), lambda case: case.first_day, Shape.DAY),
        Column("last_day", _("To"), lambda case: case.last_day, Shape.DAY),
        Column("reason", _("Reason"), lambda case: case.reason, width=50),
        Column("records", _("Records"), lambda case: case.records + case.competencies, Shape.NUMBER, 10),
        Column(
            "turned_red",
            _("Turned Red"),
            lambda case: case.outcome.turned_red if case.outcome else None,
            Shape.NUMBER,
            10,
        ),
        Column("proposed_by", _("Proposed by"), lambda case: case.proposed_by, width=24),
        Column("proposed_at", _("Proposed on"), lambda case: case.proposed_at, Shape.MOMENT, 17),
        Column("decided_by", _("Decided by"), lambda case: case.decided_by, width=24),
        Column("decided_at", _("Decided on"), lambda case: case.decided_at, Shape.MOMENT, 17),
        Column("remark", _("Remarks"), lambda case: case.remark, width=30),
    ]
    about = (wanted.subject, wanted.subject_id) if wanted.subject and wanted.subject_id else None
    found = pages(list_cases, by=asked.by, status=wanted.status, subject=about)
    return Listing("consequences", _("Consequences"), columns, found, asked.site.zone)


def users(_wanted: UsersWanted, asked: Asked) -> Listing[_Login]:
    """Return the logins, oldest first. For super admins; raises Forbidden."""
    need_role(asked.by, Role.SUPER_ADMIN)
    roles, active = login_role_words(), login_active_words()
    columns: list[Column[_Login]] = [
        Column("email", _("E-mail"), lambda one: one.row.email, width=30),
        Column("name", _("Name"), lambda one: one.row.name, width=26),
        Column("role", _("Role"), lambda one: roles[one.row.role.value], width=36),
        Column("language", _("Language"), lambda one: own_name(one.row.language)),
        Column("trainer", _("Trainer"), lambda one: one.linked.trainer, width=26),
        Column("worker", _("Worker"), lambda one: one.linked.worker, width=26),
        Column("badge", _("Badge"), lambda one: one.linked.badge),
        Column("factors", _("Second factor"), lambda one: one.factors),
        Column("is_active", _("Status"), lambda one: active[one.row.is_active], width=12),
        Column("created_at", _("Made on"), lambda one: one.row.created_at, Shape.MOMENT, 17),
    ]

    def page(cursor: str | None) -> Page[_Login]:
        found = list_users(by=asked.by, limit=ROWS_AT_ONCE, cursor=cursor)
        ids = [row.id for row in found.items]
        linked, factors = linked_people(ids), second_factors(ids)
        rows = [_Login(row, linked[row.id], factor_words(factors.get(row.id, ()))) for row in found.items]
        return Page(rows, found.next_cursor, found.total)

    return Listing("users", _("Users"), columns, page, asked.site.zone)
