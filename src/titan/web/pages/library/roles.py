"""Roles and what they require (domain.md §3)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.compliance.requirements.commands import replace_role_requirements
from titan.compliance.requirements.queries import (
    RoleWithRequirements,
    counts_by_role,
    role_requirements,
    role_with_requirements,
)
from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import roles as commands
from titan.personnel.queries.counts import workers_by_role
from titan.personnel.queries.roles import list_roles
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.pages.library.asked import Asked, asked_anew, asked_now
from titan.web.pages.library.shelf import done, listed, show_shelf, title_languages
from titan.web.visit import Visit, page


@require_GET
@page
def roles_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Roles by code, with how many workers and requirements each has."""
    need_reader(visit.actor)
    language = visit.person.language
    found = listed(request, lambda search, cursor: list_roles(language=language, search=search, cursor=cursor))
    values = {**found, "workers": workers_by_role(), "required": counts_by_role()}
    return show_shelf(request, visit, "roles.html", "roles", values)


@require_http_methods(["GET", "POST"])
@page
def role_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add a role that requires nothing yet."""
    need_admin(visit.actor)
    form, status = Form(), 200
    if request.method == "POST":
        try:
            made = commands.create_role(**_fields(request.POST), by=visit.actor, at=visit.at)
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
        changes = commands.RoleChanges(**_fields(request.POST))
        expected = expected_by(request, lambda seen: commands.RoleChanges(**_fields(seen)))
        commands.update_role(role_id, changes, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _role(request, visit, role_id, was_sent=True, refusal=refusal)
    return done(request, _("Saved."), "library_role", role_id)


@require_POST
@page
def role_asks(request: HttpRequest, visit: Visit, role_id: int) -> HttpResponse:
    """Let a role require exactly what the form says, once it was shown what that changes."""
    need_admin(visit.actor)
    asked = asked_anew(
        request,
        visit,
        ("role", role_id),
        role_requirements(role_id, language=visit.person.language),
        lambda wanted, seen: replace_role_requirements(role_id, wanted, expected=seen, by=visit.actor, at=visit.at),
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
    was_sent: bool = False,
    asked: Asked | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    status = on_the_page(refusal)
    role = role_with_requirements(role_id, language=visit.person.language)
    form = _form_of(role)
    values: dict[str, Any] = {
        "role": role,
        "form": returned_form(request, visit, refusal, form, ("role", role_id)) if refusal and was_sent else form,
        "asked": asked or (asked_now(role.requirements) if visit.actor.is_admin else None),
        "workers": workers_by_role().get(role_id, 0),
        "not_deleted": None if was_sent else refusal,
        "languages": title_languages(visit.site, *role.titles),
    }
    return show_shelf(request, visit, "role.html", "roles", values, status=asked.status if asked else status)


def _form_of(role: RoleWithRequirements) -> Form:
    return Form({"code": role.code, **{f"title.{language}": text for language, text in role.titles.items()}})


def _fields(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
    return {"code": read.text("code"), "title": read.titles("title")}


urlpatterns = [
    path("library/roles", roles_page, name="roles"),
    path("library/roles/new", role_new, name="library_role_new"),
    path("library/roles/<int:role_id>", role_page, name="library_role"),
    path("library/roles/<int:role_id>/requirements", role_asks, name="library_role_requirements"),
    path("library/roles/<int:role_id>/delete", role_delete, name="library_role_delete"),
]
