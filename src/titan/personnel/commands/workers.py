"""Workers: make, change, anonymise (domain.md §4). Nobody is ever deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from titan.accounts.commands import erase_login
from titan.accounts.models import User
from titan.core import settings
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.command import command, nothing_changed, say, touch
from titan.core.erasing import Person, erase_everywhere
from titan.core.errors import Conflict, Forbidden, NotFound, invalid
from titan.core.expected import need_expected
from titan.core.given import Wrong, given_in, is_id, possible_ids
from titan.core.language import _
from titan.core.lock import Subject, lock_alone
from titan.core.models import RememberedAnswer
from titan.core.permit import need_admin, need_role
from titan.core.text import search_key
from titan.ledger.commands import append_now, enter
from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType, PersonKey
from titan.personnel.commands.assignments import keep_history
from titan.personnel.commands.forgetting import forget_found_names
from titan.personnel.commands.identity import IDENTIFYING, restating
from titan.personnel.models import Area, AreaAssignment, Company, Worker, WorkerStatus
from titan.personnel.models import Role as WorkerRole
from titan.personnel.rules import (
    PERSONAL,
    RESERVED,
    AreaGiven,
    WorkerChanges,
    WorkerFields,
    changed_fields,
    checked_worker,
    circle_under,
    with_anchors,
    with_changes,
)

REASON_LIMIT = 2_000
COLUMNS = tuple(name for name in WorkerFields.__dataclass_fields__ if name != "areas")
# Verdicts are sorted by name and counted by company.
VERDICT_FIELDS = {
    *("status", "role_id", "role_assigned_on", "areas"),
    *("company_id", "first_name", "last_name", "employee_id"),
}


@command
def create_worker(fields: WorkerFields, *, by: Actor, at: datetime) -> int:
    """Make a worker with role, areas and status; return the id.

    Anchors not given are the site's today. Raises Invalid with every wrong field; linking a login needs
    a super admin.
    """
    need_admin(by)
    _may_link(None, fields, by)
    wrong = Wrong()
    today = settings.current().today(at)
    fields = checked_worker(fields, wrong, today=today)
    _check_references(None, None, fields, wrong)
    wrong.refuse()
    fields = with_anchors(fields, today)
    worker = Worker.objects.create(**_columns(fields), created_at=at)
    keep_history(worker.pk, None, fields, at=at)
    touch([worker.pk])
    say("worker.created", "worker", worker.pk, after=_plain(fields, changed_fields(_NOBODY, fields)))
    return worker.pk


@command
def update_worker(
    worker_id: int,
    changes: WorkerChanges,
    *,
    reason: str = "",
    expected: WorkerChanges | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Change some of what a worker has; histories are kept, verdicts follow.

    reason: why, for the audit log. expected: what the editor saw. Raises Invalid with every wrong field, Conflict
    WORKER_ANONYMISED, or STALE when the worker is no more what the editor saw.
    """
    need_admin(by)
    if "supervisor_id" in given_in(changes):
        lock_alone(Subject.SUPERVISORS)
    worker = _locked(worker_id)
    before = _fields(worker)
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    after = with_changes(before, changes)
    _may_link(before, after, by)
    today = settings.current().today(at)
    after = checked_worker(after, wrong, today=today, before=before)
    _check_references(worker_id, before, after, wrong)
    wrong.refuse()
    after = with_anchors(after, today)
    if worker.anonymised_at is not None:
        raise Conflict(
            "WORKER_ANONYMISED",
            _("Worker %(worker)s was anonymised and does not change any more.") % {"worker": worker_id},
        )
    changed = changed_fields(before, after)
    if not changed:
        nothing_changed()
        return
    seen = with_anchors(with_changes(before, expected or WorkerChanges()), today)
    need_expected(vars(before), vars(seen), _("worker %(worker)s") % {"worker": worker_id})
    with restating([worker_id], by=by, at=at) if IDENTIFYING & set(changed) else nullcontext():
        _store(worker, after, changed)
    keep_history(worker_id, before, after, at=at)
    if VERDICT_FIELDS & set(changed) and WorkerStatus.ACTIVE in {before.status, after.status}:
        touch([worker_id])
    say(
        "worker.updated",
        "worker",
        worker_id,
        before=_plain(before, changed, names=False),
        after=_plain(after, changed),
        reason=reason,
    )


@command
def anonymise_worker(worker_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Erase who a worker was, for good; records stay linked to the nameless worker (domain.md §4).

    Raises Forbidden unless super admin, Conflict ALREADY_ANONYMISED or WORKER_ACTIVE. A reason is required.
    """
    need_role(by, Role.SUPER_ADMIN)
    worker = _locked(worker_id)
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, required=True, lines=True)
    wrong.refuse()
    if worker.anonymised_at is not None:
        raise Conflict("ALREADY_ANONYMISED", _("Worker %(worker)s was anonymised already.") % {"worker": worker_id})
    if worker.status == WorkerStatus.ACTIVE:
        raise Conflict("WORKER_ACTIVE", _("Only a worker who is not active can be anonymised: end their work first."))
    person = _person(worker)
    _need_nameless(reason, person)
    linked, worker.user = worker.user_id, None
    # First of all: only then do the guards let anything be blanked.
    worker.anonymised_at = at
    worker.save(update_fields=["anonymised_at", "user"])
    erase_everywhere(person)
    _forget_answers(person)
    if linked is not None:
        erase_login(linked, by=by, at=at)
    enter([NewLeaf(LeafType.ERASED, {}, at, by.user_id, worker_id, worker_id)])
    # While the key and the identity that it commits to are still there.
    append_now()
    PersonKey.objects.filter(pk=worker_id).delete()
    worker.employee_id = f"{RESERVED}{worker_id}"
    worker.first_name, worker.last_name = "", "Anonymised"
    worker.email = worker.phone = ""
    worker.start_date = worker.end_date = None
    worker.former_identities = None
    worker.save()
    forget_found_names()
    say("worker.anonymised", "worker", worker_id, after={"personal_fields": list(PERSONAL)}, reason=reason)


def _person(worker: Worker) -> Person:
    former = [(one["employee_id"], one["name"]) for one in worker.former_identities or []]
    names = [(worker.employee_id, f"{worker.first_name} {worker.last_name}"), *former]
    words = {word for badge, name in names for word in (badge, name, *name.split())}
    words |= {worker.first_name, worker.last_name, worker.email, worker.phone}
    return Person(worker.pk, tuple(sorted(word for word in words if len(word) > 1)))


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


_NOBODY = WorkerFields(employee_id="", first_name="", company_id=0, status="")


def _locked(worker_id: int) -> Worker:
    worker = Worker.objects.select_for_update(no_key=True).filter(pk=worker_id).first()
    if worker is None:
        raise NotFound("worker", worker_id)
    return worker


def _fields(worker: Worker) -> WorkerFields:
    held = AreaAssignment.objects.filter(worker=worker, until=None).order_by("area_id")
    areas = tuple(AreaGiven(area_id, day) for area_id, day in held.values_list("area_id", "assigned_on"))
    return WorkerFields(**{name: getattr(worker, name) for name in COLUMNS}, areas=areas)


def _columns(fields: WorkerFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in COLUMNS}


def _store(worker: Worker, fields: WorkerFields, changed: Iterable[str]) -> None:
    columns = [name for name in changed if name in COLUMNS]
    for name in columns:
        setattr(worker, name, getattr(fields, name))
    if columns:
        worker.save(update_fields=[*columns, "name_key", "search_key"])


def _may_link(before: WorkerFields | None, after: WorkerFields, by: Actor) -> None:
    if after.user_id != (before.user_id if before else None) and by.role is not Role.SUPER_ADMIN:
        raise Forbidden(_("Only a super admin links a login to a worker: leave user_id out."))


def _check_references(worker_id: int | None, before: WorkerFields | None, after: WorkerFields, wrong: Wrong) -> None:
    """Report changed references to what does not exist, badges and logins in use, a circle of supervisors."""
    changed = set(changed_fields(before or _NOBODY, after))
    others = Worker.objects.exclude(pk=worker_id or 0)
    if "employee_id" in changed and others.filter(employee_id=after.employee_id).exists():
        wrong.add(
            "employee_id",
            "NOT_UNIQUE",
            _("The badge %(badge)s belongs to another worker.") % {"badge": after.employee_id},
        )
    if "company_id" in changed and not Company.objects.filter(pk=after.company_id).exists():
        wrong.add("company_id", "UNKNOWN", _("There is no company %(company)s.") % {"company": after.company_id})
    if "role_id" in changed and after.role_id is not None and not _role_exists(after.role_id):
        wrong.add("role_id", "UNKNOWN", _("There is no role %(role)s.") % {"role": after.role_id})
    if "user_id" in changed and after.user_id is not None:
        _check_login(after.user_id, others, wrong)
    if "areas" in changed:
        _check_areas(after.areas, wrong)
    if "supervisor_id" in changed and after.supervisor_id is not None:
        _check_supervisor(worker_id, after.supervisor_id, wrong)


def _role_exists(role_id: int) -> bool:
    return WorkerRole.objects.filter(pk=role_id).exists()


def _check_areas(areas: Iterable[AreaGiven], wrong: Wrong) -> None:
    wanted = possible_ids(area.area_id for area in areas)
    known = set(Area.objects.filter(pk__in=id_set(wanted)).values_list("id", flat=True))
    for index, area in enumerate(areas):
        if area.area_id not in known:
            wrong.add(f"areas.{index}.area_id", "UNKNOWN", _("There is no area %(area)s.") % {"area": area.area_id})


def _check_login(user_id: int, others: QuerySet[Worker], wrong: Wrong) -> None:
    if not User.objects.filter(pk=user_id).exists():
        wrong.add("user_id", "UNKNOWN", _("There is no login %(user)s.") % {"user": user_id})
    elif others.filter(user_id=user_id).exists():
        wrong.add("user_id", "NOT_UNIQUE", _("The login %(user)s belongs to another worker.") % {"user": user_id})


def _check_supervisor(worker_id: int | None, supervisor_id: int, wrong: Wrong) -> None:
    """Report an unknown supervisor, oneself, and a circle, by badges (domain.md §4)."""
    chain = _chain(supervisor_id) if is_id(supervisor_id) else []
    if not chain:
        wrong.add("supervisor_id", "UNKNOWN", _("There is no worker %(supervisor)s.") % {"supervisor": supervisor_id})
        return
    parents = {pk: above for pk, _, above in chain}
    circle = worker_id and circle_under(worker_id, supervisor_id, parents)
    if circle:
        badges = {pk: badge for pk, badge, _ in chain}
        way = " → ".join(badges[step] for step in circle)
        wrong.add("supervisor_id", "CIRCLE", _("Nobody can be their own supervisor: %(way)s.") % {"way": way})


def _chain(worker_id: int) -> list[tuple[int, str, int | None]]:
    """Return the worker and everyone above them, each with badge and supervisor (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE chain(id, employee_id, supervisor_id) AS (
                SELECT id, employee_id, supervisor_id FROM personnel_worker WHERE id = %s
                UNION
                SELECT w.id, w.employee_id, w.supervisor_id
                FROM personnel_worker w JOIN chain c ON w.id = c.supervisor_id
            ) SELECT id, employee_id, supervisor_id FROM chain""",
            [worker_id],
        )
        return list(cursor.fetchall())


def _plain(fields: WorkerFields, changed: Iterable[str], *, names: bool = True) -> dict[str, Any]:
    """Return the `changed` fields for the audit log: of what identifies a person only that it changed."""
    plain: dict[str, Any] = {}
    for name in changed:
        value = getattr(fields, name)
        if name == "areas":
            plain[name] = [{"area_id": held.area_id, "assigned_on": _iso(held.assigned_on)} for held in value]
        elif name not in PERSONAL:
            plain[name] = _iso(value) if isinstance(value, date) else value
    personal = [name for name in changed if name in PERSONAL]
    return {**plain, "personal_fields": personal} if names and personal else plain


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
