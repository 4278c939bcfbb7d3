"""Finalizations and superseded sheets against what the ledger says of them; every batch whole (ledger.md §1)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection

from titan.core.bulk import id_set, ids_param, ids_sql
from titan.ledger.entering import NewLeaf
from titan.ledger.models import Leaf, LeafType
from titan.ledger.rules.canonical import canonical
from titan.ledger.sql import rows
from titan.ledger.verifying.passing import Said
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.writing import VERSION, moment
from titan.records.models import CompetencyRecord, Source, TrainingRecord
from titan.records.verifying import Kind
from titan.training.leaves import SESSION, finalized_leaf, superseded_leaf
from titan.training.models import Attendance, Attendee, SessionEvidence, SessionStatus, TrainingSession
from titan.training.queries.adopted import RECEIPT, batch_of, receipts

STATE = ("session__status", "session__finalized_at", "session__finalized_by_id")


def _never(row: Any, adopted: bool) -> NewLeaf:
    raise AssertionError("A finalization is compared as a batch.")


FINALIZED = Kind(
    LeafType.FINALIZED,
    "session",
    lambda: TrainingSession.objects.filter(status=SessionStatus.COMPLETED),
    ("id",),
    _never,
)


def compare_finalized(leaves: Sequence[Said], adopted: range) -> Iterator[Problem]:
    """Yield what is wrong with finalizations: their receipt and session, and whether the batch is whole.

    adopted: the indexes of what was recorded before the ledger. Four statements.
    """
    ids = {entity_id for _index, entity_id, _data, _said in leaves if entity_id is not None}
    found = receipts().filter(pk__in=id_set(ids)).values("pk", *RECEIPT, *STATE)
    stored = {row["pk"]: row for row in found}
    marked, written = _marked(ids), _written(ids)
    ranges = _ranges(leaves)
    for index, entity_id, data, said in leaves:
        if not _is_counted(said):
            yield alarm("LEAF_UNREADABLE", "leaf", index, "it does not say what a leaf of its kind says")
            continue
        if said.get("session") != entity_id:
            yield _mislabelled(index, entity_id, said)
            continue
        row = stored.get(entity_id)
        if row is None or row["session__status"] != SessionStatus.COMPLETED:
            words = f"leaf {index} says that it was finalized, and it is not completed or has no receipt"
            yield alarm("ROW_MISSING", "session", entity_id, words)
            continue
        yield from _receipt(row, index, data, said, index in adopted)
        counts = {**marked[row["pk"]], **written[row["pk"]]}
        wrong = sorted(name for name, number in counts.items() if said.get(name) != number)
        if wrong:
            words = f"leaf {index} counts other {', '.join(wrong)} than there are"
            yield alarm("BATCH_DIFFERS", "session", entity_id, words)
        if index not in adopted:
            yield from _range(index, entity_id, said, ranges.get(index, (0, 0)))


def _mislabelled(index: int, entity_id: int | None, said: dict[str, Any]) -> Problem:
    """Return that a leaf says itself which session it is about, and another one stands beside it."""
    words = f"it is about session {said.get('session')}, and {entity_id} stands beside it"
    return alarm("LEAF_MISLABELLED", "leaf", index, words)


def _is_counted(said: dict[str, Any]) -> bool:
    """Tell whether a leaf says in numbers where its batch lies."""
    return type(said.get("leaves")) is int and type(said.get("first", "")) in {int, type(None)}


def _receipt(row: dict[str, Any], index: int, data: bytes, said: dict[str, Any], adopted: bool) -> Iterator[Problem]:
    session = {name: row[f"session__{name}"] for name in SESSION}
    outcome = row["outcome"]
    try:
        batch = batch_of(row, first=said["first"], leaves=said["leaves"])
        leaf = finalized_leaf(session, batch, at=row["at"], by_id=row["by_id"], adopted=adopted)
        told = (
            outcome["session_id"],
            outcome["evidence_sha256"],
            moment(datetime.fromisoformat(outcome["finalized_at"])),
        )
        entry = outcome.get("ledger_entry")
    except (KeyError, TypeError, ValueError):
        yield alarm("ROW_DIFFERS", "session", row["pk"], f"its receipt does not say what leaf {index} asks for")
        return
    wanted = body_of(leaf)
    wrong = sorted(name for name in wanted.keys() | said.keys() if wanted.get(name, ...) != said.get(name, ...))
    if told != (row["pk"], session["evidence__sha256"], wanted["at"]) or (not adopted and entry != index):
        wrong.append("receipt")
    if (row["session__finalized_at"], row["session__finalized_by_id"]) != (row["at"], row["by_id"]):
        wrong.append("moment of finalization")
    if wrong:
        words = f"its {', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not what leaf {index} says"
        yield alarm("ROW_DIFFERS", "session", row["pk"], words)
    elif canonical(wanted) != data:
        # Equal, and written otherwise: true for 1.
        yield alarm("LEAF_UNREADABLE", "leaf", index, "it does not say what a leaf of its kind says")


def body_of(leaf: NewLeaf) -> dict[str, Any]:
    """Return all that a leaf about nobody says."""
    return {**leaf.body, "at": moment(leaf.at), "by": leaf.by_id, "type": str(leaf.type), "v": VERSION}


def _range(index: int, session_id: int | None, said: dict[str, Any], inside: tuple[int, int]) -> Iterator[Problem]:
    """Yield unless the leaves from `first` up to this one are the whole batch. inside: its records and competencies."""
    if said["first"] is None or said["first"] + said["leaves"] != index:
        yield alarm("BATCH_DIFFERS", "session", session_id, f"leaf {index} does not close the batch before it")
    elif inside != (said.get("records"), said.get("competencies")):
        words = f"leaves {said['first']} to {index - 1} hold other records or competencies than leaf {index} counts"
        yield alarm("BATCH_DIFFERS", "session", session_id, words)


def _ranges(leaves: Sequence[Said]) -> dict[int, tuple[int, int]]:
    """Return how many leaves of each batch are about its session's records and competencies, by index of the last."""
    given = [
        {"i": index, "f": said["first"], "s": entity_id}
        for index, entity_id, _data, said in leaves
        if _is_counted(said) and said["first"] is not None and said["first"] + said["leaves"] == index
    ]
    if not given:
        return {}
    if connection.vendor == "postgresql":
        source = "jsonb_to_recordset(%s::jsonb) AS g(i bigint, f bigint, s bigint)"
    else:
        source = "(SELECT json_extract(value, '$.i') AS i, json_extract(value, '$.f') AS f,"
        source += " json_extract(value, '$.s') AS s FROM json_each(%s)) AS g"
    record, competency = TrainingRecord._meta.db_table, CompetencyRecord._meta.db_table
    found = rows(
        f"SELECT g.i, COUNT(r.id), COUNT(c.id) FROM {source}"
        f" JOIN {Leaf._meta.db_table} l ON l.leaf_index >= g.f AND l.leaf_index < g.i"
        f" LEFT JOIN {record} r ON l.type = '{LeafType.RECORD}' AND r.id = l.entity_id AND r.session_id = g.s"
        f" AND r.source = '{Source.SESSION}'"
        f" LEFT JOIN {competency} c ON l.type = '{LeafType.COMPETENCY_OPENED}' AND c.id = l.entity_id"
        " AND c.session_id = g.s GROUP BY g.i",
        [json.dumps(given)],
    )
    return {index: (records, competencies) for index, records, competencies in found}


def _marked(ids: set[int]) -> dict[int, dict[str, int]]:
    """Return how many of each class list attended, failed, and did not come."""
    table = Attendee._meta.db_table
    attended = f"status = '{Attendance.ATTENDED}'"
    found = rows(
        f"SELECT session_id, SUM(CASE WHEN {attended} THEN 1 ELSE 0 END),"
        f" SUM(CASE WHEN {attended} AND result = 'FAILED' THEN 1 ELSE 0 END),"
        f" SUM(CASE WHEN status = '{Attendance.NO_SHOW}' THEN 1 ELSE 0 END)"
        f" FROM {table} WHERE session_id IN ({ids_sql()}) GROUP BY session_id",
        [ids_param(ids)],
    )
    counts: dict[int, dict[str, int]] = defaultdict(lambda: {"present": 0, "failed": 0, "no_show": 0})
    for session_id, present, failed, no_show in found:
        counts[session_id] = {"present": int(present), "failed": int(failed), "no_show": int(no_show)}
    return counts


def _written(ids: set[int]) -> dict[int, dict[str, int]]:
    """Return how many records and competencies each finalization wrote, as they stand there."""
    record, competency = TrainingRecord._meta.db_table, CompetencyRecord._meta.db_table
    found = rows(
        f"SELECT session_id, SUM(r), SUM(c) FROM (SELECT session_id, 1 AS r, 0 AS c FROM {record}"
        f" WHERE source = '{Source.SESSION}' AND corrects_id IS NULL AND session_id IN ({ids_sql()})"
        f" UNION ALL SELECT session_id, 0, 1 FROM {competency} WHERE session_id IN ({ids_sql()})) AS w"
        " GROUP BY session_id",
        [ids_param(ids), ids_param(ids)],
    )
    counts: dict[int, dict[str, int]] = defaultdict(lambda: {"records": 0, "competencies": 0})
    for session_id, records, competencies in found:
        counts[session_id] = {"records": int(records), "competencies": int(competencies)}
    return counts


def compare_superseded(leaves: Sequence[Said]) -> Iterator[Problem]:
    """Yield leaves about replaced sheets that fit no two sheets of their session; one statement."""
    ids = {entity_id for _index, entity_id, _data, _said in leaves if entity_id is not None}
    sheets: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in (
        SessionEvidence.objects.filter(session_id__in=id_set(ids))
        .order_by("pk")
        .values(
            *("session_id", "attached_at", "attached_by_id", "superseded_at", "evidence__key", "evidence__sha256"),
        )
    ):
        sheets[row["session_id"]].append(dict(row))
    for index, entity_id, data, said in leaves:
        if said.get("session") != entity_id:
            yield _mislabelled(index, entity_id, said)
        elif data not in _replacements(sheets.get(entity_id or 0, [])):
            words = f"no two of its sheets followed each other as leaf {index} says"
            yield alarm("ROW_DIFFERS", "session", entity_id, words)


def _replacements(sheets: list[dict[str, Any]]) -> list[bytes]:
    """Return what leaves say of each sheet that another one replaced."""
    made = []
    for old, new in pairwise(sheets):
        if old["superseded_at"] == new["attached_at"]:
            leaf = superseded_leaf(
                new["session_id"],
                (old["evidence__key"], old["evidence__sha256"]),
                (new["evidence__key"], new["evidence__sha256"]),
                at=new["attached_at"],
                by_id=new["attached_by_id"],
            )
            made.append(canonical(body_of(leaf)))
    return made


def unsaid_sheets(began_at: str) -> Iterator[Problem]:
    """Yield sessions with other replaced sheets than leaves about them, since the ledger began; one statement."""
    sheet, leaf = SessionEvidence._meta.db_table, Leaf._meta.db_table
    try:
        began = datetime.fromisoformat(began_at)
    except ValueError:
        return
    since = connection.ops.adapt_datetimefield_value(began)
    for session_id, replaced, said in rows(
        f"SELECT session_id, SUM(r), SUM(s) FROM (SELECT session_id, 1 AS r, 0 AS s FROM {sheet}"
        f" WHERE superseded_at >= %s UNION ALL SELECT entity_id, 0, 1 FROM {leaf} WHERE type = '{LeafType.SUPERSEDED}')"
        " AS w GROUP BY session_id HAVING SUM(r) <> SUM(s) ORDER BY session_id",
        [since],
    ):
        words = f"{replaced} of its sheets were replaced, the ledger says {said}"
        yield alarm("NOT_IN_LEDGER", "session", session_id, words)
