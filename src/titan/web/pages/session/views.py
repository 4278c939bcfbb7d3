"""The addresses of a session's page: show it, check and save its details, fill its list, begin and end drafts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.catalogue.queries import CourseFilters, list_courses
from titan.core.actor import Role
from titan.core.errors import Conflict, Invalid, SoftBlocked
from titan.core.permit import need_admin
from titan.training import commands
from titan.training.queries.changes import changes_since
from titan.training.queries.planning import first_free_time, proposed_slots
from titan.training.queries.sessions import SessionView, session_view
from titan.web.language import language_of_titles
from titan.web.pages.session.context import (
    MOST_COURSES,
    Phase,
    details_values,
    phase_of,
    pieces,
    planned_of,
    session_context,
    soft_words,
    status_colour,
)
from titan.web.pages.session.form import (
    PlanForm,
    SlotRow,
    changed_plan,
    merge,
    read_plan,
    slot_rows,
    typed_form,
    with_errors,
)
from titan.web.pages.session.pick import pick_values, picker_choices, read_ids
from titan.web.shown import maybe_url
from titan.web.visit import Visit, go_to, is_htmx, page, part, show, toast

WORDS = {"pieces": pieces, "soft_words": soft_words, "status_colour": status_colour}


@require_GET
@page
def session(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The page of one session. A trainer is led to their own page of it, where there is one."""
    if visit.actor.role is Role.TRAINER and (address := maybe_url("trainer_session", session_id)):
        return go_to(request, address)
    return whole(request, visit, session_id)


def whole(request: HttpRequest, visit: Visit, session_id: int, *, status: int = 200, **more: Any) -> HttpResponse:
    """Return the page of a session as it is now: all of it, or for htmx its element `#session-page`."""
    values = session_context(request, visit, session_id, **more)
    values |= WORDS | {"narrow": picker_choices(visit) if values["picker"] else None}
    values = {"clash": None, "cancel_error": "", "cancel_reason": "", "invited": None} | values
    if not is_htmx(request):
        return show(request, visit, "session/session.html", values, status=status)
    answer = part(request, visit, "session/_page.html", values, status=status)
    if request.htmx.target != "session-page":  # type: ignore[attr-defined]
        # Only where needed: htmx looks for it from the element that asked, which may have been replaced meanwhile.
        answer["HX-Retarget"], answer["HX-Reswap"] = "#session-page", "outerHTML"
    return answer


@require_POST
@page
def check(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """What would stand against the details as typed; writes nothing."""
    shown, form = _typed(request, visit, session_id)
    return part(request, visit, "session/_check.html", {**_details(visit, shown, form), "check_alone": True})


@require_POST
@page
def fill_in(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The details with something filled in: a line of times more or less, proposed times, a trainer. Writes nothing."""
    shown, form = _typed(request, visit, session_id)
    form = _filled_in(request.POST.get("act", ""), visit, shown, form)
    if not is_htmx(request):
        return whole(request, visit, session_id, form=form, session=shown)
    return part(request, visit, "session/_details.html", _details(visit, shown, form))


def _details(visit: Visit, shown: SessionView, form: PlanForm) -> dict[str, Any]:
    """Return what the details show when they are answered without the rest of the page."""
    running = phase_of(shown, visit.at) is Phase.RUNNING
    return {"session": shown, "execution": running, "clash": None, **details_values(visit, shown, form), **WORDS}


def _filled_in(act: str, visit: Visit, shown: SessionView, form: PlanForm) -> PlanForm:
    read = read_plan(form, shown, visit.site)
    what, _colon, which = act.partition(":")
    if what == "add":
        return replace(form, rows=(*form.shown_rows, _next_row(form)))
    if what == "remove" and which.isdigit():
        return replace(form, rows=tuple(row for number, row in enumerate(form.rows) if number != int(which)))
    if what == "trainer":
        return replace(form, trainer_id=which)
    if what == "propose":
        slots = proposed_slots(read.course_id, _first_day(form, visit), site=visit.site)
        return replace(form, rows=slot_rows(slots, visit.site)) if slots else form
    if what == "first_free":
        planned = planned_of(read)
        free = first_free_time(shown.id, planned, seats=shown.attendees, site=visit.site, at=visit.at)
        if free is not None:
            rows = slot_rows(free.slots, visit.site)
            return replace(form, trainer_id=str(free.trainer_id), venue_id=str(free.venue_id), rows=rows)
    return form


def _next_row(form: PlanForm) -> SlotRow:
    """Return the day after the last line, with its times."""
    last = form.rows[-1] if form.rows else SlotRow()
    try:
        following = (date.fromisoformat(last.day) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        following = ""
    return replace(last, day=following)


def _first_day(form: PlanForm, visit: Visit) -> date:
    """Return the first day typed, else tomorrow."""
    days = [row.day for row in form.rows if row.day]
    try:
        return date.fromisoformat(days[0]) if days else visit.today + timedelta(days=1)
    except ValueError:
        return visit.today + timedelta(days=1)


@require_POST
@page
def save(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Save the details of a draft or of a scheduled session."""
    return _write(request, visit, session_id, commands.update_session, _("Saved."))


@require_POST
@page
def schedule(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Save the details and lock trainer, venue and times in."""
    return _write(request, visit, session_id, commands.schedule_session, _("Scheduled."))


def _write(request: HttpRequest, visit: Visit, session_id: int, command: Callable[..., Any], said: str) -> HttpResponse:
    shown, form = _typed(request, visit, session_id)
    read = read_plan(form, shown, visit.site)
    plan = changed_plan(form, read, shown, visit.site)
    try:
        if read.errors and form.version == shown.version:
            return whole(request, visit, session_id, form=replace(form, errors=read.errors), session=shown, status=422)
        command(session_id, plan, acknowledged=form.acknowledged, by=visit.actor, at=visit.at)
    except Conflict as conflict:
        if conflict.code == "STALE":
            return _stale(request, visit, form, session_id)
        if not isinstance(conflict, SoftBlocked) and not conflict.errors:
            raise
        return whole(request, visit, session_id, form=form, status=conflict.status)
    except Invalid as invalid:
        return whole(request, visit, session_id, form=with_errors(form, invalid.errors), status=invalid.status)
    return _done(request, visit, session_id, f"{shown.code}: {said}")


def _stale(request: HttpRequest, visit: Visit, form: PlanForm, session_id: int) -> HttpResponse:
    """Show what somebody else saved meanwhile, with what was typed still in the fields."""
    shown = session_view(session_id, by=visit.actor, at=visit.at)
    changes = changes_since(session_id, form.version, zone=visit.site.zone, by=visit.actor)
    merged = merge(form, shown, changes, visit.site)
    clash = {"changes": changes, "theirs": merged.theirs, "clashes": merged.clashes, "stored": shown}
    return whole(request, visit, session_id, form=merged.form, session=shown, clash=clash, status=409)


def _done(request: HttpRequest, visit: Visit, session_id: int, said: str) -> HttpResponse:
    if not is_htmx(request):
        messages.success(request, said)
        return go_to(request, reverse("session", args=[session_id]))
    return toast(whole(request, visit, session_id), said)


@require_http_methods(["GET", "POST"])
@page
def picker(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The picker's list for another search, or its next page. POST as well: what is ticked may be long."""
    need_admin(visit.actor)
    shown = session_view(session_id, by=visit.actor, at=visit.at)
    values = {"session": shown, "picker": pick_values(request, visit, shown, shown.venue_capacity)}
    template = "session/_pick_rows.html" if request.POST.get("cursor") else "session/_pick_list.html"
    return part(request, visit, template, values)


@require_POST
@page
def invite(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Put the ticked workers on the class list; what is worth knowing about them is shown, not refused."""
    worker_ids = sorted(read_ids(request.POST.getlist("worker_ids")))
    if not worker_ids:
        raise Conflict("NOBODY_CHOSEN", _("Nobody is ticked. Tick workers in the picker, then invite them."))
    done = commands.invite_workers(session_id, worker_ids, by=visit.actor, at=visit.at)
    said = ngettext("%(n)d worker invited.", "%(n)d workers invited.", done.added) % {"n": done.added}
    if not is_htmx(request):
        messages.success(request, said)
        return go_to(request, reverse("session", args=[session_id]))
    return _people(request, visit, session_id, said, invited=done)


@require_POST
@page
def remove(request: HttpRequest, visit: Visit, session_id: int, worker_id: int) -> HttpResponse:
    """Take a worker off the class list."""
    commands.remove_attendee(session_id, worker_id, by=visit.actor, at=visit.at)
    if not is_htmx(request):
        return go_to(request, reverse("session", args=[session_id]))
    undo = reverse("session_restore", args=[session_id, worker_id])
    return _people(request, visit, session_id, _("Taken off the list."), undo=undo)


@require_POST
@page
def restore(request: HttpRequest, visit: Visit, session_id: int, worker_id: int) -> HttpResponse:
    """Take back that a worker was taken off the class list: they return with the mark they had."""
    restored = commands.restore_attendee(session_id, worker_id, by=visit.actor, at=visit.at)
    if not is_htmx(request):
        return go_to(request, reverse("session", args=[session_id]))
    said = _("Back on the list, as before.") if restored else _("They are on the list already. Nothing was changed.")
    return _people(request, visit, session_id, said)


def _people(
    request: HttpRequest, visit: Visit, session_id: int, said: str, *, undo: str = "", **more: Any
) -> HttpResponse:
    """Return the class list and the picker anew; the details stay as they are typed and are checked again.

    undo: the address that takes back what was done, offered beside what is said of it.
    """
    values = session_context(request, visit, session_id)
    values |= WORDS | {"invited": None, "oob": True, **more}
    answer = toast(part(request, visit, "session/_people_and_picker.html", values), said)
    events = json.loads(answer["HX-Trigger"]) | {"titan:people": {}}
    if undo:
        events["titan:toast"]["undo"] = {
            "text": _("Undo"),
            "url": undo,
            "target": "#people",
            "include": "#invite-form, #picker-filter",
        }
    answer["HX-Trigger"] = json.dumps(events)
    return answer


@require_POST
@page
def cancel(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Cancel the session and free what it holds."""
    reason = request.POST.get("reason", "")
    try:
        commands.cancel_session(session_id, reason, by=visit.actor, at=visit.at)
    except Invalid as invalid:
        said = " ".join(error.message for error in invalid.errors)
        return whole(request, visit, session_id, cancel_error=said, cancel_reason=reason, status=invalid.status)
    return _done(request, visit, session_id, _("The session is cancelled."))


@require_POST
@page
def delete(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Delete a draft."""
    shown = session_view(session_id, by=visit.actor, at=visit.at)
    commands.delete_draft(session_id, by=visit.actor, at=visit.at)
    messages.success(request, _("The draft %(code)s is deleted.") % {"code": shown.code})
    return go_to(request, maybe_url("sessions") or reverse("today"))


@require_POST
@page
def duplicate(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Make a draft like this session and go to it."""
    made = commands.duplicate_session(session_id, by=visit.actor, at=visit.at)
    messages.success(request, _("This is the new draft. Its times and people are still to be chosen."))
    return go_to(request, reverse("session", args=[made]))


@require_http_methods(["GET", "POST"])
@page
def new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Choose a course; the draft is made and opened."""
    need_admin(visit.actor)
    chosen, error = request.POST.get("course", request.GET.get("course", "")), ""
    if request.method == "POST":
        try:
            made = _draft(visit, chosen)
        except Invalid as invalid:
            error = " ".join(item.message for item in invalid.errors)
        else:
            return go_to(request, f"{reverse('session', args=[made])}?{urlencode({'pick': 'red'})}")
    courses = list_courses(CourseFilters(), language=language_of_titles(), limit=MOST_COURSES).items
    values = {"courses": courses, "chosen": chosen, "error": error}
    return show(request, visit, "session/new.html", values, status=422 if error else 200)


@require_POST
@page
def plan(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Make a draft of a course, with these workers on its list, and open the picker with the Reds ticked."""
    worker_ids = sorted(read_ids(request.POST.getlist("worker_ids")))
    made = _draft(visit, request.POST.get("course_id", ""), worker_ids)
    return go_to(request, f"{reverse('session', args=[made])}?{urlencode({'pick': 'red'})}")


def _draft(visit: Visit, course: str, worker_ids: list[int] | None = None) -> int:
    course_id = next(iter(read_ids([course])), 0)
    return commands.draft_for_workers(course_id, worker_ids or [], by=visit.actor, at=visit.at)


def _typed(request: HttpRequest, visit: Visit, session_id: int) -> tuple[SessionView, PlanForm]:
    """Return the session and its details as they were typed; Forbidden for whoever may not change sessions."""
    need_admin(visit.actor)
    shown = session_view(session_id, by=visit.actor, at=visit.at)
    return shown, typed_form(request.POST, shown, visit.site)


urlpatterns = [
    path("sessions/new", new, name="session_new"),
    path("sessions/plan", plan, name="session_plan"),
    path("sessions/<int:session_id>", session, name="session"),
    path("sessions/<int:session_id>/check", check, name="session_check"),
    path("sessions/<int:session_id>/fill-in", fill_in, name="session_fill_in"),
    path("sessions/<int:session_id>/save", save, name="session_save"),
    path("sessions/<int:session_id>/schedule", schedule, name="session_schedule"),
    path("sessions/<int:session_id>/picker", picker, name="session_picker"),
    path("sessions/<int:session_id>/invite", invite, name="session_invite"),
    path("sessions/<int:session_id>/remove/<int:worker_id>", remove, name="session_remove"),
    path("sessions/<int:session_id>/restore/<int:worker_id>", restore, name="session_restore"),
    path("sessions/<int:session_id>/cancel", cancel, name="session_cancel"),
    path("sessions/<int:session_id>/delete", delete, name="session_delete"),
    path("sessions/<int:session_id>/duplicate", duplicate, name="session_duplicate"),
]
