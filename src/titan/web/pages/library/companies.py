"""Companies: the list, and beside it the form of one (domain.md §4)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import companies as commands
from titan.personnel.queries.companies import company, list_companies
from titan.personnel.queries.counts import workers_by_company
from titan.web.form import Form, Reading, sent_form
from titan.web.pages.library.shelf import done, query_without_cursor, show_shelf
from titan.web.query import given_text
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def companies_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Companies by code; admins add one beside the list."""
    need_reader(visit.actor)
    if request.method == "GET":
        return _companies(request, visit, Form())
    need_admin(visit.actor)
    read = Reading(request.POST)
    try:
        commands.create_company(read.text("code"), read.text("name"), by=visit.actor, at=visit.at)
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
        return _companies(request, visit, Form({"code": view.code, "name": view.name}), company_id)
    read = Reading(request.POST)
    try:
        changes = commands.CompanyChanges(code=read.text("code"), name=read.text("name"))
        commands.update_company(company_id, changes, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _companies(request, visit, sent_form(request, refusal), company_id, refusal=refusal)
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
        form = Form({"code": view.code, "name": view.name}, notice=refusal.detail, refused=True)
        return _companies(request, visit, form, company_id, refusal=refusal)
    return done(request, _("The company is deleted."), "companies")


def _companies(
    request: HttpRequest, visit: Visit, form: Form, company_id: int | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    if refusal and refusal.status in {403, 404}:
        raise refusal
    search, cursor = given_text(request, "search"), given_text(request, "cursor") or None
    values = {
        "page": list_companies(by=visit.actor, search=search or None, cursor=cursor),
        "search": search,
        "workers": workers_by_company(),
        "form": form,
        "chosen": company_id,
        "query": query_without_cursor(request),
        "is_first": cursor is None,
    }
    status = refusal.status if refusal else 200
    return show_shelf(request, visit, "companies.html", "companies", values, status=status)


urlpatterns = [
    path("library/companies", companies_page, name="companies"),
    path("library/companies/<int:company_id>", company_page, name="library_company"),
    path("library/companies/<int:company_id>/delete", company_delete, name="library_company_delete"),
]
