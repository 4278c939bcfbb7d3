"""Roles and what they require (domain.md §3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.compliance.requirements.commands import replace_role_requirements
from titan.compliance.requirements.queries import counts_by_role, role_with_requirements
from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import roles as commands
from titan.personnel.queries.counts import workers_by_role
from titan.personnel.queries.roles import list_roles
from titan.web.form import Form, Reading, sent_form
from titan.web.pages.library.asked import Asked, asked_anew, asked_now
from titan.web.pages.library.shelf import done, query_without_cursor, show_shelf, title_languages
from titan.web.query import given_text
from titan.web.visit import Visit, page


@require_GET
@page
def roles_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Roles by code, with how many workers and requirements each has."""
    need_reader(visit.actor)
    search, cursor = given_text(request, "search"), given_text(request, "cursor") or None
    values = {
        "page": list_roles(language=visit.person.language, search=search or None, cursor=cursor),
        "search": search,
        "workers": workers_by_role(),
        "required": counts_by_role(),
        "query": query_without_cursor(request),
        "is_first": cursor is None,
    }
    return show_shelf(request, visit, "roles.html", "roles", values)


@require_http_methods(["GET", "POST"])
@page
def role_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add a role that requires nothing yet."""
    need_admin(visit.actor)
    form, status = Form(), 200
    if request.method == "POST":
        try:
            code, titles = _fields(request)
            made = commands.create_role(code, titles, by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
        else:
            return done(request, _("The role is there. Say what it requires."), "library_role", made)
    values = {"form": form, "languages": title_languages(visit.site)}
    return show_shelf(request, visit, "role_new.html", "roles", values, status=status)


@require_http_methods(["GET", "POST"])
@page
def role_page(request: HttpRequest, visit: Visit, role_id: int) -> HttpResponse:
    """One role: its titles, who holds it, what it requires."""
    if request.method == "GET":
        need_reader(visit.actor)
        return _role(request, visit, role_id)
    need_admin(visit.actor)
    try:
        code, titles = _fields(request)
        changes = commands.RoleChanges(code=code, title=titles)
        commands.update_role(role_id, changes, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _role(request, visit, role_id, form=sent_form(request, refusal), refusal=refusal)
    return done(request, _("Saved."), "library_role", role_id)


@require_POST
@page
def role_requirements(request: HttpRequest, visit: Visit, role_id: int) -> HttpResponse:
    """Let a role require exactly what the form says, once it was shown what that changes."""
    need_admin(visit.actor)
    current = role_with_requirements(role_id, language=visit.person.language).requirements
    asked = asked_anew(
        request,
        current,
        lambda wanted: replace_role_requirements(role_id, wanted, by=visit.actor, at=visit.at),
    )
    if asked is None:
        return done(
            request, _("What the role requires is saved; everyone concerned is judged anew."), "library_role", role_id
        )
    return _role(request, visit, role_id, asked=asked)


@require_POST
@page
def role_delete(request: HttpRequest, visit: Visit, role_id: int) -> HttpResponse:
    """Delete a role that nobody ever had and that never required anything."""
    need_admin(visit.actor)
    try:
        commands.delete_role(role_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _role(request, visit, role_id, refusal=refusal)
    return done(request, _("The role is deleted."), "roles")


def _role(
    request: HttpRequest,
    visit: Visit,
    role_id: int,
    *,
    form: Form | None = None,
    asked: Asked | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    if refusal and refusal.status in {403, 404}:
        raise refusal
    role = role_with_requirements(role_id, language=visit.person.language)
    titles = {f"title.{language}": text for language, text in role.titles.items()}
    values: dict[str, Any] = {
        "role": role,
        "form": form or Form({"code": role.code, **titles}),
        "asked": asked or (asked_now(role.requirements) if visit.actor.is_admin else None),
        "workers": workers_by_role().get(role_id, 0),
        "not_deleted": refusal if refusal and not form else None,
        "languages": title_languages(visit.site, *role.titles),
    }
    status = refusal.status if refusal else asked.status if asked else 200
    return show_shelf(request, visit, "role.html", "roles", values, status=status)


def _fields(request: HttpRequest) -> tuple[str, dict[str, str]]:
    read = Reading(request.POST)
    return read.text("code"), read.titles("title")


urlpatterns = [
    path("library/roles", roles_page, name="roles"),
    path("library/roles/new", role_new, name="library_role_new"),
    path("library/roles/<int:role_id>", role_page, name="library_role"),
    path("library/roles/<int:role_id>/requirements", role_requirements, name="library_role_requirements"),
    path("library/roles/<int:role_id>/delete", role_delete, name="library_role_delete"),
]
