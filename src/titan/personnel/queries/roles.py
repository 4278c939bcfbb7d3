"""Roles as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, in_language, is_found
from titan.personnel.models import Role


@dataclass(frozen=True)
class RoleView:
    """A role; the title in the caller's language, `titles` by language."""

    id: int
    code: str
    title: str
    titles: dict[str, str]


def role(role_id: int, *, language: str) -> RoleView:
    """Return one role; NotFound when there is none."""
    found = Role.objects.filter(pk=role_id).first()
    if found is None:
        raise NotFound("role", role_id)
    return RoleView(found.pk, found.code, in_language(found.title, language), found.title)


def list_roles(
    *,
    language: str,
    search: str | None = None,
    code: str | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RoleView]:
    """Return a page of the roles by code; the total stands on the first page (at most three statements)."""
    roles = Role.objects.annotate(place=by_code_point("code"))
    if code is not None:
        roles = roles.filter(code=code)
    if search and search.strip():
        rows = roles.values_list("id", "code", "title")
        found = [pk for pk, code, title in rows if is_found(search, code, *title.values())]
        roles = roles.filter(pk__in=id_set(found))
    total = None if cursor else roles.count()
    if cursor:
        roles = roles.filter(place__gt=decode_cursor(cursor, str)[0])
    rows = roles.order_by("place").values_list("id", "code", "title")[: limit + 1]
    views = [RoleView(pk, code, in_language(title, language), title) for pk, code, title in rows]
    following = encode_cursor(views[limit - 1].code) if len(views) > limit else None
    return Page(views[:limit], following, total)
