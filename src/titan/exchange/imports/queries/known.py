"""What stands on the site already, to be chosen as what a file calls otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from titan.catalogue.models import Course
from titan.compliance.queries.summary import course_titles
from titan.core.actor import Actor, Role
from titan.core.permit import need_role
from titan.core.text import in_language
from titan.exchange.imports.rules.states import QuestionKind
from titan.personnel.models import Area, Company
from titan.personnel.models import Role as WorkRole

Known = list[tuple[str, str]]


def known_things(kinds: Iterable[QuestionKind], *, by: Actor, language: str) -> dict[QuestionKind, Known]:
    """Return code and name of every company, role, area or course, by kind (at most two statements each)."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)
    return {kind: _FIND[kind](language) for kind in kinds if kind in _FIND}


def _companies(_language: str) -> Known:
    return list(Company.objects.order_by("name", "id").values_list("code", "name"))


def _roles(language: str) -> Known:
    rows = WorkRole.objects.order_by("code").values_list("code", "title")
    return [(code, in_language(title, language)) for code, title in rows]


def _areas(_language: str) -> Known:
    return list(Area.objects.order_by("code").values_list("code", "name"))


def _courses(language: str) -> Known:
    titles = course_titles()
    rows = Course.objects.order_by("code").values_list("id", "code")
    return [(code, in_language(titles.get(pk, {}), language)) for pk, code in rows]


_FIND = {
    QuestionKind.COMPANY: _companies,
    QuestionKind.ROLE: _roles,
    QuestionKind.AREA: _areas,
    QuestionKind.COURSE: _courses,
}
