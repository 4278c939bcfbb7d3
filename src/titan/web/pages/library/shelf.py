"""What all pages of the library share: the way from shelf to shelf, who may look, and saying what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from titan.catalogue.models import Course, VersionStatus
from titan.compliance.queries.summary import course_titles
from titan.core.language import own_name
from titan.core.page import Page
from titan.core.settings import Site
from titan.web.query import given_text
from titan.web.shown import local, maybe_url
from titan.web.visit import Visit, show


def shelves() -> list[tuple[str, str, str]]:
    """Return key, label and address of each part of the library."""
    parts = [
        ("courses", _("Courses"), "library"),
        ("trainers", _("Trainers"), "trainers"),
        ("roles", _("Roles"), "roles"),
        ("areas", _("Areas"), "areas"),
        ("venues", _("Venues"), "venues"),
        ("companies", _("Companies"), "companies"),
        ("methods", _("Assessment methods"), "methods"),
        ("extensions", _("Extensions"), "extensions"),
    ]
    return [(key, label, address) for key, label, name in parts if (address := maybe_url(name))]


def show_shelf(
    request: HttpRequest, visit: Visit, template: str, shelf: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of the library; `shelf` is the part it belongs to."""
    return show(request, visit, f"library/{template}", {"shelf": shelf, "shelves": shelves, **values}, status=status)


def done(request: HttpRequest, words: str, page: str, *args: Any) -> HttpResponse:
    """Say what was done, on the page where it is seen."""
    messages.success(request, words)
    return redirect(page, *args)


def listed(request: HttpRequest, find: Callable[[str | None, str | None], Page[Any]]) -> dict[str, Any]:
    """Return what a list with a search box shows: `find(search, cursor)` as the address says."""
    search, cursor = given_text(request, "search"), given_text(request, "cursor") or None
    return {
        "page": find(search or None, cursor),
        "search": search,
        "query": query_without_cursor(request),
        "is_first": cursor is None,
    }


def query_without_cursor(request: HttpRequest) -> str:
    """Return the address's filters, without the place in the list."""
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()


def course_choices(*, published: bool = False) -> list[tuple[int, str, str]]:
    """Return id, code and title of every course by code, or of every published one (two statements)."""
    titles = course_titles()
    courses = Course.objects.filter(versions__status=VersionStatus.PUBLISHED) if published else Course.objects.all()
    rows = courses.order_by("code").values_list("id", "code")
    return [(pk, code, local(titles.get(pk, {}))) for pk, code in rows]


def title_languages(site: Site, *held: str) -> list[tuple[str, str]]:
    """Return code and name of each language that a title may have here: English, the site's, and those it `held`."""
    return [(code, own_name(code)) for code in dict.fromkeys(("en", *site.languages, *held))]
