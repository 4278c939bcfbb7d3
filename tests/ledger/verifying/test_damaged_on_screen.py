"""A damaged ledger is shown as it lies there: nothing breaks off, and no proof is given that proves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client

from tests.api.classroom import Classroom
from tests.api.client import body_of, need_problem
from tests.api.life import live
from tests.ledger.verifying.edits import sql, without_guards
from titan.core.actor import Role
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import Leaf, LeafType
from titan.records.models import TrainingRecord

pytestmark = pytest.mark.django_db

DAMAGES = (b"\xff\xfe", b'{"a":1}', b"")


@contextmanager
def damaged(kind: LeafType, data: bytes) -> Iterator[int]:
    """While this lasts, the newest leaf of a kind holds other bytes; yields its index."""
    index = Leaf.objects.filter(type=kind).order_by("-index").values_list("index", flat=True)[0]
    with transaction.atomic():
        sql("UPDATE ledger_leaf SET data = %s WHERE leaf_index = %s", data, index)
        yield index
        transaction.set_rollback(True)


def test_no_page_and_no_answer_breaks_off(room: Classroom) -> None:
    worker = live(room)
    sign_head()
    record = TrainingRecord.objects.filter(worker_id=worker).exclude(session_id=None).get()
    visitor, api = Client(), room.clients[Role.AUDITOR]
    visitor.force_login(room.users[Role.AUDITOR])
    pages = ("/", "/ledger", f"/workers/{worker}", f"/records/{record.pk}/sheet", f"/sessions/{record.session_id}")
    calls = ("/ledger/entries", "/ledger/checkpoint", f"/records/{record.pk}", f"/workers/{worker}/pack")
    with without_guards():
        for kind in (LeafType.RECORD, LeafType.KEY, LeafType.EPOCH, LeafType.RESTATED):
            for data in DAMAGES:
                with damaged(kind, data) as index:
                    for page in pages:
                        assert visitor.get(page).status_code == 200, (kind, data, page)
                    for call in calls:
                        answer = api.get(call)
                        assert answer.status_code == 200, (kind, data, call)
                        assert b"".join(answer) if answer.streaming else answer.content
                    shown = body_of(api.get(f"/ledger/entries/{index}"))
                    assert (shown["type"], shown["at"]) == (kind, None)
                    assert shown["is_readable"] == (data == DAMAGES[1])
                    need_problem(api.get(f"/ledger/entries/{index}/proof"), 409, "LEDGER_DAMAGED")


def test_the_ledgers_page_says_which_entry_is_damaged(room: Classroom) -> None:
    live(room)
    visitor = Client()
    visitor.force_login(room.users[Role.AUDITOR])
    with without_guards(), damaged(LeafType.RESTATED, b"x"):
        assert "Damaged" in visitor.get("/ledger").content.decode()
