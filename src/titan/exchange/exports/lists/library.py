"""The library as files: companies, roles, areas, courses, trainers, venues, assessment methods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from titan.catalogue.models import CourseVersion
from titan.catalogue.queries import CourseFilters, CourseView, list_courses
from titan.compliance.requirements.queries import counts_by_area, counts_by_role
from titan.core.language import _
from titan.core.permit import need_reader
from titan.core.settings import Site
from titan.exchange.exports.listing import Asked, Column, Listing, Shape, pages
from titan.exchange.exports.words import (
    active_words,
    delivery_words,
    trainer_type_words,
    version_words,
    yes_words,
)
from titan.exchange.headings import headings, title_heading
from titan.exchange.imports.rules.states import Kind
from titan.personnel.models import Role
from titan.personnel.queries.areas import AreaView, list_areas
from titan.personnel.queries.companies import CompanyShort, list_companies
from titan.personnel.queries.counts import workers_by_area, workers_by_company, workers_by_role
from titan.personnel.queries.roles import RoleView, list_roles
from titan.records.models import AssessmentMethod
from titan.records.queries.competency import list_methods
from titan.resources.queries.trainers import TrainerFilters
from titan.resources.queries.venues import VenueView, list_venues
from titan.training.queries.load import TrainerLoad, list_trainer_loads

CODE_SEPARATOR = ";"


@dataclass(frozen=True)
class CodedWanted:
    """Which of things with a code: those with words in them, or the one with exactly this code."""

    search: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class AreasWanted(CodedWanted):
    """Which areas; parent_id: only those right below this one."""

    parent_id: int | None = None


@dataclass(frozen=True)
class TrainersWanted(TrainerFilters):
    """Which trainers; week: the ISO week whose hours are told, this week when it is left out."""

    week: str | None = None


@dataclass(frozen=True)
class VenuesWanted:
    """Which venues."""

    search: str | None = None
    name: str | None = None
    is_active: bool | None = None


@dataclass(frozen=True)
class MethodsWanted:
    """Which assessment methods."""

    search: str | None = None


def companies(wanted: CodedWanted, asked: Asked) -> Listing[CompanyShort]:
    """Return the list of companies. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.COMPANIES)
    active = workers_by_company()
    columns: list[Column[CompanyShort]] = [
        Column("code", head["code"], lambda row: row.code),
        Column("name", head["name"], lambda row: row.name, width=36),
        Column("active_workers", _("Active workers"), lambda row: active.get(row.id, 0), Shape.NUMBER, 10),
    ]
    found = pages(list_companies, by=asked.by, search=wanted.search, code=wanted.code)
    return Listing("companies", _("Companies"), columns, found, asked.site.zone)


def roles(wanted: CodedWanted, asked: Asked) -> Listing[RoleView]:
    """Return the list of roles, with their titles in every language that some role has. Raises Forbidden."""
    need_reader(asked.by)
    head = headings(Kind.ROLES)
    active, required = workers_by_role(), counts_by_role()
    columns: list[Column[RoleView]] = [
        Column("code", head["code"], lambda row: row.code),
        *_titles(asked.site, Role.objects.values_list("title", flat=True).iterator()),
        Column("active_workers", _("Active workers"), lambda row: active.get(row.id, 0), Shape.NUMBER, 10),
        Column("requirements", _("Requirements"), lambda row: required.get(row.id, 0), Shape.NUMBER, 14),
    ]
    found = pages(list_roles, language=asked.language, search=wanted.search, code=wanted.code)
    return Listing("roles", _("Roles"), columns, found, asked.site.zone)


def areas(wanted: AreasWanted, asked: Asked) -> Listing[AreaView]:
    """Return the list of areas. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.AREAS)
    active, required = workers_by_area(), counts_by_area()
    columns: list[Column[AreaView]] = [
        Column("code", head["code"], lambda row: row.code),
        Column("name", head["name"], lambda row: row.name, width=30),
        Column("parent_code", head["parent_code"], lambda row: row.parent.code if row.parent else None),
        Column("parent", _("Lies in"), lambda row: row.parent.name if row.parent else None, width=30),
        Column("active_workers", _("Active workers"), lambda row: active.get(row.id, 0), Shape.NUMBER, 10),
        Column("requirements", _("Own requirements"), lambda row: required.get(row.id, 0), Shape.NUMBER, 14),
    ]
    found = pages(list_areas, search=wanted.search, code=wanted.code, parent_id=wanted.parent_id)
    return Listing("areas", _("Areas"), columns, found, asked.site.zone)


def courses(wanted: CourseFilters, asked: Asked) -> Listing[CourseView]:
    """Return the list of courses with the content of the version that lists show. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.COURSES)
    taught, statuses, yes = delivery_words(), version_words(), yes_words()
    columns: list[Column[CourseView]] = [
        Column("code", head["code"], lambda row: row.code),
        *_titles(asked.site, CourseVersion.objects.values_list("title", flat=True).iterator()),
        Column("category", head["category"], lambda row: row.category),
        Column("duration_minutes", head["duration_minutes"], lambda row: row.duration_minutes, Shape.NUMBER, 10),
        Column("validity_months", head["validity_months"], lambda row: row.validity_months, Shape.NUMBER),
        Column("delivery_method", head["delivery_method"], lambda row: taught[row.delivery_method], width=20),
        Column("min_pass_score", head["min_pass_score"], lambda row: row.min_pass_score, Shape.NUMBER, 10),
        Column(
            "requires_verification", head["requires_verification"], lambda row: yes[row.requires_verification], width=10
        ),
        Column(
            "prerequisite_codes",
            head["prerequisite_codes"],
            lambda row: CODE_SEPARATOR.join(one.code for one in row.prerequisites),
            width=20,
        ),
        Column("version", _("Version"), lambda row: row.version, Shape.NUMBER, 8),
        Column("version_status", _("Published or draft"), lambda row: statuses[row.status]),
    ]
    found = pages(list_courses, wanted, language=asked.language)
    return Listing("courses", _("Courses"), columns, found, asked.site.zone)


def trainers(wanted: TrainersWanted, asked: Asked) -> Listing[TrainerLoad]:
    """Return the list of trainers with what they may teach and the hours they hold in a week. Raises Forbidden."""
    need_reader(asked.by)
    head = headings(Kind.TRAINERS)
    types, active = trainer_type_words(), active_words()
    hours = _("Hours booked in %(week)s") % {"week": wanted.week} if wanted.week else _("Hours booked this week")
    columns: list[Column[TrainerLoad]] = [
        Column("code", head["code"], lambda row: row.code),
        Column("first_name", head["first_name"], lambda row: row.first_name, width=20),
        Column("last_name", head["last_name"], lambda row: row.last_name, width=20),
        Column("type", head["type"], lambda row: types[row.type], width=12),
        Column("company_name", head["company_name"], lambda row: row.company_name, width=24),
        Column("email", head["email"], lambda row: row.email, width=26),
        Column(
            "qualified_course_codes",
            head["qualified_course_codes"],
            lambda row: CODE_SEPARATOR.join(held.code for held in row.qualifications),
            width=40,
        ),
        Column("hours_booked", hours, lambda row: row.hours_booked, Shape.NUMBER, 12),
        Column("is_active", _("Status"), lambda row: active[row.is_active], width=12),
    ]
    found = pages(list_trainer_loads, wanted, week=wanted.week, by=asked.by, at=asked.at, language=asked.language)
    return Listing("trainers", _("Trainers"), columns, found, asked.site.zone)


def venues(wanted: VenuesWanted, asked: Asked) -> Listing[VenueView]:
    """Return the list of venues. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.VENUES)
    active = active_words()
    columns: list[Column[VenueView]] = [
        Column("name", head["name"], lambda row: row.name, width=30),
        Column("capacity", head["capacity"], lambda row: row.capacity, Shape.NUMBER, 8),
        Column("location", head["location"], lambda row: row.location, width=40),
        Column("is_active", _("Status"), lambda row: active[row.is_active], width=12),
    ]
    found = pages(list_venues, search=wanted.search, name=wanted.name, is_active=wanted.is_active)
    return Listing("venues", _("Venues"), columns, found, asked.site.zone)


def methods(wanted: MethodsWanted, asked: Asked) -> Listing[AssessmentMethod]:
    """Return the list of assessment methods. Raises Forbidden for trainers."""
    need_reader(asked.by)
    columns: list[Column[AssessmentMethod]] = [
        Column("code", _("Method code"), lambda row: row.code),
        Column("name", _("Assessment method"), lambda row: row.name, width=36),
    ]
    found = pages(list_methods, search=wanted.search)
    return Listing("methods", _("Assessment methods"), columns, found, asked.site.zone)


def _titles(site: Site, held: Iterable[dict[str, str]]) -> list[Column[Any]]:
    """Return a column for each language of the site, and for each other one that a title is `held` in."""
    known = ("en", *site.languages)
    others = sorted({language for title in held for language in title} - {*known})
    return [_title(language) for language in dict.fromkeys((*known, *others))]


def _title(language: str) -> Column[Any]:
    return Column(f"title_{language}", title_heading(language), lambda row: row.titles.get(language), width=32)
