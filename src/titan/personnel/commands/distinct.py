"""Saying that two workers are not the same person: remembered, and never proposed again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import connection

from titan.core.actor import Actor
from titan.core.bulk import insert_rows
from titan.core.command import Said, command, nothing_changed, say, say_all
from titan.core.errors import NotFound
from titan.core.given import Wrong, is_id
from titan.core.language import _
from titan.core.merging import Pair, Part, Way
from titan.core.permit import need_admin
from titan.personnel.models import DistinctPair, Worker
from titan.personnel.queries.merged import need_unmerged

PAIRS = "distinct_pairs"


@command
def say_distinct(worker_id: int, other_id: int, *, by: Actor, at: datetime) -> None:
    """Remember that two workers are two people. Saying it again changes nothing.

    Raises NotFound, Invalid at other_id, Conflict WORKER_MERGED.
    """
    need_admin(by)
    wanted = [pk for pk in {worker_id, other_id} if is_id(pk)]
    rows = {row.pk: row for row in Worker.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")}
    if worker_id not in rows:
        raise NotFound("worker", worker_id)
    wrong = Wrong()
    if other_id not in rows:
        wrong.add("other_id", "UNKNOWN", _("There is no worker %(worker)s.") % {"worker": other_id})
    elif other_id == worker_id:
        wrong.add("other_id", "SAME_ROW", _("This is the same row already. Choose the other one."))
    wrong.refuse()
    for row in rows.values():
        need_unmerged(row)
    low, high = sorted(rows)
    _pair, is_new = DistinctPair.objects.get_or_create(
        one_id=low, other_id=high, defaults={"said_at": at, "said_by_id": by.user_id}
    )
    if not is_new:
        nothing_changed()
        return
    say("worker.told_apart", "worker", worker_id, after={"other_id": other_id})


@command
def tell_apart(pairs: Collection[tuple[int, int]], *, by: Actor, at: datetime) -> None:
    """Remember of many pairs at once that they are two people; three statements, whatever their number.

    The caller keeps others from writing workers meanwhile, and gives no pair of which it was said already, nor
    anybody who was merged. Raises Forbidden.
    """
    need_admin(by)
    low_first = sorted({(min(pair), max(pair)) for pair in pairs})
    rows = [{"one_id": one, "other_id": other, "said_at": at, "said_by_id": by.user_id} for one, other in low_first]
    insert_rows(DistinctPair, rows, returning=())
    say_all(Said("worker.told_apart", "worker", one, after={"other_id": other}) for one, other in low_first)


def move_distinct_pairs(pair: Pair) -> Iterator[Part]:
    """Let what was said of the one who goes and somebody else hold for the one who stays: they are that person.

    A step of a merge. What was said of the two themselves stays where it is, as what somebody once thought.
    """
    table = DistinctPair._meta.db_table
    other = "CASE WHEN d.one_id = %(gone)s THEN d.other_id ELSE d.one_id END"
    mine = f"{table} d WHERE (d.one_id = %(gone)s OR d.other_id = %(gone)s) AND %(stays)s NOT IN (d.one_id, d.other_id)"
    low, high = ("LEAST", "GREATEST") if connection.vendor == "postgresql" else ("MIN", "MAX")
    params = {"gone": pair.gone_id, "stays": pair.stays_id}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {other} FROM {mine} ORDER BY 1", params)
        moved = tuple(row[0] for row in cursor.fetchall())
        cursor.execute(
            f"""INSERT INTO {table} (one_id, other_id, said_at, said_by_id)
            SELECT {low}(%(stays)s, {other}), {high}(%(stays)s, {other}), d.said_at, d.said_by_id FROM {mine}
            ON CONFLICT DO NOTHING""",
            params,
        )
        cursor.execute(f"DELETE FROM {table} WHERE id IN (SELECT d.id FROM {mine})", params)
    yield Part(PAIRS, Way.MOVED, moved)
