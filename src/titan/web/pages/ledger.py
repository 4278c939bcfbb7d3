"""The ledger: how far it goes, who signed it, what is wrong, and verifying everything while one looks on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from titan.accounts.queries import user_names
from titan.core.errors import Conflict, NotFound
from titan.ledger.alarms import open_alarms
from titan.ledger.models import LeafType
from titan.ledger.queries.checkpoints import newest_checkpoint, vkeys
from titan.ledger.queries.entries import ABOUT, Entry, head, list_entries, need_ledger_reader
from titan.ledger.verifying.runs import VerificationView, ask_verification, list_verifications, one_verification
from titan.web.shown import maybe_url
from titan.web.visit import Visit, go_to, is_htmx, page, part, show

ENTRIES_SHOWN, RUNS_SHOWN, PROBLEMS_SHOWN = 20, 10, 50
SAYS = {"record_id": ("record", "record_sheet"), "competency_id": ("competency", "competency_sheet")}
"""Under which key a leaf says its number, and the page about it."""

PLACES = {
    "extended_record": "extended_record",
    "validity_extension": "extension",
    "training_record": "record_sheet",
    "competency_record": "competency_sheet",
    "session": "session",
    "worker": "worker",
    "evidence": "evidence",
}


@dataclass(frozen=True)
class EntryLine:
    """One entry of the list: what it says happened, and where to read on."""

    entry: Entry
    words: str
    about: str
    address: str


@require_GET
@page
def ledger_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """State, alarms, verification, its history, and the newest entries."""
    need_ledger_reader(visit.actor)
    newest = newest_checkpoint()
    entries = list_entries(by=visit.actor, limit=ENTRIES_SHOWN)
    keys = [str(key) for key in vkeys()]
    values = {
        "head": head(),
        "signed": newest,
        "keys": keys[::-1],
        "entries": [_line(one) for one in entries.items],
        **_verification(visit),
    }
    return show(request, visit, "ledger/ledger.html", values)


@require_GET
@page
def ledger_verification(request: HttpRequest, visit: Visit) -> HttpResponse:
    """How the verification goes: asked again and again while one runs."""
    need_ledger_reader(visit.actor)
    return part(request, visit, "ledger/_verification.html", _verification(visit))


@require_POST
@page
def ledger_verify(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask for a verification of everything; of two who ask at once, both see the same one."""
    try:
        ask_verification(by=visit.actor, at=visit.at)
    except Conflict as refusal:
        if refusal.code != "VERIFICATION_RUNNING":
            raise
    if not is_htmx(request):
        return go_to(request, reverse("ledger"))
    return part(request, visit, "ledger/_verification.html", _verification(visit))


@require_GET
@page
def ledger_checkpoint(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest checkpoint as a file, to be kept somewhere else."""
    need_ledger_reader(visit.actor)
    newest = newest_checkpoint()
    if newest is None:
        raise NotFound("checkpoint", "newest")
    answer = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="checkpoint-{newest.size}.txt"'
    return answer


def _verification(visit: Visit) -> dict[str, Any]:
    runs = list_verifications(by=visit.actor, at=visit.at, limit=RUNS_SHOWN).items
    running = next((one for one in runs if one.is_running), None)
    last = one_verification(runs[0].id, by=visit.actor, at=visit.at) if runs else None
    alarms = open_alarms()
    return {
        "alarms": alarms,
        "places": {alarm.pk: _place(alarm.entity, alarm.entity_id) for alarm in alarms},
        "alarm_words": {"LEDGER": _("Ledger"), "GUARD": _("Guard"), "EVIDENCE": _("Evidence")},
        "running": running,
        "last": last,
        "runs": [(one, _state(one)) for one in runs],
        "askers": user_names({one.asked_by_id for one in runs if one.asked_by_id is not None}),
        # What raised an alarm stands above.
        "problems": [one for one in last.problems if not one["kind"]][:PROBLEMS_SHOWN] if last and not running else [],
    }


def _place(entity: str, entity_id: int | None) -> str:
    """Return the address of the page about a thing, empty when there is none."""
    return maybe_url(PLACES[entity], entity_id) if entity in PLACES and entity_id is not None else ""


def _state(run: VerificationView) -> tuple[str, str]:
    """Return the colour and the words of how a run stands."""
    if run.state == "FINISHED":
        return ("red", _("Something is wrong")) if run.found else ("green", _("All is right"))
    return {
        "WAITING": ("blue", _("Waits to begin")),
        "RUNNING": ("blue", _("Is running")),
        "FAILED": ("amber", _("Broke off")),
        "INTERRUPTED": ("amber", _("Interrupted")),
    }[run.state.value]


def _line(entry: Entry) -> EntryLine:
    number, name = _about(entry)
    address = maybe_url(name, number) if name and number else ""
    return EntryLine(entry, _words().get(entry.type, entry.type), f"#{number}" if number else "", address)


def _about(entry: Entry) -> tuple[int | None, str]:
    said = entry.said
    for column, (key, name) in SAYS.items():
        if entry.type in ABOUT[column]:
            return said.get(key), name
    if entry.type in {LeafType.EXTENDED, LeafType.EXTENSION_WITHDRAWN}:
        return said.get("record"), "record_sheet"
    return (said.get("session"), "session") if entry.type in ABOUT["session_id"] else (None, "")


def _words() -> dict[str, str]:
    return {
        LeafType.RECORD: _("Record written"),
        LeafType.COMPETENCY_OPENED: _("Pass waits for sign-off"),
        LeafType.COMPETENCY_DECIDED: _("Sign-off decided"),
        LeafType.COMPETENCY_WITHDRAWN: _("Sign-off withdrawn"),
        LeafType.REVOKED: _("Record revoked"),
        LeafType.CORRECTED: _("Record corrected"),
        LeafType.FINALIZED: _("Session finalized"),
        LeafType.EXTENDED: _("Validity extended"),
        LeafType.EXTENSION_WITHDRAWN: _("Extension withdrawn"),
        LeafType.SUPERSEDED: _("Sheet replaced"),
        LeafType.RESTATED: _("Somebody's name, badge or company changed"),
        LeafType.MERGED: _("Two entries of one person put together"),
        LeafType.ERASED: _("Somebody was erased"),
        LeafType.KEY: _("Key announced"),
        LeafType.EPOCH: _("Ledger opened"),
    }


urlpatterns = [
    path("ledger", ledger_page, name="ledger"),
    path("ledger/verification", ledger_verification, name="ledger_verification"),
    path("ledger/verify", ledger_verify, name="ledger_verify"),
    path("ledger/checkpoint", ledger_checkpoint, name="ledger_checkpoint"),
]
