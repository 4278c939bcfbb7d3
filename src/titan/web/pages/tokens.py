"""One's own API tokens: made and shown once, listed, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from titan.accounts.commands import create_token, revoke_token
from titan.accounts.queries import TokenRow, list_tokens
from titan.accounts.rules import TOKEN_DAYS
from titan.core.errors import Refusal
from titan.web.form import Form, Reading, sent_form
from titan.web.query import given_text
from titan.web.visit import Visit, page, show


@never_cache
@require_http_methods(["GET", "POST"])
@page
def tokens_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The visitor's own tokens. A new one is shown in the answer to its making, and nowhere else."""
    form, made, status = Form({"days": str(TOKEN_DAYS)}), None, 200
    if request.method == "POST":
        read = Reading(request.POST)
        try:
            name, days = read.plain("name"), read.number("days")
            read.refuse()
            made = create_token(visit.person.user_id, name, days, by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
    cursor = given_text(request, "cursor") or None
    values = {
        "page": list_tokens(by=visit.actor, cursor=cursor),
        "form": form,
        "made": made,
        "state": lambda row: _state(row, visit),
        "is_first": cursor is None,
        "here": "tokens",
    }
    return show(request, visit, "tokens/tokens.html", values, status=status)


@require_POST
@page
def token_revoke(request: HttpRequest, visit: Visit, token_id: int) -> HttpResponse:
    """End a token at once."""
    revoke_token(token_id, by=visit.actor, at=visit.at)
    messages.success(request, _("The token is revoked; nothing can use it any more."))
    return redirect("tokens")


def _state(row: TokenRow, visit: Visit) -> tuple[str, str]:
    """Return the colour and the word of a token."""
    if row.revoked_at:
        return "none", _("Revoked")
    return ("none", _("Expired")) if row.expires_at <= visit.at else ("green", _("In use"))


urlpatterns = [
    path("account/tokens", tokens_page, name="tokens"),
    path("account/tokens/<int:token_id>/revoke", token_revoke, name="token_revoke"),
]
