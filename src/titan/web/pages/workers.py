"""Workers: the list with filters, worst first or by name, and the form of a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from titan.compliance.models import Severity
from titan.compliance.queries.workers import list_workers, list_workers_worst_first, open_items
from titan.core.errors import Conflict, Invalid, invalid
from titan.core.permit import need_admin, need_reader
from titan.exchange.exports.lists.workers import WorkersWanted
from titan.personnel.commands.workers import create_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.merged import merged_badge
from titan.web.form import Form
from titan.web.language import language_of_titles
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, go_to, page, show
from titan.web.worker_form import action_choices, blank_form, new_worker, refused_form, worker_choices

ROWS = 50


@require_GET
@page
def workers_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The workers, filtered as the address says, fifty at a time; worst first unless asked by name."""
    need_reader(visit.actor)
    wanted = wanted_workers(request)
    listed = list_workers if wanted.by_name else list_workers_worst_first
    cursor = given_text(request, "cursor") or None
    found = listed(wanted, by=visit.actor, language=language_of_titles(), limit=ROWS, cursor=cursor)
    query = request.GET.copy()
    query.pop("cursor", None)
    values = {
        "page": found,
        "open_items": open_items(row.id for row in found.items),
        "wanted": wanted,
        "by_name": wanted.by_name,
        "choices": worker_choices(),
        "was": merged_badge(wanted.search) if wanted.search else None,
        "query": query.urlencode(),
        "filters": [(name, value) for name, value in query.items() if value],
        "actions": action_choices(),
        "is_first": cursor is None,
    }
    return show(request, visit, "workers/workers.html", values)


@require_http_methods(["GET", "POST"])
@page
def worker_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The form of a new worker (admins)."""
    need_admin(visit.actor)
    if request.method == "GET":
        return _form(request, visit, blank_form(given_id(request, "company_id")))
    try:
        fields = new_worker(request.POST)
        worker_id = create_worker(fields, by=visit.actor, at=visit.at)
    except (Invalid, Conflict) as refusal:
        return _form(request, visit, refused_form(request, visit, refusal, 0, blank_form()), refusal.status)
    messages.success(request, _("%(badge)s is added.") % {"badge": fields.employee_id})
    return go_to(request, reverse("worker", args=[worker_id]))


def _form(request: HttpRequest, visit: Visit, form: Form, status: int = 200) -> HttpResponse:
    values = {"form": form, "choices": worker_choices(), "worker": None, "effect": None, "held_since": {}}
    return show(request, visit, "worker/form.html", values, status=status)


def wanted_workers(request: HttpRequest) -> WorkersWanted:
    """Return which workers the address asks for, and in which order. Raises Invalid."""
    status, colour = given_text(request, "status"), given_text(request, "compliance_status")
    if status and status not in WorkerStatus.values:
        raise invalid("status", "UNKNOWN", _("Choose one of the statuses."))
    if colour and colour not in Severity.names:
        raise invalid("compliance_status", "UNKNOWN", _("Choose one of the statuses."))
    return WorkersWanted(
        search=given_text(request, "search") or None,
        company_id=given_id(request, "company_id"),
        role_id=given_id(request, "role_id"),
        area_id=given_id(request, "area_id"),
        status=status or None,
        compliance_status=colour or None,
        by_name=given_text(request, "order") == "name",
    )


urlpatterns = [
    path("workers", workers_page, name="workers"),
    path("workers/new", worker_new, name="worker_new"),
]
