"""Courses: the list, one course with its versions, and what publishing the next one does (domain.md §3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.catalogue import commands
from titan.catalogue.models import DeliveryMethod, VersionStatus
from titan.catalogue.queries import CourseFilters, CourseView, VersionView, course, list_courses
from titan.catalogue.rules import VersionChanges, VersionContent
from titan.core.errors import Conflict, Refusal
from titan.core.expected import STALE
from titan.core.language import own_name
from titan.core.permit import need_admin, need_reader
from titan.exchange.exports.words import delivery_words, version_words
from titan.training.queries.reach import course_reach
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.pages.library.shelf import (
    course_choices,
    done,
    listed,
    show_shelf,
    title_languages,
)
from titan.web.query import given_text
from titan.web.shown import number
from titan.web.visit import Visit, page

SEVERAL = ("prerequisite_ids",)
# The draft was published, or somebody else began one, while the form was open: another way in which it is not as seen.
MOVED = frozenset({"NO_DRAFT_VERSION", "DRAFT_EXISTS"})


@require_GET
@page
def courses_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Courses by code, filtered as the address says."""
    need_reader(visit.actor)
    wanted = wanted_courses(request)
    language = visit.person.language
    found = listed(request, lambda _search, cursor: list_courses(wanted, language=language, cursor=cursor))
    values = {**found, "wanted": wanted, **_words()}
    return show_shelf(request, visit, "courses.html", "courses", values)


def wanted_courses(request: HttpRequest) -> CourseFilters:
    """Return which courses the address asks for."""
    status, method = given_text(request, "status"), given_text(request, "delivery_method")
    return CourseFilters(
        search=given_text(request, "search") or None,
        status=status if status in VersionStatus.values else None,
        delivery_method=method if method in DeliveryMethod.values else None,
    )


@require_http_methods(["GET", "POST"])
@page
def course_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a course with its first version, as a draft."""
    need_admin(visit.actor)
    if request.method == "GET":
        blank = {"delivery_method": DeliveryMethod.INSTRUCTOR_LED.value, "validity_months": "12"}
        return _form(request, visit, None, Form(blank))
    try:
        made = commands.create_course(request.POST.get("code", ""), _content(request.POST), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _form(request, visit, None, sent_form(request, refusal, several=SEVERAL), refusal.status)
    return done(request, _("The course is there, as a draft. Publish it to schedule sessions."), "course", made)


@require_GET
@page
def course_page(request: HttpRequest, visit: Visit, course_id: int) -> HttpResponse:
    """One course: what it is today, and every version of it."""
    need_reader(visit.actor)
    return _course(request, visit, course_id)


@require_http_methods(["GET", "POST"])
@page
def course_edit(request: HttpRequest, visit: Visit, course_id: int) -> HttpResponse:
    """Change the draft; where there is none, make the next version from the published one."""
    need_admin(visit.actor)
    view = course(course_id, language=visit.person.language)
    latest = (view.versions or [])[-1]
    if request.method == "GET":
        return _form(request, visit, view, _form_of(latest))
    write = commands.edit_draft_version if request.POST.get("writes") == "draft" else commands.draft_version
    try:
        expected = expected_by(request, _changes)
        made = write(course_id, _changes(request.POST), expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _refused(request, visit, course_id, refusal)
    return done(request, _("Version %(number)s is saved as a draft.") % {"number": made}, "course", course_id)


@require_POST
@page
def course_publish(request: HttpRequest, visit: Visit, course_id: int, version: int) -> HttpResponse:
    """Publish a draft: it counts from the next class on, and no record changes."""
    try:
        commands.publish_version(course_id, version, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _course(request, visit, course_id, refusal)
    return done(request, _("Version %(number)s is published.") % {"number": version}, "course", course_id)


def _course(request: HttpRequest, visit: Visit, course_id: int, refusal: Refusal | None = None) -> HttpResponse:
    status = on_the_page(refusal)
    view = course(course_id, language=visit.person.language)
    versions = {version.number: version for version in view.versions or []}
    draft = versions.get(view.draft_version or 0)
    values = {
        "course": view,
        "versions": list(reversed(view.versions or [])),
        "draft": draft,
        "published": versions.get(view.published_version or 0),
        "reach": course_reach(course_id, today=visit.today) if draft else None,
        "refusal": refusal,
        **_words(),
    }
    return show_shelf(request, visit, "course.html", "courses", values, status=status)


def _form(request: HttpRequest, visit: Visit, view: CourseView | None, form: Form, status: int = 200) -> HttpResponse:
    versions = (view.versions or []) if view else []
    values: dict[str, Any] = {
        "course": view,
        "form": form,
        "languages": title_languages(visit.site, *(versions[-1].titles if versions else ())),
        "is_draft": bool(view and view.draft_version),
        "others": [row for row in course_choices() if view is None or row[0] != view.id],
        **_words(),
    }
    return show_shelf(request, visit, "course_form.html", "courses", values, status=status)


def _refused(request: HttpRequest, visit: Visit, course_id: int, refusal: Refusal) -> HttpResponse:
    """Return the refused form on top of the latest version as it is now: the one that saving again writes."""
    status = on_the_page(refusal)
    view = course(course_id, language=visit.person.language)
    if refusal.code in MOVED:
        refusal = Conflict(STALE, refusal.detail)
    thing = ("course", course_id)
    form = returned_form(request, visit, refusal, _form_of((view.versions or [])[-1]), thing, several=SEVERAL)
    if form.clash:
        form = replace(form, values={name: value for name, value in form.values.items() if name != "writes"})
    return _form(request, visit, view, form, status)


def _changes(sent: QueryDict) -> VersionChanges:
    content = _content(sent)
    return VersionChanges(**{name: getattr(content, name) for name in VersionContent.__dataclass_fields__})


def _content(sent: QueryDict) -> VersionContent:
    read = Reading(sent)
    content = VersionContent(
        title=read.titles("title"),
        category=read.text("category"),
        duration_minutes=read.number("duration_minutes"),
        validity_months=read.number("validity_months"),
        delivery_method=read.text("delivery_method"),
        min_pass_score=read.maybe_number("min_pass_score"),
        requires_verification=read.ticked("requires_verification"),
        prerequisite_ids=tuple(sorted(read.ids("prerequisite_ids"))),
    )
    read.refuse()
    return content


def _form_of(version: VersionView) -> Form:
    return Form(
        {
            **{f"title.{language}": text for language, text in version.titles.items()},
            "category": version.category,
            "duration_minutes": str(version.duration_minutes),
            "validity_months": str(version.validity_months),
            "delivery_method": version.delivery_method,
            "min_pass_score": "" if version.min_pass_score is None else str(version.min_pass_score),
            "requires_verification": "1" if version.requires_verification else "",
            "prerequisite_ids": [str(asked.id) for asked in version.prerequisites],
        }
    )


def _words() -> dict[str, Any]:
    return {
        "delivery_methods": delivery_words(),
        "version_statuses": version_words(),
        "own_name": own_name,
        "validity_words": validity_words,
        "length_words": length_words,
    }


def validity_words(months: int) -> str:
    """Return for how long a pass is valid, in words."""
    if months == 0:
        return _("never expires")
    if months % 12 == 0:
        return ngettext("%(n)d year", "%(n)d years", months // 12) % {"n": months // 12}
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def length_words(minutes: int) -> str:
    """Return how long a class takes, such as 4 h or 90 min."""
    if minutes % 60 and minutes < 240:
        return _("%(n)s min") % {"n": minutes}
    hours = minutes / 60
    return _("%(n)s h") % {"n": number(hours, 0 if minutes % 60 == 0 else 1)}


urlpatterns = [
    path("library", courses_page, name="library"),
    path("library/courses/new", course_new, name="course_new"),
    path("library/courses/<int:course_id>", course_page, name="course"),
    path("library/courses/<int:course_id>/edit", course_edit, name="course_edit"),
    path("library/courses/<int:course_id>/versions/<int:version>/publish", course_publish, name="course_publish"),
]
