"""What ids stand for today: the names that the audit log leaves out and a reader needs (domain.md §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db.models import Model, QuerySet

from titan.accounts.models import User
from titan.catalogue.models import Course
from titan.core.bulk import id_set
from titan.core.text import in_language
from titan.personnel.models import Area, Company, Role, Worker
from titan.records.models import AssessmentMethod
from titan.resources.models import Trainer, Venue
from titan.training.models import TrainingSession

Named = Mapping[tuple[str, int], str]


def names_of(wanted: Mapping[str, Iterable[int]], *, language: str) -> dict[tuple[str, int], str]:
    """Return the names of things by (entity, id): one statement for each kind of entity that is asked for.

    wanted: ids by entity, as the audit log names them; kinds without a name and ids that are gone are left out.
    """
    found: dict[tuple[str, int], str] = {}
    for entity, ids in wanted.items():
        name = _NAMES.get(entity)
        asked = set(ids)
        if name is not None and asked:
            found.update({(entity, pk): text for pk, text in name(asked, language) if text})
    return found


Naming = Callable[[set[int], str], Iterable[tuple[int, str]]]


def _column(model: type[Model], column: str) -> Naming:
    def rows(ids: set[int], _language: str) -> Iterable[tuple[int, str]]:
        found: QuerySet[Model] = model._default_manager.filter(pk__in=id_set(ids))
        return [(row["pk"], str(row[column] or "")) for row in found.values("pk", column)]

    return rows


def _workers(ids: set[int], _language: str) -> Iterable[tuple[int, str]]:
    rows = Worker.objects.filter(pk__in=id_set(ids)).values_list("pk", "first_name", "last_name", "employee_id")
    return [(pk, f"{first} {last}".strip() + f" ({badge})") for pk, first, last, badge in rows]


def _trainers(ids: set[int], _language: str) -> Iterable[tuple[int, str]]:
    return [(row.pk, row.name) for row in Trainer.objects.filter(pk__in=id_set(ids))]


def _roles(ids: set[int], language: str) -> Iterable[tuple[int, str]]:
    rows = Role.objects.filter(pk__in=id_set(ids)).values_list("pk", "title")
    return [(pk, in_language(title, language)) for pk, title in rows]


_NAMES: dict[str, Naming] = {
    "worker": _workers,
    "trainer": _trainers,
    "role": _roles,
    "course": _column(Course, "code"),
    "area": _column(Area, "name"),
    "company": _column(Company, "name"),
    "venue": _column(Venue, "name"),
    "session": _column(TrainingSession, "code"),
    "user": _column(User, "name"),
    "assessment_method": _column(AssessmentMethod, "name"),
}
