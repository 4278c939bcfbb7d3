"""One module a noun: what its list holds as a file. Each function checks who asks before a row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from titan.catalogue.queries import CourseFilters
from titan.compliance.queries.items import MatrixFilter
from titan.exchange.exports.listing import Asked, Listing
from titan.exchange.exports.lists import library, matrix, oversight, records, requirements, sessions, workers
from titan.records.queries.records import RecordFilter
from titan.training.queries.sessions import SessionFilter


@dataclass(frozen=True)
class ListOf:
    """A list by its name. wanted: the type that says which rows, each field of which may be left out."""

    wanted: type[Any]
    make: Callable[[Any, Asked], Listing[Any]]


LISTS: Mapping[str, ListOf] = {
    "workers": ListOf(workers.WorkersWanted, workers.workers),
    "companies": ListOf(library.CodedWanted, library.companies),
    "roles": ListOf(library.CodedWanted, library.roles),
    "role-requirements": ListOf(requirements.RoleRequirementsWanted, requirements.role_requirements),
    "areas": ListOf(library.AreasWanted, library.areas),
    "area-requirements": ListOf(requirements.AreaRequirementsWanted, requirements.area_requirements),
    "courses": ListOf(CourseFilters, library.courses),
    "trainers": ListOf(library.TrainersWanted, library.trainers),
    "venues": ListOf(library.VenuesWanted, library.venues),
    "methods": ListOf(library.MethodsWanted, library.methods),
    "sessions": ListOf(SessionFilter, sessions.sessions),
    "attendees": ListOf(sessions.AttendeesWanted, sessions.attendees),
    "records": ListOf(RecordFilter, records.records),
    "competencies": ListOf(records.CompetenciesWanted, records.competencies),
    "matrix": ListOf(MatrixFilter, matrix.matrix_list),
    "audit": ListOf(oversight.EventsWanted, oversight.audit_log),
    "consequences": ListOf(oversight.CasesWanted, oversight.cases),
    "users": ListOf(oversight.UsersWanted, oversight.users),
}
