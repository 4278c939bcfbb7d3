"""Two rows are one person: what one of them has goes to the other (docs/decisions/0016-one-person-two-rows.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from titan.accounts.models import User
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.command import command, say, touch
from titan.core.errors import Conflict, FieldError, Forbidden, NotFound, SoftBlock, SoftBlocked
from titan.core.given import Wrong, is_id, possible_ids
from titan.core.language import _
from titan.core.lock import Subject, lock_alone
from titan.core.merging import Merged, Pair, Part, Way, everything_against, hold_everywhere, move_everywhere
from titan.core.permit import need_admin
from titan.core.text import search_key
from titan.ledger.commands import enter
from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType
from titan.personnel.commands.assignments import keep_history
from titan.personnel.commands.distinct import move_distinct_pairs
from titan.personnel.commands.identity import IDENTIFYING, keeping_identity
from titan.personnel.commands.storing import REASON_LIMIT, chain_above, fields_of, plain_fields, store_fields
from titan.personnel.models import Worker
from titan.personnel.queries.distinct import said_distinct
from titan.personnel.queries.merged import need_unmerged
from titan.personnel.rules import WorkerFields, buried_fields, changed_fields, circle_under, merged_fields

SAID_DISTINCT = "SAID_DISTINCT"
SOFT_CODES = frozenset({SAID_DISTINCT})
REPORTS = "reports"


@command
def merge_workers(
    gone_id: int,
    stays_id: int,
    reason: str,
    *,
    override: Collection[str] = (),
    shown: str | None = None,
    by: Actor,
    at: datetime,
) -> Merged:
    """Let the worker `gone_id` be the worker `stays_id`: one person, whose second row stays as a tombstone.

    Every record, competency and attendance of theirs goes on under the number that stays, in a fixed number of
    statements; what was written is not written anew. override: codes of soft blocks (SAID_DISTINCT). shown: the digest
    of what whoever merges was shown (Merged.digest). Raises Forbidden (OWN_WORKER for whoever is one of the two),
    NotFound, Invalid, Conflict WORKER_MERGED, WORKER_ANONYMISED, CANNOT_MERGE with all reasons, SOFT_BLOCKED,
    CHANGED_SINCE when something else would happen than was shown.
    """
    need_admin(by)
    if by.worker_id in {gone_id, stays_id}:
        raise Forbidden(_("Nobody merges the worker they are. Ask another administrator."), "OWN_WORKER")
    pair = Pair(gone_id, stays_id)
    # Reports change, and may close a circle.
    lock_alone(Subject.SUPERVISORS)
    if is_id(gone_id) and is_id(stays_id):
        hold_everywhere(pair)
    gone, stays, reason = _checked(pair, reason, override)
    for row in (gone, stays):
        need_unmerged(row)
        _need_named(row)
    had, others = fields_of(stays), fields_of(gone)
    fields = merged_fields(had, others, pair=(stays_id, gone_id))
    warnings = _accepted(pair, fields, others, had, override)
    _bury(gone, others, into=stays, reason=reason, at=at)
    _take_over(stays, had, fields, gone, at=at)
    parts = [part for part in (*_own_parts(pair), *move_everywhere(pair, by, at)) if part.ids]
    touch([gone_id, stays_id])
    merged = _told(pair, had, fields, parts, warnings)
    _enter(pair, reason, by=by, at=at)
    _say(merged, others, reason)
    if shown is not None and shown != merged.digest:
        raise Conflict("CHANGED_SINCE", _("One of the two changed since you looked. Look at what would happen again."))
    return merged


def _checked(pair: Pair, reason: str, override: Collection[str]) -> tuple[Worker, Worker, str]:
    """Return both rows, locked in the order of their ids so that merges that cross wait for each other, and the reason.

    Against everything: nothing comes to be of the one who goes while it does, and nothing is looked up twice.
    """
    wanted = possible_ids([pair.gone_id, pair.stays_id])
    rows = {row.pk: row for row in Worker.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    wrong = Wrong()
    _check_pair(pair, rows.keys(), wrong)
    for code in sorted({*override} - SOFT_CODES):
        said = {"code": code, "codes": ", ".join(sorted(SOFT_CODES))}
        wrong.add("override", "OVERRIDE_UNKNOWN", _("%(code)r is no block. Name: %(codes)s.") % said)
    reason = wrong.text("reason", reason, limit=REASON_LIMIT, required=True, lines=True)
    wrong.refuse()
    return rows[pair.gone_id], rows[pair.stays_id], reason


def need_both(gone_id: int, stays_id: int) -> None:
    """Raise NotFound for the one who goes, Invalid for the one who stays, unless both are there and are two."""
    known = Worker.objects.filter(pk__in=possible_ids([gone_id, stays_id])).values_list("pk", flat=True)
    wrong = Wrong()
    _check_pair(Pair(gone_id, stays_id), set(known), wrong)
    wrong.refuse()


def _check_pair(pair: Pair, known: Collection[int], wrong: Wrong) -> None:
    if pair.gone_id not in known:
        raise NotFound("worker", pair.gone_id)
    if pair.stays_id not in known:
        wrong.add("into_id", "UNKNOWN", _("There is no worker %(worker)s.") % {"worker": pair.stays_id})
    elif pair.gone_id == pair.stays_id:
        wrong.add("into_id", "SAME_ROW", _("This is the same row already. Choose the other one."))


def _need_named(row: Worker) -> None:
    if row.anonymised_at is not None:
        raise Conflict(
            "WORKER_ANONYMISED",
            _("Worker %(worker)s was anonymised: nobody can tell any more who that was.") % {"worker": row.pk},
        )


def _accepted(
    pair: Pair, fields: WorkerFields, others: WorkerFields, had: WorkerFields, override: Collection[str]
) -> tuple[SoftBlock, ...]:
    """Return what was acknowledged; raise Conflict with everything that speaks against the merge."""
    reasons = [*_circle(pair, fields), *_two_logins(had, others), *everything_against(pair)]
    if reasons:
        code = reasons[0].code if len(reasons) == 1 else "CANNOT_MERGE"
        raise Conflict(code, " ".join(one.message for one in reasons[:3]), errors=reasons)
    said = said_distinct(pair.gone_id, pair.stays_id)
    if said is None:
        return ()
    block = SoftBlock(SAID_DISTINCT, said.words, f"worker:{pair.gone_id}/worker:{pair.stays_id}")
    if SAID_DISTINCT not in override:
        raise SoftBlocked([block])
    return (block,)


def _circle(pair: Pair, fields: WorkerFields) -> Iterator[FieldError]:
    """Yield that somebody would come to stand above themselves, once both are one, by badges."""
    if fields.supervisor_id is None:
        return
    chain = chain_above(fields.supervisor_id)
    one = {pair.gone_id: pair.stays_id}
    parents = {one.get(pk, pk): one.get(above or 0, above) for pk, _badge, above in chain}
    way = circle_under(pair.stays_id, fields.supervisor_id, parents)
    if way:
        badges = {one.get(pk, pk): badge for pk, badge, _above in chain}
        named = {"way": " → ".join(badges.get(step, str(step)) for step in way)}
        words = _("Once they are one, somebody supervises themselves: %(way)s. Change a supervisor first.") % named
        yield FieldError("supervisor_id", "SUPERVISOR_CIRCLE", words)


def _two_logins(had: WorkerFields, others: WorkerFields) -> Iterator[FieldError]:
    if had.user_id is not None and others.user_id is not None:
        emails = User.objects.filter(pk__in=[had.user_id, others.user_id]).order_by("email")
        named = {"logins": ", ".join(emails.values_list("email", flat=True))}
        words = _("Each of them has a login (%(logins)s), and one person has one. Let a super admin unlink one first.")
        yield FieldError("user_id", "TWO_LOGINS", words % named)


def _bury(gone: Worker, others: WorkerFields, *, into: Worker, reason: str, at: datetime) -> None:
    """Make a row a tombstone, first of all: only then do the guards let anything go to the one who stays."""
    left = buried_fields(others)
    gone.merged_into, gone.merged_at, gone.merge_reason = into, at, reason
    store_fields(gone, left, changed_fields(others, left), "merged_into", "merged_at", "merge_reason")
    keep_history(gone.pk, others, left, at=at)


def _own_parts(pair: Pair) -> Iterator[Part]:
    """Move what this floor has of the one who goes, besides their own row and its histories."""
    reports = Worker.objects.filter(supervisor_id=pair.gone_id).exclude(pk=pair.stays_id)
    ids = tuple(reports.order_by("pk").values_list("pk", flat=True))
    Worker.objects.filter(pk__in=id_set(ids)).update(supervisor_id=pair.stays_id)
    yield Part(REPORTS, Way.MOVED, ids)
    yield from move_distinct_pairs(pair)


def _take_over(stays: Worker, had: WorkerFields, fields: WorkerFields, gone: Worker, *, at: datetime) -> None:
    """Write what the one who stays has from now on, and that the other one's badge and name find them."""
    changed = changed_fields(had, fields)
    stays.also_key = search_key(stays.also_key, gone.employee_id, gone.first_name, gone.last_name, gone.also_key)
    with keeping_identity([stays.pk]) if IDENTIFYING & set(changed) else nullcontext():
        store_fields(stays, fields, changed, "also_key")
    keep_history(stays.pk, had, fields, at=at)


def _enter(pair: Pair, reason: str, *, by: Actor, at: datetime) -> None:
    """Tell the ledger that the one who goes is the one who stays, and who that is: no other leaf need have said so."""
    merged = NewLeaf(
        LeafType.MERGED, {}, at, by.user_id, pair.gone_id, pair.gone_id, {"reason": reason}, into_id=pair.stays_id
    )
    enter([merged, NewLeaf(LeafType.RESTATED, {}, at, by.user_id, pair.stays_id, pair.stays_id)])


def _told(
    pair: Pair, had: WorkerFields, fields: WorkerFields, parts: list[Part], warnings: tuple[SoftBlock, ...]
) -> Merged:
    changed = changed_fields(had, fields)
    before, after = plain_fields(had, changed, names=False), plain_fields(fields, changed)
    personal = tuple(after.pop("personal_fields", ()))
    return Merged(pair, before, after, personal, tuple(parts), warnings)


def _say(merged: Merged, others: WorkerFields, reason: str) -> None:
    """Tell the audit log, at both numbers, what went where."""
    pair, rows = merged.pair, {}
    for way in Way:
        parts = {part.what: list(part.ids) for part in merged.parts if part.way is way}
        if parts:
            rows[way.value.lower()] = parts
    after: dict[str, Any] = {"merged_id": pair.gone_id, **merged.after, "rows": rows}
    if merged.personal:
        after["personal_fields"] = list(merged.personal)
    say("worker.merged", "worker", pair.stays_id, before=merged.before or None, after=after, reason=reason)
    left = buried_fields(others)
    lost = changed_fields(others, left)
    say(
        "worker.merged_away",
        "worker",
        pair.gone_id,
        before=plain_fields(others, lost, names=False) or None,
        after={**plain_fields(left, lost), "merged_into_id": pair.stays_id},
        reason=reason,
    )
