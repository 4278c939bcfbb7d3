"""The audit log: who changed what, when and why, with what was before and what came after."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from titan.accounts.models import User
from titan.audit.queries import Event, list_events
from titan.core.permit import need_reader
from titan.core.settings import Site
from titan.exchange.exports.audit_lines import Dates, audit_lines, entity_words
from titan.exchange.exports.lists.oversight import EventsWanted
from titan.web.language import language_of_titles
from titan.web.query import given_day, given_id, given_text
from titan.web.shown import clock, date_words, day, maybe_url
from titan.web.visit import Visit, page, show

ROWS = 50
PAGES = {
    "worker": "worker",
    "session": "session",
    "training_record": "record_sheet",
    "competency_record": "competency_sheet",
    "evidence": "evidence",
    "consequence_case": "consequences_case",
    "import": "import",
    "validity_extension": "extension",
}


@require_GET
@page
def audit_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The audit log, newest first, filtered as the address says, fifty at a time."""
    need_reader(visit.actor)
    wanted = wanted_events(request)
    cursor = given_text(request, "cursor") or None
    found = list_events(by=visit.actor, zone=visit.site.zone, limit=ROWS, cursor=cursor, **asdict(wanted))
    query = request.GET.copy()
    query.pop("cursor", None)
    values = {
        "page": found,
        "lines": audit_lines(found.items, _dates(visit.site), language=language_of_titles()),
        "address_of": address_of,
        "wanted": wanted,
        "entities": sorted(entity_words().items(), key=lambda row: row[1]),
        "actors": list(User.objects.order_by("name").values_list("id", "name")),
        "query": query.urlencode(),
    }
    return show(request, visit, "audit/audit.html", values)


def wanted_events(request: HttpRequest) -> EventsWanted:
    """Return which events the address asks for. Raises Invalid."""
    return EventsWanted(
        entity=given_text(request, "entity") or None,
        entity_id=given_id(request, "entity_id"),
        actor_id=given_id(request, "actor"),
        first_day=given_day(request, "from"),
        last_day=given_day(request, "to"),
    )


def _dates(site: Site) -> Dates:
    return Dates(date_words, lambda moment: f"{day(moment, site)} {clock(moment, site)}")


def address_of(event: Event) -> str:
    """Return the page of what an event is about, or nothing where it has none."""
    shown = PAGES.get(event.entity)
    return maybe_url(shown, event.entity_id) if shown else ""


urlpatterns = [path("audit", audit_page, name="audit")]
