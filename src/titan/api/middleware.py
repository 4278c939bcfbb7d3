"""The last word on errors below /api/: whoever made them, they leave as problems."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from titan.api.problem import MEDIA_TYPE, problem

PREFIX = "/api/"
CODES = {
    400: "MALFORMED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    503: "UNAVAILABLE",
}
DETAILS = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    405: "This method is not possible here; see the header Allow.",
    503: "Titan cannot answer now. Look whether your change was saved, then send it again.",
    500: "Nothing was saved. Something went wrong in Titan; it is in the server's log.",
}


class ProblemMiddleware:
    """Turns what Django itself answers below /api/ (no such URL, wrong method, wrong host) into problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        status = response.status_code
        worded = problem(status, CODES.get(status, "UNEXPECTED"), DETAILS.get(status, response.reason_phrase))
        for name in ("Allow", "Retry-After"):
            if name in response:
                worded[name] = response[name]
        return worded
