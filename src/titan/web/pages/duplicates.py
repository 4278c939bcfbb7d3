"""Rows that may be one person: looked at side by side, merged, or told apart for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.compliance.queries.merging import MergePreview, Side, merge_preview, sides_of
from titan.core.errors import Conflict, Invalid, NotFound, Refusal, invalid
from titan.core.permit import need_admin
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.commands.merge import merge_workers
from titan.personnel.likeness import Described
from titan.personnel.models import Company, WorkerStatus
from titan.personnel.queries.distinct import said_distinct
from titan.personnel.queries.merged import badge_now
from titan.personnel.queries.similar import duplicates, similar_to
from titan.personnel.queries.workers import short_workers
from titan.web.form import Reading
from titan.web.language import language_of_titles
from titan.web.merge_words import merge_words
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, go_to, is_htmx, page, part, show, toast

PAIRS = 20
HINTS = 3


@require_GET
@page
def duplicates_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Pairs of workers who may be one person, twenty at a time, the likeliest first (admins)."""
    cursor = given_text(request, "cursor") or None
    found = duplicates(by=visit.actor, limit=PAIRS, cursor=cursor)
    sides = sides_of({pk for one in found.items for pk in (one.one_id, one.other_id)}, language=language_of_titles())
    pairs = [(one, sides[one.one_id], sides[one.other_id]) for one in found.items]
    values = {"page": found, "pairs": pairs, "is_first": cursor is None}
    return show(request, visit, "workers/duplicates.html", values)


@require_POST
@page
def worker_distinct(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Remember that two workers are two people (admins)."""
    need_admin(visit.actor)
    read = Reading(request.POST)
    other_id = read.number("other_id")
    read.refuse()
    say_distinct(worker_id, other_id, by=visit.actor, at=visit.at)
    told = _("Remembered: these are two people. They are not proposed again.")
    if is_htmx(request):
        return toast(HttpResponse(""), told)
    messages.success(request, told)
    return go_to(request, reverse("duplicates"))


@require_GET
@page
def workers_similar(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who on the site may be the person that the form of a new worker describes so far (admins)."""
    need_admin(visit.actor)
    names = {name: given_text(request, name) for name in ("first_name", "last_name")}
    company_id = given_id(request, "company_id")
    company = Company.objects.filter(pk=company_id or 0).values_list("name", flat=True).first() or ""
    one = Described(given_text(request, "employee_id"), company_id=company_id, company=company, **names)
    (found,) = similar_to([one], by=visit.actor) if any((one.badge, *names.values())) else ([],)
    workers = short_workers(match.worker_id for match in found[:HINTS])
    rows = [(match, workers[match.worker_id]) for match in found[:HINTS]]
    return part(request, visit, "worker/_similar.html", {"rows": rows, "more": len(found) - len(rows)})


@dataclass(frozen=True)
class _Asked:
    """Which two are asked about, and what would come of merging them. refusal: why nothing would."""

    gone: Side
    stays: Side
    preview: MergePreview | None
    refusal: Refusal | None


@require_http_methods(["GET", "POST"])
@page
def worker_merge(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Merge a worker with another one (admins): which number stays is chosen, and everything is shown before."""
    need_admin(visit.actor)
    if worker_id not in short_workers([worker_id]):
        raise NotFound("worker", worker_id)
    if request.method == "POST":
        return _merge(request, visit, worker_id)
    try:
        other_id = _other(request, worker_id)
    except Invalid as refusal:
        return _ask_whom(request, visit, worker_id, refusal)
    if other_id is None:
        return _ask_whom(request, visit, worker_id, None)
    asked = _asked(visit, worker_id, other_id, given_id(request, "stays"))
    return _show(request, visit, asked)


def _other(request: HttpRequest, worker_id: int) -> int | None:
    """Return the worker that the address names by number or badge; None when it names nobody. Raises Invalid."""
    badge, other_id = given_text(request, "badge").strip(), given_id(request, "with")
    if badge:
        now = badge_now(badge)
        if now is None:
            raise invalid("badge", "UNKNOWN", _("No worker has the badge %(badge)s.") % {"badge": badge[:40]})
        other_id = now.worker_id
    if other_id == worker_id:
        raise invalid("badge", "SAME_ROW", _("This is the same row already. Give the badge of the other one."))
    return other_id


def _ask_whom(request: HttpRequest, visit: Visit, worker_id: int, refusal: Invalid | None) -> HttpResponse:
    values = {
        "worker": short_workers([worker_id])[worker_id],
        "refusal": refusal,
        "badge": given_text(request, "badge"),
    }
    return show(request, visit, "worker/merge_whom.html", values, status=refusal.status if refusal else 200)


def _asked(visit: Visit, worker_id: int, other_id: int, stays_id: int | None) -> _Asked:
    """Return both, and what merging them would do. stays_id: whose number stays; by default the one that is in use."""
    sides = sides_of({worker_id, other_id}, language=language_of_titles())
    if len(sides) < 2:
        raise NotFound("worker", other_id)
    first, second = sorted(sides.values(), key=_weight, reverse=True)
    stays, gone = (second, first) if stays_id == second.id else (first, second)
    try:
        return _Asked(gone, stays, merge_preview(gone.id, stays.id, by=visit.actor, at=visit.at), None)
    except Conflict as refusal:
        return _Asked(gone, stays, None, refusal)


def _weight(side: Side) -> tuple[bool, int, int]:
    return side.worker.status == WorkerStatus.ACTIVE, side.records, -side.id


def _show(
    request: HttpRequest, visit: Visit, asked: _Asked, *, refusal: Refusal | None = None, reason: str = ""
) -> HttpResponse:
    """Show both and what would happen. refusal: of what was just sent."""
    preview = asked.preview
    sides = {asked.gone.id: asked.gone, asked.stays.id: asked.stays}
    values: dict[str, Any] = {
        "gone": asked.gone,
        "stays": asked.stays,
        "pair": sorted(sides.values(), key=lambda side: side.id),
        "against": asked.refusal,
        "preview": preview,
        "words": merge_words(preview, sides) if preview else None,
        "distinct": said_distinct(asked.gone.id, asked.stays.id),
        "refusal": refusal,
        "reason": reason,
    }
    return show(request, visit, "worker/merge.html", values, status=refusal.status if refusal else 200)


def _merge(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Merge as it was shown; anything else is shown again."""
    read = Reading(request.POST)
    other_id, stays_id = read.number("other_id"), read.number("stays_id")
    read.refuse()
    asked = _asked(visit, worker_id, other_id, stays_id)
    reason = request.POST.get("reason", "")
    if asked.preview is None or asked.preview.digest != request.POST.get("shown"):
        words = _("One of the two changed since you looked. Look at what would happen again.")
        changed = Conflict("CHANGED_SINCE", words)
        return _show(request, visit, asked, refusal=asked.refusal or changed, reason=reason)
    gone, stays = asked.gone.worker, asked.stays.worker
    try:
        merge_workers(
            gone.id,
            stays.id,
            reason,
            override=request.POST.getlist("override"),
            shown=asked.preview.merged.digest,
            by=visit.actor,
            at=visit.at,
        )
    except (Invalid, Conflict) as refusal:
        return _show(request, visit, asked, refusal=refusal, reason=reason)
    named = {"badge": gone.employee_id, "now": stays.employee_id}
    messages.success(request, _("Merged: %(badge)s is now %(now)s.") % named)
    return go_to(request, reverse("worker", args=[stays.id]))


urlpatterns = [
    path("workers/duplicates", duplicates_page, name="duplicates"),
    path("workers/similar", workers_similar, name="workers_similar"),
    path("workers/<int:worker_id>/merge", worker_merge, name="worker_merge"),
    path("workers/<int:worker_id>/distinct", worker_distinct, name="worker_distinct"),
]
