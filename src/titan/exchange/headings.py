"""The headings of the columns that go out in exported lists and come in again, each said once.

An export writes them in its reader's language; the import knows them in every language that has a catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from titan.core.language import N_, _, own_name, words_in
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.states import Kind

_WHOSE = {"employee_id": N_("Badge"), "first_name": N_("First name"), "last_name": N_("Last name")}
_REQUIRED = {"course_code": N_("Course code"), "type": N_("Required"), "grace_period_days": N_("Days of grace")}
_HEADINGS: Mapping[Kind, Mapping[str, str]] = {
    Kind.COMPANIES: {"code": N_("Company code"), "name": N_("Company")},
    Kind.ROLES: {"code": N_("Role code")},
    Kind.COURSES: {
        "code": N_("Course code"),
        "category": N_("Category"),
        "duration_minutes": N_("Length in minutes"),
        "validity_months": N_("Valid for, in months"),
        "delivery_method": N_("How it is taught"),
        "min_pass_score": N_("Pass score, of 100"),
        "requires_verification": N_("Needs a sign-off"),
        "prerequisite_codes": N_("Courses asked for beforehand"),
    },
    Kind.AREAS: {"code": N_("Area code"), "name": N_("Area"), "parent_code": N_("Lies in (code)")},
    Kind.ROLE_REQUIREMENTS: {"role_code": N_("Role code"), **_REQUIRED},
    Kind.AREA_REQUIREMENTS: {"area_code": N_("Area code"), **_REQUIRED},
    Kind.TRAINERS: {
        "code": N_("Trainer code"),
        "first_name": N_("First name"),
        "last_name": N_("Last name"),
        "type": N_("Internal or external"),
        "email": N_("E-mail"),
        "company_name": N_("Company"),
        "qualified_course_codes": N_("May teach (course codes)"),
    },
    Kind.VENUES: {"name": N_("Venue"), "capacity": N_("Seats"), "location": N_("Location")},
    Kind.WORKERS: {
        **_WHOSE,
        "status": N_("Status"),
        "company_code": N_("Company code"),
        "role_code": N_("Role code"),
        "role_assigned_on": N_("In this role since"),
        "area_codes": N_("Area codes"),
        "supervisor_employee_id": N_("Supervisor’s badge"),
        "email": N_("E-mail"),
        "phone": N_("Phone"),
        "start_date": N_("On site from"),
        "end_date": N_("On site until"),
    },
    Kind.RECORDS: {
        **_WHOSE,
        "course_code": N_("Course code"),
        "completed_on": N_("Completed on"),
        "result": N_("Result"),
        "expires_on": N_("Valid until"),
        "provider_code": N_("Provider"),
    },
    Kind.MATRIX: _WHOSE,
}
_TITLED = (Kind.ROLES, Kind.COURSES)
_TITLES = ("title_en", "title_tr", "title_az")


def headings(kind: Kind) -> dict[str, str]:
    """Return the heading of each field of a kind that both goes out and comes in, in the reader's language."""
    return {field: _(text) for field, text in _HEADINGS[kind].items()}


def title_heading(language: str) -> str:
    """Return the heading of titles in a language, such as Title in Türkçe."""
    return _("Title in %(language)s") % {"language": own_name(language)}


@lru_cache(maxsize=len(Kind))
def fields_by_heading(kind: Kind) -> Mapping[str, str]:
    """Return the field of each of our own headings of a kind, folded, in every language that has a catalogue."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with words_in(language):
            found |= {fold(text): field for field, text in headings(kind).items()}
            if kind in _TITLED:
                found |= {fold(title_heading(field.removeprefix("title_"))): field for field in _TITLES}
    return found
