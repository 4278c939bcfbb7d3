"""Companies as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.actor import Actor
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.core.text import by_code_point, search_key
from titan.personnel.models import Company


@dataclass(frozen=True)
class CompanyShort:
    """A company, whole: it has nothing more to show."""

    id: int
    code: str
    name: str


def company(company_id: int, *, by: Actor) -> CompanyShort:
    """Return one company; NotFound when there is none. Forbidden for trainers."""
    need_reader(by)
    found = Company.objects.filter(pk=company_id).first()
    if found is None:
        raise NotFound("company", company_id)
    return CompanyShort(found.pk, found.code, found.name)


def list_companies(
    *,
    by: Actor,
    search: str | None = None,
    code: str | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CompanyShort]:
    """Return a page of the companies by code; the total stands on the first page (at most two statements)."""
    need_reader(by)
    companies = Company.objects.annotate(place=by_code_point("code"))
    if code is not None:
        companies = companies.filter(code=code)
    if search and search.strip():
        companies = companies.filter(search_key__contains=search_key(search))
    total = None if cursor else companies.count()
    if cursor:
        companies = companies.filter(place__gt=decode_cursor(cursor, str)[0])
    rows = companies.order_by("place").values_list("id", "code", "name")[: limit + 1]
    found = [CompanyShort(*row) for row in rows]
    following = encode_cursor(found[limit - 1].code) if len(found) > limit else None
    return Page(found[:limit], following, total)
