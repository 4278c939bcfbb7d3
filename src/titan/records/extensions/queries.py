"""Which records an extension is made for and until when they are valid with and without it; extensions as shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import DateField, Exists, F, Max, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from titan.catalogue.models import Course
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.given import Wrong, is_id
from titan.core.language import _
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.ledger.models import LeafType
from titan.personnel.models import Worker
from titan.records.extensions.rules import Extending, Line, check_extending
from titan.records.models import FOREVER, DaysOf, ExtendedRecord, Result, TrainingRecord, ValidityExtension

_COLUMN = {DaysOf.EXPIRES_ON: "expires_on", DaysOf.COMPLETED_ON: "completed_on"}


def check_choice(extending: Extending, wrong: Wrong, *, today: date) -> None:
    """Report everything that is wrong with the choice of records: the course, the days; at most one statement."""
    check_extending(extending, wrong, today=today)
    if not is_id(extending.course_id) or not Course.objects.filter(pk=extending.course_id).exists():
        wrong.add("course_id", "UNKNOWN", _("There is no such course."))


def lines_of(extending: Extending, *, lock: bool = False) -> list[Line]:
    """Return the records that an extension would be made for, by number; one statement.

    Passes that stand, run out before its day, and are of somebody who was not erased; those among them that an earlier
    extension gives as long already keep their day. lock: let nobody change them until the transaction ends.
    """
    days = {f"{_COLUMN[DaysOf(extending.days_of)]}__range": (extending.first_day, extending.last_day)}
    # Not joined to their workers: whoever waits for a merge would lose the records that it gave to somebody else.
    erased = Worker.objects.filter(pk=OuterRef("worker_id"), anonymised_at__isnull=False)
    found = TrainingRecord.objects.filter(
        ~Exists(erased),
        course_id=extending.course_id,
        result=Result.PASSED,
        revoked_at=None,
        expires_on__lt=extending.until,
        **days,
    )
    rows = _in_order(found, lock=lock).values_list("id", "worker_id", "valid_until")
    return [Line(pk, worker_id, until, max(until, extending.until)) for pk, worker_id, until in rows]


def lines_without(extension_id: int, *, lock: bool = False) -> list[Line]:
    """Return the records of an extension, and until when they are valid once it is revoked; one statement.

    lock: let nobody change them until the transaction ends.
    """
    made_for = ExtendedRecord.objects.filter(extension_id=extension_id).values("record_id")
    found = _in_order(TrainingRecord.objects.filter(pk__in=made_for), lock=lock)
    rows = found.annotate(becomes=lasts(without=extension_id))
    return [Line(*row) for row in rows.values_list("id", "worker_id", "valid_until", "becomes")]


def lasts(*, without: int | None = None) -> Any:
    """Return the expression of a record's last valid day: the later of its expiry and its extensions in force.

    without: the number of an extension to leave out.
    """
    own = Coalesce(F("expires_on"), Value(FOREVER), output_field=DateField())
    given = ExtendedRecord.objects.filter(record=OuterRef("pk"), extension__revoked_at=None)
    if without is not None:
        given = given.exclude(extension_id=without)
    latest = given.order_by().values("record").annotate(last=Max("extension__until")).values("last")
    return Greatest(own, Coalesce(Subquery(latest), own), output_field=DateField())


def _in_order(found: QuerySet[TrainingRecord], *, lock: bool) -> QuerySet[TrainingRecord]:
    found = found.order_by("pk")
    if lock and connection.vendor == "postgresql":
        return found.select_for_update(no_key=True, of=("self",))
    return found


# ------------------------------------------------------------------------------------------- as shown


@dataclass(frozen=True)
class RecordExtension:
    """An extension as one record tells of it. revoked_at: None while it is in force."""

    id: int
    record_id: int
    until: date
    reference: str
    decided_on: date
    reason: str
    evidence_id: int | None
    made_at: datetime
    made_by_id: int | None
    revoked_at: datetime | None
    revoked_by_id: int | None
    revoke_reason: str


_OF_EXTENSION = tuple(name for name in RecordExtension.__dataclass_fields__ if name not in {"id", "record_id"})


def extensions_of(record_ids: Iterable[int]) -> dict[int, list[RecordExtension]]:
    """Return the extensions of these records, in force or not, oldest first, by record; one statement."""
    rows = ExtendedRecord.objects.filter(record_id__in=id_set(record_ids)).order_by("extension_id")
    found: dict[int, list[RecordExtension]] = defaultdict(list)
    for row in rows.values_list("extension_id", "record_id", *(f"extension__{name}" for name in _OF_EXTENSION)):
        one = RecordExtension(*row)
        found[one.record_id].append(one)
    return dict(found)


def with_extensions(records: QuerySet[TrainingRecord]) -> QuerySet[TrainingRecord]:
    """Return `records` so that `loaded_extensions` costs nothing more for each; one statement for all of them."""
    rows = ExtendedRecord.objects.select_related("extension").order_by("extension_id")
    return records.prefetch_related(Prefetch("extended", rows))


def loaded_extensions(record: TrainingRecord) -> list[RecordExtension]:
    """Return the extensions of a record, in force or not, oldest first."""
    return [
        RecordExtension(row.extension_id, row.record_id, *(getattr(row.extension, name) for name in _OF_EXTENSION))
        for row in record.extended.all()
    ]


def last_day(record: TrainingRecord) -> date | None:
    """Return the day through which a pass is valid, its extensions counted; None: for ever, or it is no pass."""
    return None if record.valid_until == FOREVER else record.valid_until


def deciding(record: TrainingRecord, extensions: Iterable[RecordExtension]) -> RecordExtension | None:
    """Return the extension by which a record is valid past its own expiry; None when it needs none, or has none."""
    if record.expires_on is None or record.valid_until <= record.expires_on:
        return None
    return next((one for one in extensions if one.revoked_at is None and one.until == record.valid_until), None)


def list_extensions(
    *,
    by: Actor,
    course_id: int | None = None,
    revoked: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ValidityExtension]:
    """Return extensions, newest first, with course and letter (two statements). Raises Forbidden for trainers."""
    need_reader(by)
    found = ValidityExtension.objects.select_related("course", "evidence")
    if course_id is not None:
        found = found.filter(course_id=course_id)
    if revoked is not None:
        found = found.filter(revoked_at__isnull=not revoked)
    total = found.count()
    if cursor:
        found = found.filter(pk__lt=decode_cursor(cursor, int)[0])
    rows = list(found.order_by("-pk")[: limit + 1])
    more = encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None
    return Page(rows[:limit], more, total)


def one_extension(extension_id: int, *, by: Actor) -> ValidityExtension:
    """Return one extension with course and letter. Raises Forbidden for trainers, NotFound."""
    need_reader(by)
    row = ValidityExtension.objects.select_related("course", "evidence").filter(pk=extension_id).first()
    if row is None:
        raise NotFound("extension", extension_id)
    return row


def extensions_by(evidence_id: int) -> list[ValidityExtension]:
    """Return the extensions whose letter is this file of evidence, newest first; one statement."""
    return list(ValidityExtension.objects.filter(evidence_id=evidence_id).select_related("course").order_by("-pk"))


def extension_leaves(record_id: int) -> dict[LeafType, list[int]]:
    """Return the numbers under which the ledger speaks of a record's extensions, by type of leaf; one statement."""
    numbers = list(ExtendedRecord.objects.filter(record_id=record_id).values_list("pk", flat=True))
    return {LeafType.EXTENDED: numbers, LeafType.EXTENSION_WITHDRAWN: numbers}
