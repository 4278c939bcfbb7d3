"""Companies: the list, and beside it the form of one (domain.md §4)."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import companies as commands
from titan.personnel.queries.companies import CompanyShort, company, list_companies
from titan.personnel.queries.counts import workers_by_company
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.pages.library.shelf import done, listed, show_shelf
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def companies_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Companies by code; admins add one beside the list."""
    need_reader(visit.actor)
    if request.method == "GET":
        return _companies(request, visit, Form())
    need_admin(visit.actor)
    try:
        commands.create_company(**_fields(request.POST), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _companies(request, visit, sent_form(request, refusal), refusal=refusal)
    return done(request, _("The company is there."), "companies")


@require_http_methods(["GET", "POST"])
@page
def company_page(request: HttpRequest, visit: Visit, company_id: int) -> HttpResponse:
    """Change one company, beside the list."""
    need_admin(visit.actor)
    view = company(company_id, by=visit.actor)
    if request.method == "GET":
        return _companies(request, visit, _form_of(view), company_id)
    try:
        changes = commands.CompanyChanges(**_fields(request.POST))
        expected = expected_by(request, lambda seen: commands.CompanyChanges(**_fields(seen)))
        commands.update_company(company_id, changes, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        stands = _form_of(company(company_id, by=visit.actor))
        form = returned_form(request, visit, refusal, stands, ("company", company_id))
        return _companies(request, visit, form, company_id, refusal=refusal)
    return done(request, _("Saved."), "companies")


@require_POST
@page
def company_delete(request: HttpRequest, visit: Visit, company_id: int) -> HttpResponse:
    """Delete a company without workers."""
    need_admin(visit.actor)
    view = company(company_id, by=visit.actor)
    try:
        commands.delete_company(company_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        form = replace(_form_of(view), notice=refusal.detail, refused=True)
        return _companies(request, visit, form, company_id, refusal=refusal)
    return done(request, _("The company is deleted."), "companies")


def _companies(
    request: HttpRequest, visit: Visit, form: Form, company_id: int | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    status = on_the_page(refusal)
    found = listed(request, lambda search, cursor: list_companies(by=visit.actor, search=search, cursor=cursor))
    values = {**found, "workers": workers_by_company(), "form": form, "chosen": company_id}
    return show_shelf(request, visit, "companies.html", "companies", values, status=status)


def _form_of(view: CompanyShort) -> Form:
    return Form({"code": view.code, "name": view.name})


def _fields(sent: QueryDict) -> dict[str, str]:
    read = Reading(sent)
    return {"code": read.text("code"), "name": read.text("name")}


urlpatterns = [
    path("library/companies", companies_page, name="companies"),
    path("library/companies/<int:company_id>", company_page, name="library_company"),
    path("library/companies/<int:company_id>/delete", company_delete, name="library_company_delete"),
]
