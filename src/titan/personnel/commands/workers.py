"""Workers: make and change (domain.md §4). Nobody is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from titan.accounts.models import User
from titan.core import settings
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.command import command, nothing_changed, say, touch
from titan.core.errors import Conflict, Forbidden
from titan.core.expected import need_expected
from titan.core.given import Wrong, given_in, possible_ids
from titan.core.language import _
from titan.core.lock import Subject, lock_alone
from titan.core.merging import WORKER_MERGED
from titan.core.permit import need_admin
from titan.personnel.commands.assignments import keep_history
from titan.personnel.commands.changing import Changed, write_changed
from titan.personnel.commands.storing import (
    NOBODY,
    REASON_LIMIT,
    chain_above,
    columns_of,
    fields_of,
    locked_worker,
    plain_fields,
)
from titan.personnel.models import Area, Company, Worker
from titan.personnel.models import Role as WorkerRole
from titan.personnel.queries.merged import badge_now, need_unmerged
from titan.personnel.rules import (
    AreaGiven,
    WorkerChanges,
    WorkerFields,
    changed_fields,
    changed_worker,
    checked_worker,
    circle_under,
    with_anchors,
    with_changes,
)


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
    worker = Worker.objects.create(**columns_of(fields), created_at=at)
    keep_history(worker.pk, None, fields, at=at)
    touch([worker.pk])
    say("worker.created", "worker", worker.pk, after=plain_fields(fields, changed_fields(NOBODY, fields)))
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
    WORKER_ANONYMISED, WORKER_MERGED, or STALE when the worker is no more what the editor saw.
    """
    need_admin(by)
    if "supervisor_id" in given_in(changes):
        lock_alone(Subject.SUPERVISORS)
    worker = locked_worker(worker_id)
    before = fields_of(worker)
    wrong = Wrong()
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, lines=True)
    today = settings.current().today(at)
    after = changed_worker(before, changes, wrong, today=today)
    _may_link(before, after, by)
    _check_references(worker_id, before, after, wrong)
    wrong.refuse()
    need_unmerged(worker)
    if worker.anonymised_at is not None:
        raise Conflict(
            "WORKER_ANONYMISED",
            _("Worker %(worker)s was anonymised and does not change any more.") % {"worker": worker_id},
        )
    if before == after:
        nothing_changed()
        return
    seen = with_anchors(with_changes(before, expected or WorkerChanges()), today)
    need_expected(vars(before), vars(seen), _("worker %(worker)s") % {"worker": worker_id})
    write_changed([Changed(worker_id, before, after, worker.also_key)], reason=reason, by=by, at=at)


def _may_link(before: WorkerFields | None, after: WorkerFields, by: Actor) -> None:
    if after.user_id != (before.user_id if before else None) and by.role is not Role.SUPER_ADMIN:
        raise Forbidden(_("Only a super admin links a login to a worker: leave user_id out."))


def _check_references(worker_id: int | None, before: WorkerFields | None, after: WorkerFields, wrong: Wrong) -> None:
    """Report changed references to what does not exist, badges and logins in use, a circle of supervisors."""
    changed = set(changed_fields(before or NOBODY, after))
    others = Worker.objects.exclude(pk=worker_id or 0)
    if "employee_id" in changed and others.filter(employee_id=after.employee_id).exists():
        wrong.add("employee_id", "NOT_UNIQUE", _taken(after.employee_id))
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


def _taken(badge: str) -> str:
    now = badge_now(badge)
    if now is not None and now.is_merged:
        return _("The badge %(badge)s is now %(now)s: open that one.") % {"badge": badge, "now": now.badge_now}
    return _("The badge %(badge)s belongs to another worker.") % {"badge": badge}


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
    chain = chain_above(supervisor_id)
    if not chain:
        wrong.add("supervisor_id", "UNKNOWN", _("There is no worker %(supervisor)s.") % {"supervisor": supervisor_id})
        return
    now = badge_now(chain[0][1])
    if now is not None and now.is_merged:
        wrong.add("supervisor_id", WORKER_MERGED, _("%(words)s Choose that one.") % {"words": now.words})
    parents = {pk: above for pk, _, above in chain}
    circle = worker_id and circle_under(worker_id, supervisor_id, parents)
    if circle:
        badges = {pk: badge for pk, badge, _ in chain}
        way = " → ".join(badges[step] for step in circle)
        wrong.add("supervisor_id", "CIRCLE", _("Nobody can be their own supervisor: %(way)s.") % {"way": way})
