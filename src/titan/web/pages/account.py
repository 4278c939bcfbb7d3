"""One's own account: name and language."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from titan.accounts.commands import change_own_login
from titan.core.errors import Refusal
from titan.web.form import Form, Reading, sent_form
from titan.web.language import languages, speaking
from titan.web.visit import Visit, page, show


@never_cache
@require_http_methods(["GET", "POST"])
@page
def account(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One's own name and language."""
    if request.method == "GET":
        return _account(request, visit)
    read = Reading(request.POST)
    try:
        change_own_login(read.text("name"), read.text("language"), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _account(request, visit, login_form=sent_form(request, refusal), status=refusal.status)
    with speaking(read.text("language")):
        messages.success(request, _("Saved."))
    return redirect("account")


def _account(
    request: HttpRequest,
    visit: Visit,
    *,
    login_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    stands = Form({"name": visit.person.name, "language": visit.person.language})
    values = {
        "form": login_form or stands,
        "languages": languages(visit.person.language),
        "here": "account",
    }
    return show(request, visit, "account/account.html", values, status=status)


urlpatterns = [
    path("account", account, name="account"),
]
