"""One search box for whatever an auditor asks about: a name, a badge, a session, the hash of a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from titan.core.permit import need_reader
from titan.training.queries.people import search
from titan.web.language import language_of_titles
from titan.web.query import given_text
from titan.web.shown import maybe_url
from titan.web.visit import Visit, go_to, page, show


@require_GET
@page
def search_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What was found, by kind; one exact hit is opened at once."""
    need_reader(visit.actor)
    words = given_text(request, "q")
    found = search(words, by=visit.actor, language=language_of_titles())
    address = maybe_url(*found.exact) if found.exact else ""
    if address:
        if found.was:
            messages.info(request, found.was.words)
        return go_to(request, address)
    return show(request, visit, "search/search.html", {"words": words, "found": found})


urlpatterns = [path("search", search_page, name="search")]
