"""Trainers as lists and pages show them. Their load comes from sessions: training/queries/load.py adds it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from titan.catalogue.queries import CourseShort, short_courses
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, is_found
from titan.resources.models import Qualification, Trainer


@dataclass(frozen=True)
class TrainerView:
    """A trainer with the courses they may teach, by code."""

    id: int
    code: str
    name: str
    first_name: str
    last_name: str
    type: str
    email: str
    company_name: str
    is_active: bool
    user_id: int | None
    qualifications: list[CourseShort]


@dataclass(frozen=True)
class TrainerFilters:
    """What a list of trainers is narrowed to; None: not at all. course_id: only who is qualified for it."""

    search: str | None = None
    code: str | None = None
    course_id: int | None = None
    type: str | None = None
    is_active: bool | None = None


def visible_trainers(by: Actor) -> QuerySet[Trainer]:
    """Return the trainers `by` may see: a trainer only themselves, everyone else all (domain.md §2)."""
    if by.role is Role.TRAINER:
        return Trainer.objects.filter(pk=by.trainer_id or 0)
    return Trainer.objects.all()


def trainer(trainer_id: int, *, by: Actor, language: str) -> TrainerView:
    """Return one trainer; NotFound when there is none, or not for `by` to see (three statements)."""
    row = visible_trainers(by).filter(pk=trainer_id).first()
    if row is None:
        raise NotFound("trainer", trainer_id)
    return _views([row], language)[0]


def list_trainers(
    filters: TrainerFilters,
    *,
    by: Actor,
    language: str,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TrainerView]:
    """Return a page of the trainers by code; the total stands on the first page (at most five statements)."""
    trainers = _filtered(visible_trainers(by), filters)
    total = None if cursor else trainers.count()
    placed = trainers.annotate(place=by_code_point("code"))
    if cursor:
        placed = placed.filter(place__gt=decode_cursor(cursor, str)[0])
    rows = list(placed.order_by("place")[: limit + 1])
    following = encode_cursor(rows[limit - 1].code) if len(rows) > limit else None
    return Page(_views(rows[:limit], language), following, total)


def _filtered(trainers: QuerySet[Trainer], filters: TrainerFilters) -> QuerySet[Trainer]:
    same = {"code": filters.code, "type": filters.type, "is_active": filters.is_active}
    trainers = trainers.filter(**{name: value for name, value in same.items() if value is not None})
    if filters.course_id is not None:
        qualified = Qualification.objects.filter(trainer_id=OuterRef("pk"), course_id=filters.course_id, until=None)
        trainers = trainers.filter(Exists(qualified))
    if filters.search and filters.search.strip():
        rows = trainers.values_list("id", "code", "first_name", "last_name", "company_name")
        found = [pk for pk, *texts in rows if is_found(filters.search, *texts)]
        trainers = trainers.filter(pk__in=id_set(found))
    return trainers


def _views(rows: Iterable[Trainer], language: str) -> list[TrainerView]:
    """Return views of the loaded trainers, in their order (two statements)."""
    trainers = list(rows)
    held = Qualification.objects.filter(trainer_id__in=id_set(row.pk for row in trainers), until=None)
    placed = held.annotate(place=by_code_point("course__code")).order_by("place")
    pairs = list(placed.values_list("trainer_id", "course_id"))
    courses = short_courses({course_id for _, course_id in pairs}, language=language)
    may_teach: dict[int, list[CourseShort]] = {}
    for trainer_id, course_id in pairs:
        may_teach.setdefault(trainer_id, []).append(courses[course_id])
    return [_view(row, may_teach.get(row.pk, [])) for row in trainers]


def _view(row: Trainer, qualifications: list[CourseShort]) -> TrainerView:
    return TrainerView(
        id=row.pk,
        code=row.code,
        name=row.name,
        first_name=row.first_name,
        last_name=row.last_name,
        type=row.type,
        email=row.email,
        company_name=row.company_name,
        is_active=row.is_active,
        user_id=row.user_id,
        qualifications=qualifications,
    )
