"""Trainers: what they may teach, and the hours they hold this week (domain.md §5)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.exchange.exports.lists.library import TrainersWanted
from titan.exchange.exports.words import trainer_type_words
from titan.resources.commands import trainers as commands
from titan.resources.models import TrainerType
from titan.resources.rules import TrainerChanges, TrainerFields
from titan.training.queries.load import TrainerLoad, list_trainer_loads, trainer_load
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.pages.library.shelf import course_choices, done, listed, show_shelf
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, page

TEXTS = ("code", "first_name", "last_name", "type", "email", "company_name")


@require_GET
@page
def trainers_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Trainers by code with their hours of this week, filtered as the address says."""
    need_reader(visit.actor)
    wanted, active = wanted_trainers(request), given_text(request, "is_active")
    language = visit.person.language
    found = listed(
        request,
        lambda _search, cursor: list_trainer_loads(
            wanted, by=visit.actor, at=visit.at, language=language, cursor=cursor
        ),
    )
    values = {**found, "wanted": wanted, "active": active, "courses": course_choices(), "types": trainer_types()}
    return show_shelf(request, visit, "trainers.html", "trainers", values)


def wanted_trainers(request: HttpRequest) -> TrainersWanted:
    """Return which trainers the address asks for. Raises Invalid."""
    kind = given_text(request, "type")
    return TrainersWanted(
        search=given_text(request, "search") or None,
        course_id=given_id(request, "course_id"),
        type=kind if kind in TrainerType.values else None,
        is_active={"yes": True, "no": False}.get(given_text(request, "is_active")),
    )


@require_http_methods(["GET", "POST"])
@page
def trainer_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add a trainer, qualified for nothing yet."""
    need_admin(visit.actor)
    if request.method == "GET":
        form = Form({"type": TrainerType.INTERNAL.value, "is_active": "1"})
        return show_shelf(request, visit, "trainer_new.html", "trainers", {"form": form, "types": trainer_types()})
    try:
        fields = TrainerFields(**_fields(request.POST))
        made = commands.create_trainer(fields, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        values = {"form": sent_form(request, refusal), "types": trainer_types()}
        return show_shelf(request, visit, "trainer_new.html", "trainers", values, status=refusal.status)
    return done(request, _("The trainer is there. Tick the courses they may teach."), "library_trainer", made)


@require_http_methods(["GET", "POST"])
@page
def trainer_page(request: HttpRequest, visit: Visit, trainer_id: int) -> HttpResponse:
    """One trainer: who they are, what they may teach, and their load of this week."""
    (need_reader if request.method == "GET" else need_admin)(visit.actor)
    if request.method == "GET":
        return _trainer(request, visit, trainer_id)
    try:
        changes = TrainerChanges(**_fields(request.POST))
        expected = expected_by(request, lambda seen: TrainerChanges(**_fields(seen)))
        commands.update_trainer(trainer_id, changes, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _trainer(request, visit, trainer_id, sent="form", refusal=refusal)
    return done(request, _("Saved."), "library_trainer", trainer_id)


@require_POST
@page
def trainer_qualifications(request: HttpRequest, visit: Visit, trainer_id: int) -> HttpResponse:
    """Let a trainer teach exactly the courses that are ticked."""
    need_admin(visit.actor)
    try:
        expected = expected_by(request, _course_ids)
        course_ids = _course_ids(request.POST)
        commands.replace_qualifications(trainer_id, course_ids, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _trainer(request, visit, trainer_id, sent="ticked", refusal=refusal)
    return done(request, _("What the trainer may teach is saved."), "library_trainer", trainer_id)


@require_POST
@page
def trainer_delete(request: HttpRequest, visit: Visit, trainer_id: int) -> HttpResponse:
    """Delete a trainer that nothing ever referred to."""
    need_admin(visit.actor)
    try:
        commands.delete_trainer(trainer_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _trainer(request, visit, trainer_id, refusal=refusal)
    return done(request, _("The trainer is deleted."), "trainers")


def _trainer(
    request: HttpRequest, visit: Visit, trainer_id: int, *, sent: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    """Return the page of a trainer; `sent` names the form that was refused."""
    status = on_the_page(refusal)
    view = trainer_load(trainer_id, by=visit.actor, at=visit.at, language=visit.person.language)
    forms = {"form": _form_of(view), "ticked": Form({"course_ids": [str(held.id) for held in view.qualifications]})}
    if refusal and sent:
        thing = ("trainer", trainer_id)
        forms[sent] = returned_form(request, visit, refusal, forms[sent], thing, several=("course_ids",))
    values: dict[str, Any] = {
        "trainer": view,
        **forms,
        "not_deleted": None if sent else refusal,
        "courses": course_choices() if visit.actor.is_admin else [],
        "types": trainer_types(),
    }
    return show_shelf(request, visit, "trainer.html", "trainers", values, status=status)


def _fields(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
    return {**{name: read.text(name) for name in TEXTS}, "is_active": read.ticked("is_active")}


def _course_ids(sent: QueryDict) -> list[int]:
    read = Reading(sent)
    found = read.ids("course_ids")
    read.refuse()
    return found


def _form_of(view: TrainerLoad) -> Form:
    return Form({**{name: getattr(view, name) for name in TEXTS}, "is_active": "1" if view.is_active else ""})


def trainer_types() -> list[tuple[str, str]]:
    """Return internal and external, in words."""
    return list(trainer_type_words().items())


urlpatterns = [
    path("library/trainers", trainers_page, name="trainers"),
    path("library/trainers/new", trainer_new, name="library_trainer_new"),
    path("library/trainers/<int:trainer_id>", trainer_page, name="library_trainer"),
    path("library/trainers/<int:trainer_id>/teaches", trainer_qualifications, name="library_trainer_teaches"),
    path("library/trainers/<int:trainer_id>/delete", trainer_delete, name="library_trainer_delete"),
]
