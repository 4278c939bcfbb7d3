"""Erasing who somebody was, with all rows that turned out to be them (domain.md §4, docs/threat-model.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from titan.accounts.commands import erase_login
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set, update_rows
from titan.core.command import Said, command, say_all
from titan.core.erasing import Person, erase_everywhere
from titan.core.errors import Conflict, NotFound, invalid
from titan.core.given import Wrong, is_id
from titan.core.language import _
from titan.core.models import RememberedAnswer
from titan.core.permit import need_role
from titan.core.text import search_key
from titan.ledger.commands import append_now, enter
from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType, PersonKey
from titan.personnel.commands.forgetting import forget_found_names
from titan.personnel.commands.storing import REASON_LIMIT
from titan.personnel.models import Worker, WorkerStatus, worker_keys
from titan.personnel.queries.merged import merged_into, need_unmerged
from titan.personnel.rules import PERSONAL, RESERVED

LAST_NAME = "Anonymised"


@command
def anonymise_worker(worker_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Erase who a worker was, for good; records stay linked to the nameless worker (domain.md §4).

    Who was merged into them is erased with them: they are one person. Raises Forbidden unless super admin, Conflict
    ALREADY_ANONYMISED, WORKER_ACTIVE, or WORKER_MERGED for a row that is somebody else by now. A reason is required.
    """
    need_role(by, Role.SUPER_ADMIN)
    rows = _locked(worker_id)
    worker = rows[0]
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, required=True, lines=True)
    wrong.refuse()
    need_unmerged(worker)
    if worker.anonymised_at is not None:
        raise Conflict("ALREADY_ANONYMISED", _("Worker %(worker)s was anonymised already.") % {"worker": worker_id})
    if worker.status == WorkerStatus.ACTIVE:
        raise Conflict("WORKER_ACTIVE", _("Only a worker who is not active can be anonymised: end their work first."))
    person = _person(rows)
    _need_nameless(reason, person)
    linked = worker.user_id
    # First of all: only then do the guards let anything be blanked.
    update_rows(Worker, [{"id": row.pk, "anonymised_at": at, "user_id": None} for row in rows])
    erase_everywhere(person)
    _forget_answers(person)
    if linked is not None:
        erase_login(linked, by=by, at=at)
    enter(NewLeaf(LeafType.ERASED, {}, at, by.user_id, pk, pk) for pk in person.worker_ids)
    # While the keys and the identities that they commit to are still there.
    append_now()
    PersonKey.objects.filter(pk__in=id_set(person.worker_ids)).delete()
    _blank(rows)
    forget_found_names()
    told = {"personal_fields": list(PERSONAL)}
    say_all(Said("worker.anonymised", "worker", pk, after=told, reason=reason) for pk in person.worker_ids)


def _locked(worker_id: int) -> list[Worker]:
    """Return the worker and then everybody merged into them, locked in the order of their ids; raise NotFound."""
    wanted = [worker_id, *merged_into([worker_id]).get(worker_id, [])] if is_id(worker_id) else []
    rows = list(Worker.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk"))
    # Somebody may have been merged into them while this waited.
    if rows and {row.pk for row in rows} != {worker_id, *merged_into([worker_id]).get(worker_id, [])}:
        return _locked(worker_id)
    found = sorted(rows, key=lambda row: row.pk != worker_id)
    if not found or found[0].pk != worker_id:
        raise NotFound("worker", worker_id)
    return found


def _person(rows: Sequence[Worker]) -> Person:
    words: set[str] = set()
    for row in rows:
        former = [(one["employee_id"], one["name"]) for one in row.former_identities or []]
        names = [(row.employee_id, f"{row.first_name} {row.last_name}"), *former]
        words |= {word for badge, name in names for word in (badge, name, *name.split())}
        words |= {row.first_name, row.last_name, row.email, row.phone}
    return Person(tuple(row.pk for row in rows), tuple(sorted(word for word in words if len(word) > 1)))


def _blank(rows: Sequence[Worker]) -> None:
    """Take everything that identifies out of these rows."""
    blanked = []
    for row in rows:
        badge = f"{RESERVED}{row.pk}"
        name_key, found_by = worker_keys(badge, "", LAST_NAME, "")
        blanked.append(
            {
                "id": row.pk,
                "employee_id": badge,
                "first_name": "",
                "last_name": LAST_NAME,
                "email": "",
                "phone": "",
                "start_date": None,
                "end_date": None,
                "former_identities": None,
                "merge_reason": "",
                "also_key": "",
                "name_key": name_key,
                "search_key": found_by,
            }
        )
    update_rows(Worker, blanked)


def _need_nameless(reason: str, person: Person) -> None:
    """Refuse a reason that names whom it is about: it stays in the audit log, when everything else is gone."""
    said = f" {search_key(reason)} "
    if any(f" {search_key(word)} " in said for word in person.words):
        raise invalid("reason", "NAMES_THE_PERSON", _("Give the reason without naming the person: it is kept."))


def _forget_answers(person: Person) -> None:
    """Delete the answers remembered for repeated requests that name `person`."""
    named = Q()
    for word in person.words:
        # As JSON writes it, with its letters as they are or as escapes.
        for spelled in {json.dumps(word), json.dumps(word, ensure_ascii=False)}:
            named |= Q(body__contains=spelled[1:-1])
    RememberedAnswer.objects.filter(named).delete()
