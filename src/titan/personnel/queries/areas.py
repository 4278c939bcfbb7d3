"""Areas as lists and pages show them, and the way up the tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, is_found
from titan.personnel.models import Area, AreaAssignment
from titan.personnel.rules import ancestors


@dataclass(frozen=True)
class AreaShort:
    """An area as others embed it."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class AreaView:
    """An area and where it stands; parent None: at the top."""

    id: int
    code: str
    name: str
    parent_id: int | None
    parent: AreaShort | None


def area(area_id: int) -> AreaView:
    """Return one area; NotFound when there is none."""
    found = Area.objects.select_related("parent").filter(pk=area_id).first()
    if found is None:
        raise NotFound("area", area_id)
    return _view(found)


def list_areas(
    *,
    search: str | None = None,
    code: str | None = None,
    parent_id: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[AreaView]:
    """Return a page of the areas by code; the total stands on the first page (at most three statements).

    parent_id: only the areas right below this one.
    """
    areas = Area.objects.annotate(place=by_code_point("code"))
    if code is not None:
        areas = areas.filter(code=code)
    if parent_id is not None:
        areas = areas.filter(parent_id=parent_id)
    if search and search.strip():
        rows = areas.values_list("id", "code", "name")
        areas = areas.filter(pk__in=id_set(pk for pk, code, name in rows if is_found(search, code, name)))
    total = None if cursor else areas.count()
    if cursor:
        areas = areas.filter(place__gt=decode_cursor(cursor, str)[0])
    views = [_view(row) for row in areas.select_related("parent").order_by("place")[: limit + 1]]
    following = encode_cursor(views[limit - 1].code) if len(views) > limit else None
    return Page(views[:limit], following, total)


def lineage(area_id: int) -> list[AreaShort]:
    """Return an area and all that it lies in, nearest first (one statement); NotFound when there is none."""
    rows = {pk: (AreaShort(pk, code, name), parent) for pk, code, name, parent in _rows()}
    if area_id not in rows:
        raise NotFound("area", area_id)
    return [rows[step][0] for step in ancestors(area_id, {pk: parent for pk, (_, parent) in rows.items()})]


def area_codes_of(worker_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the codes of the areas that workers hold now, by code; who holds none is left out (one statement)."""
    held = AreaAssignment.objects.filter(worker_id__in=id_set(worker_ids), until=None)
    found: dict[int, list[str]] = {}
    for worker_id, code in held.order_by(by_code_point("area__code")).values_list("worker_id", "area__code"):
        found.setdefault(worker_id, []).append(code)
    return found


def _rows() -> QuerySet[Area, tuple[int, str, str, int | None]]:
    return Area.objects.values_list("id", "code", "name", "parent_id")


def _view(row: Area) -> AreaView:
    parent = AreaShort(row.parent.pk, row.parent.code, row.parent.name) if row.parent else None
    return AreaView(row.pk, row.code, row.name, row.parent_id, parent)
