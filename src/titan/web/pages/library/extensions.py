"""Extensions of validity: an authority's decision, shown before it is followed, and taken back with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from titan.accounts.queries import user_names
from titan.compliance.queries.extension_effect import ExtensionEffect, extension_effect, revocation_effect
from titan.compliance.queries.summary import course_titles
from titan.core.errors import FieldError, Invalid, NotFound, Refusal
from titan.core.given import Wrong
from titan.core.permit import need_admin, need_reader
from titan.evidence.rules import MAX_BYTES
from titan.records.extensions.commands import extend_validity_by_letter, revoke_extension
from titan.records.extensions.queries import list_extensions, one_extension
from titan.records.extensions.rules import AuthorityDecision, Extending, checked_decision
from titan.records.models import DaysOf, ExtendedRecord, ValidityExtension
from titan.records.queries.records import RecordFilter, list_records
from titan.web.form import Form, Reading, on_the_page, sent_form
from titan.web.pages.library.shelf import course_choices, query_without_cursor, show_shelf
from titan.web.proof import file_of
from titan.web.query import given_id, given_text
from titan.web.shown import State, number
from titan.web.upload import staged_files, too_large
from titan.web.visit import Visit, go_to, page

SHOWN = 50
CHOICE = ("course_id", "days_of", "from", "to", "until")
"""The fields that say which records, and until when: the address of what is looked at."""


@require_GET
@page
def extensions_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every extension, newest first; those in force alone if one asks."""
    need_reader(visit.actor)
    asked, course_id = given_text(request, "revoked"), given_id(request, "course_id")
    revoked = {"yes": True, "no": False}.get(asked)
    cursor = given_text(request, "cursor") or None
    found = list_extensions(by=visit.actor, course_id=course_id, revoked=revoked, cursor=cursor)
    values = {
        "page": found,
        "revoked": asked,
        "course_id": course_id,
        "courses": course_choices(),
        "titles": course_titles(),
        "names": user_names({row.made_by_id for row in found.items if row.made_by_id is not None}),
        "state": lambda row: _state(row, visit),
        "days_words": days_words,
        "query": query_without_cursor(request),
        "is_first": cursor is None,
    }
    return show_shelf(request, visit, "extensions.html", "extensions", values)


# Django reads a form before it looks for its token; what is too large must be refused before that.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
def extension_new(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Choose records and see what an extension would do; an administrator makes it, with the authority's decision."""
    need_reader(visit.actor)
    if request.method == "GET":
        return _new(request, visit, Form())
    refusal = too_large(request)
    if refusal:
        form = Form({}, {"file": refusal.detail}, refused=True)
        return _new(request, visit, form, status=refusal.status)
    return _make(request, visit)


@csrf_protect
def _make(request: HttpRequest, visit: Visit) -> HttpResponse:
    need_admin(visit.actor)
    try:
        extending, decision = _extending(request.GET), _decision(request, visit)
        # Everything that can be wrong besides the file is said before the file is kept.
        extension_effect(extending, by=visit.actor, at=visit.at, limit=1)
        shown = request.POST.get("digest") or None
        staged = staged_files(request)
        made = extend_validity_by_letter(extending, decision, staged, shown=shown, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _new(request, visit, sent_form(request, refusal), status=on_the_page(refusal))
    n = one_extension(made, by=visit.actor).records
    said = ngettext("Extended. %(n)s record is valid longer.", "Extended. %(n)s records are valid longer.", n)
    messages.success(request, said % {"n": number(n)})
    return go_to(request, reverse("extension", args=[made]))


def _new(request: HttpRequest, visit: Visit, form: Form, *, status: int = 200) -> HttpResponse:
    chosen = Form({name: given_text(request, name) for name in CHOICE})
    effect: ExtensionEffect | None = None
    if any(chosen.values.values()):
        try:
            cursor = given_text(request, "cursor") or None
            effect = extension_effect(_extending(request.GET), by=visit.actor, at=visit.at, limit=SHOWN, cursor=cursor)
        except Refusal as refusal:
            chosen, status = _as_refused(chosen, refusal), on_the_page(refusal)
    values = {
        "chosen": chosen,
        "effect": effect,
        "form": form if form.values or form.refused else Form({"decided_on": ""}),
        "courses": [(pk, f"{title} ({code})") for pk, code, title in course_choices()],
        "days": [(DaysOf.EXPIRES_ON.value, _("that run out")), (DaysOf.COMPLETED_ON.value, _("of classes"))],
        "address": f"{reverse('extension_new')}?{urlencode({name: chosen.text(name) for name in CHOICE})}",
        "most_megabytes": MAX_BYTES // 2**20,
    }
    return show_shelf(request, visit, "extension_new.html", "extensions", values, status=status)


def _as_refused(chosen: Form, refusal: Refusal) -> Form:
    errors = {error.field: error.message for error in refusal.errors}
    return Form(chosen.values, errors, "" if errors else refusal.detail, refused=True)


def _extending(sent: QueryDict) -> Extending:
    """Return which records are chosen. Raises Invalid with every field that says nothing or what cannot be."""
    read = Reading(sent)
    course_id = read.id("course_id")
    days = {name: read.day(name) for name in ("from", "to", "until")}
    told = {error.field for error in read.errors}
    if course_id is None and "course_id" not in told:
        read.errors.append(FieldError("course_id", "REQUIRED", _("Choose the course.")))
    for name, value in days.items():
        if value is None and name not in told:
            read.errors.append(FieldError(name, "REQUIRED", _("Give the day.")))
    first, last, until = days.values()
    if read.errors or course_id is None or first is None or last is None or until is None:
        raise Invalid(read.errors)
    return Extending(course_id, read.text("days_of"), first, last, until)


def _decision(request: HttpRequest, visit: Visit) -> AuthorityDecision:
    """Return the decision as the form describes it. Raises Invalid with every field that says nothing, all at once."""
    read, wrong = Reading(request.POST), Wrong()
    decided_on = read.day("decided_on")
    if decided_on is None and not read.errors:
        read.errors.append(FieldError("decided_on", "REQUIRED", _("Give the day of the decision.")))
    given = AuthorityDecision(read.text("reference"), decided_on or visit.today, read.text("reason"))
    decision = checked_decision(given, wrong, today=visit.today)
    if read.errors or wrong.errors:
        raise Invalid([*read.errors, *wrong.errors])
    return decision


@require_GET
@page
def extension_page(request: HttpRequest, visit: Visit, extension_id: int) -> HttpResponse:
    """One extension: the decision, its letter, the records it was made for, and whether it is in force."""
    extension = one_extension(extension_id, by=visit.actor)
    cursor = given_text(request, "cursor") or None
    letter = extension.evidence
    values = {
        **_shown(visit, extension),
        "records": list_records(RecordFilter(extension_id=extension_id), limit=SHOWN, cursor=cursor),
        "file": file_of(visit, letter.pk, letter.sha256) if letter else None,
        "is_first": cursor is None,
    }
    return show_shelf(request, visit, "extension.html", "extensions", values)


@require_http_methods(["GET", "POST"])
@page
def extension_revoke(request: HttpRequest, visit: Visit, extension_id: int) -> HttpResponse:
    """Take an extension back: who would turn Red, and the reason (admins)."""
    need_admin(visit.actor)
    extension, form, status = one_extension(extension_id, by=visit.actor), Form(), 200
    if request.method == "POST":
        try:
            shown, reason = request.POST.get("digest") or None, request.POST.get("reason", "")
            revoke_extension(extension_id, reason, shown=shown, by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), on_the_page(refusal)
        else:
            messages.success(request, _("Revoked. Its records are valid as they were without it."))
            return go_to(request, reverse("extension", args=[extension_id]))
    cursor = given_text(request, "cursor") or None
    values = {
        **_shown(visit, extension),
        "form": form,
        "effect": revocation_effect(extension_id, by=visit.actor, at=visit.at, limit=SHOWN, cursor=cursor),
        "address": reverse("extension_revoke", args=[extension_id]) + "?",
    }
    return show_shelf(request, visit, "extension_revoke.html", "extensions", values, status=status)


@require_GET
@page
def extended_record(request: HttpRequest, visit: Visit, number: int) -> HttpResponse:
    """Lead to the record that the ledger's entry `number` of an extension is about: alarms name it so."""
    need_reader(visit.actor)
    record_id = ExtendedRecord.objects.filter(pk=number).values_list("record_id", flat=True).first()
    if record_id is None:
        raise NotFound("extended record", number)
    return go_to(request, reverse("record_sheet", args=[record_id]))


def _shown(visit: Visit, extension: ValidityExtension) -> Mapping[str, Any]:
    people = (extension.made_by_id, extension.revoked_by_id)
    return {
        "extension": extension,
        "title": course_titles().get(extension.course_id, {}),
        "state": _state(extension, visit),
        "days_words": days_words,
        "names": user_names(pk for pk in people if pk is not None),
    }


def _state(extension: ValidityExtension, visit: Visit) -> State:
    if extension.revoked_at is not None:
        return State("none", _("Revoked"))
    return State("green", _("In force")) if extension.until >= visit.today else State("none", _("Over"))


def days_words(extension: ValidityExtension) -> str:
    """Return which records an extension was made for, without its days."""
    return _("run out") if extension.days_of == DaysOf.EXPIRES_ON else _("completed")


urlpatterns = [
    path("library/extensions", extensions_page, name="extensions"),
    path("library/extensions/new", extension_new, name="extension_new"),
    path("library/extensions/<int:extension_id>", extension_page, name="extension"),
    path("library/extensions/<int:extension_id>/revoke", extension_revoke, name="extension_revoke"),
    path("library/extensions/records/<int:number>", extended_record, name="extended_record"),
]
