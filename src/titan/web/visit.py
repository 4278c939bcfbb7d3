"""Who visits a page, and what every page shows: the floor under all pages."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from titan.accounts.queries import lacks_second_factor
from titan.compliance.commands import catch_up
from titan.compliance.queries.summary import site_counts
from titan.core import clock, settings
from titan.core.actor import Actor, Role, Via
from titan.core.errors import Refusal
from titan.exchange.calendars.rules import FOLLOWERS
from titan.records.queries.competency import waiting_count
from titan.training.actors import Person, person_of

P = ParamSpec("P")
READERS = frozenset({Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR})

PACKERS = READERS - {Role.ASSESSOR}


@dataclass(frozen=True)
class Visit:
    """One signed-in visitor at one moment. `at` is the moment at which the whole request happens."""

    person: Person
    at: datetime
    site: settings.Site

    @property
    def actor(self) -> Actor:
        return self.person.actor

    @property
    def now(self) -> datetime:
        """The moment on the site's clocks."""
        return self.at.astimezone(self.site.zone)

    @property
    def today(self) -> date:
        return self.site.today(self.at)

    @property
    def reads_all(self) -> bool:
        """Whether the visitor sees the whole site; a trainer sees their own sessions only (domain.md §2)."""
        return self.actor.role in READERS

    @property
    def follows_calendars(self) -> bool:
        """Whether the visitor may have calendar feeds: of any sessions, or of the classes they teach."""
        return self.actor.role in FOLLOWERS or self.actor.role is Role.TRAINER

    @property
    def takes_packs(self) -> bool:
        """Whether the visitor may take audit packs along."""
        return self.actor.role in PACKERS


Page = Callable[Concatenate[HttpRequest, Visit, P], HttpResponseBase]


def page(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Make `view(request, visit, …)` a page: for whoever is signed in, on the site's today.

    In which language, LanguageMiddleware has said. A visitor who is not signed in is sent to sign in and comes back. A
    Refusal that the view does not handle becomes a page that says what to do; for htmx, a notice at the top of the page
    that stands (`refused`).
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visit = _visit(request)
        if visit is None:
            if request.user.is_authenticated:
                logout(request)
            return _ask_to_sign_in(request)
        if lacks_second_factor(visit.actor) and not _is_about_signing_in(request):
            return go_to(request, reverse("mfa_index"))
        try:
            return view(request, visit, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return answer  # type: ignore[return-value]


def show(
    request: HttpRequest, visit: Visit, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of the application: `template` with `values` inside the frame that every page has."""
    counts = None if "counts" in values or not visit.reads_all else site_counts()
    return render(request, template, {**frame(visit), "counts": counts, **values}, status=status)


def frame(visit: Visit) -> dict[str, Any]:
    """Return what the frame of a page shows: who, where, when, and how the site stands (readers only)."""
    return {
        "visit": visit,
        "site": visit.site,
        "now": visit.now,
        "waiting": waiting_count() if visit.reads_all else 0,
    }


def part(
    request: HttpRequest, visit: Visit, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a fragment for htmx: `template` with `values`, without the frame."""
    return render(request, template, {"visit": visit, "site": visit.site, "now": visit.now, **values}, status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return what is wrong and what to do: a page, or for htmx a notice in the page's place for messages."""
    if not is_htmx(request):
        return render(request, "errors/refused.html", {"refusal": refusal}, status=refusal.status)
    response = render(request, "parts/refusal.html", {"refusal": refusal}, status=refusal.status)
    response["HX-Retarget"] = "#messages"
    response["HX-Reswap"] = "innerHTML show:top"
    return response


def toast(response: HttpResponse, text: str, *, link: str = "", link_text: str = "") -> HttpResponse:
    """Let the page say in passing that something was done; errors are never told this way."""
    response["HX-Trigger"] = json.dumps({"titan:toast": {"text": text, "link": link, "linkText": link_text}})
    return response


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """Return a redirect that works for a form and for htmx."""
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return bool(getattr(request, "htmx", False))


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    here = request.htmx.current_url_abs_path if is_htmx(request) else request.get_full_path()  # type: ignore[attr-defined]
    return go_to(request, f"{reverse('sign_in')}?{urlencode({'next': here or '/'})}")


def _is_about_signing_in(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith(("mfa_", "account_", "usersessions_"))


def _visit(request: HttpRequest) -> Visit | None:
    person = person_of(request.user.pk, via=Via.WEB) if request.user.is_authenticated else None
    if person is None:
        return None
    at = clock.now()
    catch_up(at=at)
    return Visit(person, at, settings.current())
