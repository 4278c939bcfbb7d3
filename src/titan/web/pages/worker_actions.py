"""One change for many workers: who, what, what it does to each and to how they stand, and the reason (admins)."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from titan.compliance.queries.mass_effect import MassEffect, ShownLine, mass_effect
from titan.core.errors import Refusal
from titan.core.permit import need_admin
from titan.personnel.mass_actions.commands import Done, act_on_workers
from titan.personnel.mass_actions.queries import count_leavers
from titan.personnel.mass_actions.rules import Action
from titan.personnel.models import Area, Role
from titan.personnel.queries.workers import short_workers
from titan.web.form import Form, on_the_page, sent_form, typed_form
from titan.web.query import given_text
from titan.web.shown import date_words, local, number
from titan.web.visit import Visit, go_to, page, show
from titan.web.worker_action_form import Chosen, action_in, chosen_by_address, chosen_by_form, need_known
from titan.web.worker_form import action_choices, worker_choices

SHOWN, NAMED = 50, 12
SEVERAL = ("area_ids",)
NEEDS_NOTHING = {Action.DEACTIVATE.value, Action.REACTIVATE.value}


@require_http_methods(["GET", "POST"])
@page
def worker_actions(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Choose workers and what to do with them, look at what it does, and do it with a reason."""
    need_admin(visit.actor)
    if request.method == "GET":
        action = given_text(request, "action")
        form, chosen = Form({"action": action}), chosen_by_address(request, visit)
        return _looked(request, visit, form, chosen, look=action in NEEDS_NOTHING and bool(chosen.worker_ids))
    chosen = chosen_by_form(request)
    shown = request.POST.get("shown", "")
    if request.POST.get("step") == "do" and shown and not chosen.left_out:
        return _done(request, visit, chosen, shown)
    return _looked(request, visit, typed_form(request, several=SEVERAL), chosen, look=True)


def _done(request: HttpRequest, visit: Visit, chosen: Chosen, shown: str) -> HttpResponse:
    """Do what was shown, and nothing else; what is refused is said above the preview as it is now."""
    try:
        need_known(chosen)
        action, reason = action_in(request.POST), request.POST.get("reason", "")
        done = act_on_workers(action, chosen.worker_ids, reason, shown=shown, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        form = sent_form(request, refusal, several=SEVERAL)
        return _looked(request, visit, form, chosen, look=True, status=on_the_page(refusal))
    messages.success(request, _told(done))
    return go_to(request, reverse("workers"))


def _told(done: Done) -> str:
    said = ngettext("Done: %(n)s worker is changed.", "Done: %(n)s workers are changed.", done.changed)
    words = [said % {"n": number(done.changed)}]
    if done.stayed:
        said = ngettext("%(n)s had it already.", "%(n)s had it already.", done.stayed)
        words.append(said % {"n": number(done.stayed)})
    if done.could_not:
        said = ngettext("%(n)s could not be changed.", "%(n)s could not be changed.", done.could_not)
        words.append(said % {"n": number(done.could_not)})
    return " ".join(words)


def _looked(
    request: HttpRequest, visit: Visit, form: Form, chosen: Chosen, *, look: bool, status: int = 200
) -> HttpResponse:
    """Return the page with what is chosen; with `look`, with what it does as well, or what is wrong with it."""
    effect: MassEffect | None = None
    if look:
        try:
            effect = _effect(request, visit, chosen)
        except Refusal as refusal:
            # What was refused already is said; nothing is added by saying it twice.
            status = on_the_page(refusal) if status == 200 else status
            form = form if form.refused else _with_errors(form, refusal)
    kept = form if form.refused or effect is None else Form({**form.values, "badges": ""})
    named = short_workers(chosen.worker_ids[:NAMED])
    values = {
        "form": kept,
        "chosen": chosen,
        "named": [named[pk] for pk in chosen.worker_ids[:NAMED] if pk in named],
        "effect": effect,
        "actions": action_choices(),
        "choices": worker_choices(),
        "leavers": count_leavers(today=visit.today) if not chosen.worker_ids else 0,
        "names": _names(effect),
        "changes": changes_words,
    }
    return show(request, visit, "workers/actions.html", values, status=status)


def _effect(request: HttpRequest, visit: Visit, chosen: Chosen) -> MassEffect:
    need_known(chosen)
    sent = request.POST if request.method == "POST" else request.GET
    cursor = request.POST.get("cursor") or None
    return mass_effect(action_in(sent), chosen.worker_ids, by=visit.actor, at=visit.at, limit=SHOWN, cursor=cursor)


def _with_errors(form: Form, refusal: Refusal) -> Form:
    errors: dict[str, str] = {}
    for error in refusal.errors:
        errors.setdefault(error.field, error.message)
    return Form(form.values, errors, errors.get("worker_ids", "" if errors else refusal.detail), refused=True)


Names = Mapping[tuple[str, int], str]


def _names(effect: MassEffect | None) -> Names:
    """Return the names of areas and roles; two statements, or none where nothing is shown."""
    if effect is None:
        return {}
    areas = {("area", pk): name for pk, name in Area.objects.values_list("pk", "name")}
    return areas | {("role", pk): local(title) for pk, title in Role.objects.values_list("pk", "title")}


def changes_words(shown: ShownLine, names: Names) -> list[str]:
    """Return what becomes of one worker, in words; why nothing does, where that is so."""
    line = shown.line
    if line.why:
        return [line.why.words]
    before, after, words = line.before, line.after, []
    held, kept = {area.area_id for area in before.areas}, {area.area_id for area in after.areas}
    for area in after.areas:
        if area.area_id not in held and area.assigned_on:
            said = {"area": names[("area", area.area_id)], "day": date_words(area.assigned_on)}
            words.append(_("%(area)s from %(day)s") % said)
    words += [_("no more %(area)s") % {"area": names[("area", pk)]} for pk in sorted(held - kept)]
    if before.role_id != after.role_id and after.role_id and after.role_assigned_on:
        said = {"role": names[("role", after.role_id)], "day": date_words(after.role_assigned_on)}
        words.append(_("%(role)s from %(day)s") % said)
        if before.role_id:
            words.append(_("before: %(role)s") % {"role": names[("role", before.role_id)]})
    if before.status != after.status and after.end_date:
        words.append(_("last day %(day)s") % {"day": date_words(after.end_date)})
    elif before.status != after.status:
        words.append(_("no last day"))
    return words


urlpatterns = [path("workers/actions", worker_actions, name="worker_actions")]
