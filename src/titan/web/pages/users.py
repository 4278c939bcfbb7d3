"""Logins and their roles, for super admins (domain.md §2)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.accounts.commands import create_user, reset_second_factors, set_password, update_user
from titan.accounts.queries import list_users, one_user, second_factors
from titan.core.actor import Role
from titan.core.errors import Refusal, invalid
from titan.core.permit import need_role
from titan.exchange.exports.words import factor_words, login_role_words
from titan.personnel.queries.merged import badge_now
from titan.resources.models import Trainer
from titan.training.commands.link import link_login
from titan.training.queries.logins import linked_people
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.language import languages
from titan.web.query import given_text
from titan.web.visit import Visit, page, show


@require_GET
@page
def users_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """All logins with their roles and whom they are linked to."""
    cursor = given_text(request, "cursor") or None
    found = list_users(by=visit.actor, cursor=cursor)
    values = {
        "page": found,
        "linked": linked_people(row.id for row in found.items),
        "factors": {one: factor_words(kinds) for one, kinds in second_factors(row.id for row in found.items).items()},
        "roles": dict(role_words()),
        "languages": dict(languages(*(row.language for row in found.items))),
        "is_first": cursor is None,
        "here": "users",
    }
    return show(request, visit, "users/users.html", values)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@page
def user_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a login."""
    need_role(visit.actor, Role.SUPER_ADMIN)
    form, status = Form({"role": Role.HSE_ADMIN.value, "language": "en"}), 200
    if request.method == "POST":
        read = Reading(request.POST)
        try:
            made = create_user(
                read.text("email"),
                _role(read),
                read.text("name"),
                request.POST.get("password") or None,
                language=read.text("language"),
                by=visit.actor,
                at=visit.at,
            )
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
        else:
            messages.success(request, _("The login is there."))
            return redirect("user", made)
    return show(request, visit, "users/new.html", {"form": form, **_choices()}, status=status)


@require_http_methods(["GET", "POST"])
@page
def user_page(request: HttpRequest, visit: Visit, user_id: int) -> HttpResponse:
    """One login: e-mail, name, role, language, and whether it may sign in."""
    need_role(visit.actor, Role.SUPER_ADMIN)
    if request.method == "GET":
        return _user(request, visit, user_id)
    try:
        expected = expected_by(request, _login)
        update_user(user_id, _login(request.POST), expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _user(request, visit, user_id, refusal, sent="form")
    messages.success(request, _("Saved."))
    return redirect("user", user_id)


@require_POST
@page
def user_links(request: HttpRequest, visit: Visit, user_id: int) -> HttpResponse:
    """Say which trainer and which worker a login is."""
    need_role(visit.actor, Role.SUPER_ADMIN)
    try:
        expected = expected_by(request, _links)
        link_login(user_id, **_links(request.POST), expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _user(request, visit, user_id, refusal, sent="links")
    messages.success(request, _("Saved."))
    return redirect("user", user_id)


@sensitive_post_parameters("password")
@never_cache
@require_POST
@page
def user_password(request: HttpRequest, visit: Visit, user_id: int) -> HttpResponse:
    """Give a login a new password, which ends its sessions."""
    need_role(visit.actor, Role.SUPER_ADMIN)
    try:
        set_password(user_id, request.POST.get("password", ""), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _user(request, visit, user_id, refusal, sent="password")
    messages.success(request, _("The password is set. Hand it over in person; its sessions have ended."))
    return redirect("user", user_id)


@require_POST
@page
def user_factors_reset(request: HttpRequest, visit: Visit, user_id: int) -> HttpResponse:
    """Take the second factors off a login, for somebody who lost them; its sessions end."""
    reset_second_factors(user_id, by=visit.actor, at=visit.at)
    messages.success(request, _("The second factors are reset and its sessions have ended: the password is enough."))
    return redirect("user", user_id)


def _user(
    request: HttpRequest, visit: Visit, user_id: int, refusal: Refusal | None = None, *, sent: str = ""
) -> HttpResponse:
    """Return the page of a login; `sent` names the form that was refused."""
    status = on_the_page(refusal)
    row = one_user(user_id, by=visit.actor)
    link = linked_people([user_id])[user_id]
    stands = {name: str(getattr(row, name)) for name in ("email", "name", "role", "language")}
    forms = {
        "form": Form({**stands, "is_active": "1" if row.is_active else ""}),
        "links": Form({"trainer_id": str(link.trainer_id or ""), "badge": link.badge}),
        "password": Form(),
    }
    if refusal and sent:
        forms[sent] = returned_form(request, visit, refusal, forms[sent], ("user", user_id))
    values: dict[str, Any] = {
        "login": row,
        "linked": link,
        "factors": factor_words(second_factors([user_id]).get(user_id, ())),
        **forms,
        "trainers": [(one.pk, f"{one.name} ({one.code})") for one in Trainer.objects.order_by("code")],
        **_choices(row.language),
    }
    return show(request, visit, "users/user.html", values, status=status)


def _login(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
    texts = {name: read.text(name) for name in ("email", "name", "language")}
    return {**texts, "role": _role(read), "is_active": read.ticked("is_active")}


def _links(sent: QueryDict) -> dict[str, int | None]:
    read = Reading(sent)
    trainer_id, badge = read.id("trainer_id"), read.plain("badge")
    read.refuse()
    found = badge_now(badge) if badge else None
    if badge and found is None:
        raise invalid("badge", "UNKNOWN", _("No worker has the badge %(badge)s.") % {"badge": badge[:40]})
    return {"trainer_id": trainer_id, "worker_id": found.worker_id if found else None}


def _role(read: Reading) -> Role:
    text = read.text("role")
    if text not in list(Role):
        raise invalid("role", "UNKNOWN", _("Choose one of the list."))
    return Role(text)


def _choices(*held: str) -> dict[str, Any]:
    return {"roles": role_words(), "languages": languages(*held), "here": "users"}


def role_words() -> list[tuple[str, str]]:
    """Return every role with what it may, in words."""
    return list(login_role_words().items())


urlpatterns = [
    path("users", users_page, name="users"),
    path("users/new", user_new, name="user_new"),
    path("users/<int:user_id>", user_page, name="user"),
    path("users/<int:user_id>/links", user_links, name="user_links"),
    path("users/<int:user_id>/password", user_password, name="user_password"),
    path("users/<int:user_id>/second-factors/reset", user_factors_reset, name="user_factors_reset"),
]
