"""Areas: the tree, and what each requires of itself and from above (domain.md §3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.compliance.queries.rule_effect import RuleEffect, rule_effect
from titan.compliance.requirements.commands import replace_area_requirements
from titan.compliance.requirements.queries import area_requirements, counts_by_area
from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import areas as commands
from titan.personnel.queries.areas import AreaView, area, lineage
from titan.personnel.queries.counts import workers_below, workers_by_area
from titan.personnel.queries.tree import area_tree
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form, typed_form
from titan.web.pages.library.asked import Asked, asked_anew, asked_now
from titan.web.pages.library.shelf import done, show_shelf
from titan.web.visit import Visit, page


@dataclass(frozen=True)
class Move:
    """What moving an area would do, and what names that, so that nothing else is saved than what somebody saw."""

    effect: RuleEffect
    shown: str


@require_GET
@page
def areas_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The tree of areas, with how many workers and requirements each has itself."""
    need_reader(visit.actor)
    values = {"tree": area_tree(), "workers": workers_by_area(), "required": counts_by_area()}
    return show_shelf(request, visit, "areas.html", "areas", values)


@require_http_methods(["GET", "POST"])
@page
def area_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Add an area, at the top or inside another."""
    need_admin(visit.actor)
    form, status = Form({"parent_id": request.GET.get("parent_id", "")}), 200
    if request.method == "POST":
        try:
            fields = commands.AreaFields(**_fields(request.POST))
            made = commands.create_area(fields, by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
        else:
            return done(request, _("The area is there. Say what it requires."), "library_area", made)
    return show_shelf(request, visit, "area_new.html", "areas", {"form": form, "parents": _parents()}, status=status)


@require_http_methods(["GET", "POST"])
@page
def area_page(request: HttpRequest, visit: Visit, area_id: int) -> HttpResponse:
    """One area: where it lies, who works there, what it requires and what it inherits; what a move does comes first."""
    if request.method == "GET":
        need_reader(visit.actor)
        return _area(request, visit, area_id)
    need_admin(visit.actor)
    view = area(area_id)
    try:
        changes = commands.AreaChanges(**_fields(request.POST))
        expected = expected_by(request, lambda seen: commands.AreaChanges(**_fields(seen)))

        def write() -> None:
            commands.update_area(area_id, changes, expected=expected, by=visit.actor, at=visit.at)

        if changes.parent_id != view.parent_id:
            effect = rule_effect(write, workers=workers_below(area_id))
            move = Move(effect, hashlib.sha256(repr((changes.parent_id, effect)).encode()).hexdigest()[:16])
            if effect.workers and request.POST.get("shown") != move.shown:
                return _area(request, visit, area_id, form=typed_form(request), move=move)
        write()
    except Refusal as refusal:
        form = returned_form(request, visit, refusal, _form_of(area(area_id)), ("area", area_id))
        return _area(request, visit, area_id, form=form, refusal=refusal)
    return done(request, _("Saved."), "library_area", area_id)


@require_POST
@page
def area_asks(request: HttpRequest, visit: Visit, area_id: int) -> HttpResponse:
    """Let an area require exactly what the form says, once it was shown what that changes."""
    need_admin(visit.actor)
    asked = asked_anew(
        request,
        visit,
        ("area", area_id),
        area_requirements(area_id, effective=False, language=visit.person.language),
        lambda wanted, seen: replace_area_requirements(area_id, wanted, expected=seen, by=visit.actor, at=visit.at),
    )
    if asked is None:
        return done(
            request, _("What the area requires is saved; everyone concerned is judged anew."), "library_area", area_id
        )
    return _area(request, visit, area_id, asked=asked)


@require_POST
@page
def area_delete(request: HttpRequest, visit: Visit, area_id: int) -> HttpResponse:
    """Delete an area that nobody ever had, that never required anything and never held another."""
    need_admin(visit.actor)
    try:
        commands.delete_area(area_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _area(request, visit, area_id, refusal=refusal)
    return done(request, _("The area is deleted."), "areas")


def _area(
    request: HttpRequest,
    visit: Visit,
    area_id: int,
    *,
    form: Form | None = None,
    asked: Asked | None = None,
    move: Move | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    status = on_the_page(refusal)
    view = area(area_id)
    effective = area_requirements(area_id, effective=True, language=visit.person.language)
    own = [one for one in effective if one.area and one.area.id == area_id]
    values: dict[str, Any] = {
        "area": view,
        "lineage": list(reversed(lineage(area_id)[1:])),
        "effective": effective,
        "form": form or _form_of(view),
        "move": move,
        "asked": asked or (asked_now(own) if visit.actor.is_admin else None),
        "workers": len(workers_below(area_id)),
        "parents": [row for row in _parents() if row[0] != area_id],
        "not_deleted": refusal if not form else None,
    }
    return show_shelf(request, visit, "area.html", "areas", values, status=asked.status if asked else status)


def _form_of(view: AreaView) -> Form:
    return Form({"code": view.code, "name": view.name, "parent_id": str(view.parent_id or "")})


def _parents() -> list[tuple[int, str]]:
    return [(node.id, f"{'– ' * node.depth}{node.name}") for node in area_tree()]


def _fields(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
    found = {"code": read.text("code"), "name": read.text("name"), "parent_id": read.id("parent_id")}
    read.refuse()
    return found


urlpatterns = [
    path("library/areas", areas_page, name="areas"),
    path("library/areas/new", area_new, name="library_area_new"),
    path("library/areas/<int:area_id>", area_page, name="library_area"),
    path("library/areas/<int:area_id>/requirements", area_asks, name="library_area_requirements"),
    path("library/areas/<int:area_id>/delete", area_delete, name="library_area_delete"),
]
