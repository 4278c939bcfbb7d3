"""Audit packs: what an auditor takes along, and checks without Titan (docs/ledger-format.md §7)."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET

from titan.core.errors import FieldError, Invalid
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.packs.commands import make_pack, need_packer
from titan.packs.scope import About, Scope
from titan.personnel.models import Company
from titan.web.form import Form
from titan.web.language import spoken
from titan.web.paper import languages_asked
from titan.web.query import given_day, given_id, given_text
from titan.web.visit import Visit, page, show

NAMES = ("company_id", "from", "to", "languages")


@require_GET
@page
def packs_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Choose a company or a span of days; packs of one worker or session are made on their own pages."""
    need_packer(visit.actor)
    return _form(request, visit, Form({name: given_text(request, name) for name in NAMES}, {}))


@require_GET
@page
def pack_made(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The pack of a company, of a span of days, or of both."""
    need_packer(visit.actor)
    try:
        company = given_id(request, "company_id")
        first, last = _days(request)
        about = About.COMPANY if company is not None else About.PERIOD
        return _pack(request, visit, Scope(about, company or 0, first, last))
    except Invalid as refusal:
        form = Form(
            {name: given_text(request, name) for name in NAMES},
            {error.field: error.message for error in refusal.errors},
            refused=True,
        )
        return _form(request, visit, form, status=refusal.status)


@require_GET
@page
def worker_pack(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponseBase:
    """The pack of one worker."""
    return _pack(request, visit, Scope(About.WORKER, worker_id))


@require_GET
@page
def session_pack(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponseBase:
    """The pack of one session."""
    return _pack(request, visit, Scope(About.SESSION, session_id))


def _days(request: HttpRequest) -> tuple[date | None, date | None]:
    """Return both days; raises Invalid with what is wrong at each of them."""
    found: list[date | None] = []
    wrong: list[FieldError] = []
    for name in ("from", "to"):
        try:
            found.append(given_day(request, name))
        except Invalid as refusal:
            wrong += refusal.errors
    if wrong:
        raise Invalid(wrong)
    return found[0], found[1]


def _form(request: HttpRequest, visit: Visit, form: Form, *, status: int = 200) -> HttpResponse:
    companies = list(Company.objects.order_by("name", "id").values_list("id", "name"))
    values = {"form": form, "companies": companies, "signed": newest_checkpoint()}
    return show(request, visit, "packs/packs.html", values, status=status)


def _pack(request: HttpRequest, visit: Visit, scope: Scope) -> StreamingHttpResponse:
    pack = make_pack(scope, by=visit.actor, at=visit.at, languages=languages_asked(request, visit))
    response = StreamingHttpResponse(spoken(pack.chunks), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    return response


urlpatterns = [
    path("packs", packs_page, name="packs"),
    path("packs/made", pack_made, name="pack_made"),
    path("workers/<int:worker_id>/pack", worker_pack, name="worker_pack"),
    path("sessions/<int:session_id>/pack", session_pack, name="session_pack"),
]
