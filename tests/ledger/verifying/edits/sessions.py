"""Edits of finalized classes: their receipts, their lists, their sheets."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, sql
from tests.ledger.verifying.edits.rows import changed_column, lost_row
from tests.ledger.verifying.edits.values import another

SESSION = ("code", "status", "course_id", "course_version_id", "trainer_id", "evidence_id", "finalized_at")
SESSION = (*SESSION, "finalized_by_id")
SHEET, ATTACHED = ("evidence_id", "superseded_at"), ("attached_at", "attached_by_id")
"""Of a sheet that was replaced, and of the one that replaced it."""
RECEIPT = ("at", "by_id")
OUTCOME = ("training_records", "failed", "competency_pending", "no_show", "evidence_sha256", "session_id")
OUTCOME = (*OUTCOME, "finalized_at", "ledger_entry")


def outcome(name: str) -> Callable[[Random], Edit]:
    """Return the edit of one value of a receipt."""

    def make(random: Random) -> Edit:
        pk, stored = random.choice(sql("SELECT session_id, outcome FROM training_finalization ORDER BY 1"))
        told = json.loads(stored) if isinstance(stored, str) else stored
        old = told[name]
        if name == "finalized_at":
            told[name] = "2026-11-22T09:00:00+04:00"
        else:
            told[name] = old + 1 if isinstance(old, int) else f"{old}x"
        sql("UPDATE training_finalization SET outcome = %s WHERE session_id = %s", json.dumps(told), pk)
        return Edit(f"receipt of {pk}: {name} {old!r} to {told[name]!r}", {("session", pk)})

    return make


def marks(random: Random) -> Edit:
    """Somebody's attendance at a finalized class is changed."""
    pk, session, status = random.choice(
        sql(
            "SELECT a.id, a.session_id, a.status FROM training_attendee a JOIN training_finalization f"
            " ON f.session_id = a.session_id ORDER BY a.id"
        )
    )
    if status == "NO_SHOW":
        sql("UPDATE training_attendee SET status = 'ATTENDED', result = 'PASSED' WHERE id = %s", pk)
    else:
        sql(
            "UPDATE training_attendee SET status = 'NO_SHOW', result = '', score = NULL, verified = %s,"
            " method_id = NULL WHERE id = %s",
            False,
            pk,
        )
    return Edit(f"attendee {pk} of {session}", {("session", session)})


def other_result(random: Random) -> Edit:
    """Somebody who attended a finalized class passed instead of failed, or the other way round."""
    pk, session, result = random.choice(
        sql(
            "SELECT a.id, a.session_id, a.result FROM training_attendee a JOIN training_finalization f"
            " ON f.session_id = a.session_id WHERE a.status = 'ATTENDED' AND a.verified = %s ORDER BY a.id",
            False,
        )
    )
    sql("UPDATE training_attendee SET result = %s WHERE id = %s", "FAILED" if result == "PASSED" else "PASSED", pk)
    return Edit(f"attendee {pk} of {session} {result}", {("session", session)})


def sheets(column: str) -> Callable[[Random], Edit]:
    """Return the edit of a sheet that was replaced, or of the one that replaced it."""

    def make(random: Random) -> Edit:
        which = "superseded_at IS NOT NULL"
        if column in ATTACHED:
            which = (
                "EXISTS (SELECT 1 FROM training_sessionevidence o"
                " WHERE o.session_id = e.session_id AND o.superseded_at = e.attached_at)"
            )
        found = sql(f"SELECT id, session_id FROM training_sessionevidence e WHERE {which} ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, session = random.choice(found)
        if column == "gone":
            sql("DELETE FROM training_sessionevidence WHERE id = %s", pk)
        else:
            ((old,),) = sql(f"SELECT {column} FROM training_sessionevidence WHERE id = %s", pk)
            new = another(random, "training_sessionevidence", column, old)
            sql(f"UPDATE training_sessionevidence SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"sheet {pk} of session {session}: {column}", {("session", session)})

    return make


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(changed_column("training_trainingsession", "session", column, "status = 'COMPLETED'") for column in SESSION),
    *(changed_column("training_finalization", "session", column) for column in RECEIPT),
    *(outcome(name) for name in OUTCOME),
    marks,
    other_result,
    lost_row("training_finalization", "session"),
    *(sheets(column) for column in (*SHEET, *ATTACHED, "gone")),
)
