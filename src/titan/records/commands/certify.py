"""Issuing certificates: the paper about a record, and the token under which anybody may check it."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from titan.core.actor import Actor, Role
from titan.core.bulk import id_set, insert_rows
from titan.core.command import Said, command, nothing_changed, say_all
from titan.core.errors import NotFound
from titan.core.given import BIGGEST_ID
from titan.core.permit import need_role
from titan.records.models import Certificate, TrainingRecord
from titan.records.queries.certificates import certifiable, need_standing

TOKEN_BYTES = 16


@command
def certify(record_ids: Iterable[int], *, by: Actor, at: datetime) -> list[int]:
    """Issue the certificates of these records; return those records that had none yet.

    All or none, in a fixed number of statements. For admins, and for the trainer of a session about its records.
    Raises Forbidden, NotFound, and Conflict NOT_PASSED, RECORD_REVOKED or ANONYMISED.
    """
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
    wanted = set(record_ids)
    records = _locked({pk for pk in wanted if 0 < pk <= BIGGEST_ID}, by)
    missing = wanted - {record.pk for record in records}
    if missing:
        raise NotFound("training record", min(missing))
    need_standing(records)
    issued = set(Certificate.objects.filter(record_id__in=id_set(wanted)).values_list("record_id", flat=True))
    new = sorted(wanted - issued)
    if not new:
        nothing_changed()
        return []
    rows = [{"record_id": pk, "token": new_token(), "issued_at": at, "issued_by_id": by.user_id} for pk in new]
    made = sorted(insert_rows(Certificate, rows, returning=("id", "record_id")))
    # Not the token: whoever reads the log needs no key to the public page.
    say_all(
        Said("training_record.certificate_issued", "training_record", record_id, after={"certificate_id": pk})
        for pk, record_id in made
    )
    return new


def new_token() -> str:
    """Return 26 lowercase letters and digits of base32, made of 16 random bytes."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()


def _locked(record_ids: set[int], by: Actor) -> list[TrainingRecord]:
    """Return the records, locked so that two do not issue the same and none is revoked meanwhile."""
    records = certifiable(by).filter(pk__in=id_set(record_ids)).order_by("pk")
    if connection.vendor == "postgresql":
        # Locked alone, then read: a join that waited for the lock would show what was joined before the wait.
        list(records.select_for_update(no_key=True).values_list("pk"))
    return list(records.select_related("worker"))
