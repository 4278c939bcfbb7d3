"""Assessment methods: how competency is assessed (domain.md §8)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.records.commands.methods import create_assessment_method
from titan.records.models import AssessmentMethod
from titan.web.form import Form, Reading, sent_form
from titan.web.pages.library.shelf import done, show_shelf
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def methods_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Assessment methods by name; admins add one beside the list."""
    need_reader(visit.actor)
    form, status = Form(), 200
    if request.method == "POST":
        need_admin(visit.actor)
        read = Reading(request.POST)
        try:
            create_assessment_method(read.text("code"), read.text("name"), by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
        else:
            return done(request, _("The method is there."), "methods")
    values = {"methods": list(AssessmentMethod.objects.order_by("name")), "form": form}
    return show_shelf(request, visit, "methods.html", "methods", values, status=status)


urlpatterns = [path("library/methods", methods_page, name="methods")]
