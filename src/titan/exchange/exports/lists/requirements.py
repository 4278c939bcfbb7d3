"""What roles and areas require, as files: a row for each course that one of them asks for."""

from __future__ import annotations

from dataclasses import dataclass

from titan.compliance.requirements.queries import RequirementLine, list_area_requirements, list_role_requirements
from titan.core.language import _
from titan.core.permit import need_reader
from titan.exchange.exports.listing import Asked, Column, Listing, Shape, pages
from titan.exchange.exports.words import requirement_words
from titan.exchange.headings import headings
from titan.exchange.imports.rules.states import Kind


@dataclass(frozen=True)
class RoleRequirementsWanted:
    """The requirements of which roles: with these words in code or title, or of one."""

    search: str | None = None
    role_id: int | None = None


@dataclass(frozen=True)
class AreaRequirementsWanted:
    """The requirements of which areas: of one, or of all."""

    area_id: int | None = None


def role_requirements(wanted: RoleRequirementsWanted, asked: Asked) -> Listing[RequirementLine]:
    """Return the list of what roles require. Raises Forbidden for trainers."""
    need_reader(asked.by)
    found = pages(list_role_requirements, language=asked.language, search=wanted.search, role_id=wanted.role_id)
    columns = _columns(Kind.ROLE_REQUIREMENTS, "role_code", _("Role"))
    return Listing("role-requirements", _("Requirements of roles"), columns, found, asked.site.zone, frozen=2)


def area_requirements(wanted: AreaRequirementsWanted, asked: Asked) -> Listing[RequirementLine]:
    """Return the list of what areas require themselves, without what they inherit. Raises Forbidden for trainers."""
    need_reader(asked.by)
    found = pages(list_area_requirements, language=asked.language, area_id=wanted.area_id)
    columns = _columns(Kind.AREA_REQUIREMENTS, "area_code", _("Area"))
    return Listing("area-requirements", _("Requirements of areas"), columns, found, asked.site.zone, frozen=2)


def _columns(kind: Kind, name: str, title: str) -> list[Column[RequirementLine]]:
    head, kinds = headings(kind), requirement_words()
    return [
        Column(name, head[name], lambda row: row.source_code),
        Column("source", title, lambda row: row.source, width=30),
        Column("course_code", head["course_code"], lambda row: row.course.code),
        Column("course", _("Course"), lambda row: row.course.title, width=36),
        Column("type", head["type"], lambda row: kinds[row.type], width=22),
        Column("grace_period_days", head["grace_period_days"], lambda row: row.grace_period_days, Shape.NUMBER, 10),
    ]
