"""Edits of extensions of validity and of the records that they extend."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, Named, sql
from tests.ledger.verifying.edits.rows import changed_column
from tests.ledger.verifying.edits.values import another, moved

EXTENDED = ("extension_id", "record_id", "position", "id")
EXTENSION = (
    *("course_id", "days_of", "first_day", "last_day", "until", "reference", "decided_on", "reason", "evidence_id"),
    *("records", "made_at", "made_by_id", "revoked_at", "revoked_by_id", "revoke_reason", "id"),
)


def extension(column: str) -> Callable[[Random], Edit]:
    """Return the edit of an extension's own row: it, or what its records' leaves say, is named."""

    def make(random: Random) -> Edit:
        where = "1 = 1"
        if column in {"revoked_at", "revoke_reason", "revoked_by_id"}:
            where = "revoked_at IS NOT NULL"
        rows = sql(f"SELECT id, {column} FROM records_validityextension WHERE {where} ORDER BY id")
        if not rows:
            raise ImpossibleError
        pk, old = random.choice(rows)
        named = _about(pk)
        if column == "revoked_at" and random.random() < 0.5:
            # In force again, as if it had never been taken back.
            sql(
                "UPDATE records_validityextension SET revoked_at = NULL, revoked_by_id = NULL, revoke_reason = ''"
                " WHERE id = %s",
                pk,
            )
        else:
            new = another(random, "records_validityextension", column, old)
            sql(f"UPDATE records_validityextension SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"extension {pk}: {column} was {old!r}", named)

    return make


def _about(extension: int) -> Named:
    """Return an extension, its places in the ledger and its records, as alarms may name them."""
    rows = sql("SELECT id, record_id FROM records_extendedrecord WHERE extension_id = %s", extension)
    named: Named = {("extended_record", pk) for pk, _record in rows}
    return {("validity_extension", extension), *named, *(("training_record", record) for _pk, record in rows)}


def lost_extension(random: Random) -> Edit:
    """An extension is gone, and each of its records as short as it was: as if it had never been."""
    pk = random.choice(sql("SELECT id FROM records_validityextension ORDER BY id"))[0]
    named = _about(pk)
    sql("DELETE FROM records_extendedrecord WHERE extension_id = %s", pk)
    sql("DELETE FROM records_validityextension WHERE id = %s", pk)
    for entity, record in named:
        if entity == "training_record":
            sql("UPDATE records_trainingrecord SET valid_until = expires_on WHERE id = %s", record)
    return Edit(f"extension {pk} is gone", named)


def ended_extension(random: Random) -> Edit:
    """An extension that is in force stands there as taken back."""
    found = sql("SELECT id, made_at FROM records_validityextension WHERE revoked_at IS NULL ORDER BY id")
    if not found:
        raise ImpossibleError
    pk, made = random.choice(found)
    sql(
        "UPDATE records_validityextension SET revoked_at = %s, revoked_by_id = 7, revoke_reason = 'So it is'"
        " WHERE id = %s",
        *(moved(made), pk),
    )
    return Edit(f"extension {pk} is taken back", _about(pk))


def lost_extended(random: Random) -> Edit:
    """One record is taken out of an extension."""
    pk, extension = random.choice(sql("SELECT id, extension_id FROM records_extendedrecord ORDER BY id"))
    sql("DELETE FROM records_extendedrecord WHERE id = %s", pk)
    return Edit(f"extended record {pk} of {extension} is gone", {("extended_record", pk)})


def forged_extension(random: Random) -> Edit:
    """A record is valid longer by an extension that nobody decided, with everything that belongs to one."""
    pk, course = random.choice(
        sql("SELECT id, course_id FROM records_trainingrecord WHERE expires_on IS NOT NULL ORDER BY id")
    )
    new = 700_000 + random.randint(1, 999)
    sql(
        "INSERT INTO records_validityextension (id, course_id, days_of, first_day, last_day, until, reference,"
        " decided_on, reason, evidence_id, records, made_at, made_by_id, revoked_at, revoked_by_id, revoke_reason)"
        " VALUES (%s, %s, 'EXPIRES_ON', '2020-01-01', '2035-01-01', '2036-05-05', 'Order 9', '2026-11-01', 'So it is',"
        " NULL, 1, %s, 7, NULL, NULL, '')",
        *(new, course, "2026-11-20 08:00:00+00:00"),
    )
    sql(
        "INSERT INTO records_extendedrecord (id, extension_id, record_id, position) VALUES (%s, %s, %s, 1)",
        new,
        new,
        pk,
    )
    sql("UPDATE records_trainingrecord SET valid_until = '2036-05-05' WHERE id = %s", pk)
    return Edit(f"extension {new} of record {pk} is forged", {("extended_record", new)})


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(extension(column) for column in EXTENSION),
    *(changed_column("records_extendedrecord", "extended_record", column) for column in EXTENDED),
    lost_extension,
    ended_extension,
    lost_extended,
    forged_extension,
)
