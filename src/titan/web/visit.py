"""Who visits a page, and what every page shows: the floor under all pages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation

from titan.compliance.commands import catch_up
from titan.compliance.queries.summary import site_counts
from titan.core import clock, settings
from titan.core.actor import Actor, Role, Via
from titan.core.errors import Refusal
from titan.training.actors import Person, person_of

P = ParamSpec("P")
READERS = frozenset({Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR})


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
    def reads_all(self) -> bool:
        """Whether the visitor sees the whole site; a trainer sees their own sessions only (domain.md §2)."""
        return self.actor.role in READERS


Page = Callable[Concatenate[HttpRequest, Visit, P], HttpResponse]


def page(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Make `view(request, visit, …)` a page: for whoever is signed in, in their language, on the site's today.

    A visitor who is not signed in is sent to sign in and comes back; a Refusal becomes a page that says what to do.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = _visit(request)
        if visit is None:
            logout(request)
            return redirect(f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}")
        with translation.override(visit.person.language):
            try:
                return view(request, visit, *args, **kwargs)
            except Refusal as refusal:
                return refused(request, refusal)

    return answer  # type: ignore[return-value]


def show(
    request: HttpRequest, visit: Visit, template: str, values: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page of the application: `template` with `values` inside the frame that every page has."""
    return render(request, template, {**frame(visit), **values}, status=status)


def frame(visit: Visit) -> dict[str, Any]:
    """Return what the frame of a page shows: who, where, when, and how the site stands (readers only)."""
    return {
        "visit": visit,
        "site": visit.site,
        "now": visit.at.astimezone(visit.site.zone),
        "counts": site_counts() if visit.reads_all else None,
    }


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of a refusal: what is wrong, and what to do."""
    return render(request, "errors/refused.html", {"refusal": refusal}, status=refusal.status)


def _visit(request: HttpRequest) -> Visit | None:
    person = person_of(request.user.pk, via=Via.WEB) if request.user.is_authenticated else None
    if person is None:
        return None
    at = clock.now()
    catch_up(at=at)
    return Visit(person, at, settings.current())
