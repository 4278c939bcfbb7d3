"""Error pages that say what happened and what to do."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from titan.core.outage import RETRY_AFTER_SECONDS, is_outage


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _message(request, 400, _("The request cannot be read."), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _message(
        request, 403, _("This is not yours to do."), _("Ask your site administrator, or sign in as another user.")
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _message(
        request, 403, _("The page was too old to send."), _("Nothing was saved. Reload the page and send it again.")
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer whoever tries to sign in too often; the library calls it by the name handler429."""
    answer = _message(request, 429, _("Too many tries."), _("Wait a minute, then try again."))
    answer["Retry-After"] = "60"
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _message(request, 404, _("There is nothing at this address."), _("Check the link, or start from Today."))


def server_error(request: HttpRequest) -> HttpResponse:
    if is_outage(sys.exception()):
        answer = _message(
            request,
            503,
            _("Titan cannot reach its database."),
            _("Wait a moment and reload. If you were saving, look whether it is there before you do it again."),
        )
        answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return answer
    return _message(
        request, 500, _("Nothing was saved."), _("Something went wrong in Titan; it is in the server's log. Try again.")
    )


def _message(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "errors/message.html", {"status": status, "title": title, "advice": advice}, status=status)
