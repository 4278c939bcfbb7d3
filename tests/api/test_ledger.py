"""The ledger through the API: entries, one entry, its proof, the newest checkpoint."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.api.classroom import Classroom
from tests.api.client import body_of, need_problem
from tests.api.life import live
from titan.core.actor import Role
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import Head
from titan.ledger.queries.checkpoints import vkeys
from titan.ledger.rules import notes
from titan.ledger.rules.tree import root_from_path
from titan.records.models import TrainingRecord


@pytest.fixture
def worker(room: Classroom) -> int:
    made = live(room)
    sign_head()
    return made


def test_entries_newest_first_or_from_an_index_on(room: Classroom, worker: int) -> None:
    auditor, size = room.clients[Role.AUDITOR], Head.objects.get().size
    newest = body_of(auditor.get("/ledger/entries?limit=3"))
    assert [item["index"] for item in newest["items"]] == [size - 1, size - 2, size - 3]
    more = body_of(auditor.get(f"/ledger/entries?limit=3&cursor={newest['next_cursor']}"))
    assert [item["index"] for item in more["items"]] == [size - 4, size - 5, size - 6]
    seen: list[Any] = []
    answer = body_of(auditor.get("/ledger/entries?from_index=0&limit=4"))
    while True:
        seen += answer["items"]
        if not answer["next_cursor"]:
            break
        answer = body_of(auditor.get(f"/ledger/entries?from_index=0&limit=4&cursor={answer['next_cursor']}"))
    assert [item["index"] for item in seen] == list(range(size))
    assert [item["type"] for item in seen[:2]] == ["ledger.epoch", "ledger.key"]
    for item in seen:
        assert item["leaf_hash"] == hashlib.sha256(b"\x00" + item["leaf"].encode()).hexdigest()
        assert json.loads(item["leaf"])["type"] == item["type"]


def test_what_was_said_about_a_record(room: Classroom, worker: int) -> None:
    record = TrainingRecord.objects.filter(worker_id=worker).exclude(revoked_at=None).get()
    found = body_of(room.admin.get(f"/ledger/entries?record_id={record.pk}"))["items"]
    assert [item["type"] for item in found] == ["record.revoked", "training.record"]
    assert body_of(room.admin.get(f"/records/{record.pk}"))["ledger_entry"] == found[-1]["index"]
    finalized = body_of(room.admin.get(f"/ledger/entries?session_id={record.session_id}"))["items"]
    assert [item["type"] for item in finalized] == ["session.finalized"]
    only = body_of(room.admin.get("/ledger/entries?type=subject.restated"))["items"]
    assert {item["type"] for item in only} == {"subject.restated"}


def test_a_proof_leads_to_the_checkpoint(room: Classroom, worker: int) -> None:
    auditor = room.clients[Role.AUDITOR]
    checkpoint = body_of(auditor.get("/ledger/checkpoint"))
    assert notes.is_signed_by(checkpoint["note"], notes.read_vkey(checkpoint["vkey"]))
    plain = auditor.get("/ledger/checkpoint", Accept="text/plain")
    assert plain.content.decode() == checkpoint["note"]
    for index in (0, 5, checkpoint["size"] - 1):
        entry = body_of(auditor.get(f"/ledger/entries/{index}"))
        answer = auditor.get(f"/ledger/entries/{index}/proof")
        assert answer["Content-Type"].startswith("text/plain")
        found, path, note = notes.read_proof(answer.content.decode())
        assert (found, note) == (index, checkpoint["note"])
        root = root_from_path(bytes.fromhex(entry["leaf_hash"]), index, checkpoint["size"], path)
        assert root.hex() == checkpoint["root"]
    assert base64.b64decode(str(vkeys()[-1]).split("+", 2)[2])[1:] == vkeys()[-1].public


def test_who_reads_it(room: Classroom, worker: int) -> None:
    for role in (Role.TRAINER, Role.ASSESSOR):
        for address in ("/ledger/entries", "/ledger/entries/1", "/ledger/entries/1/proof", "/ledger/checkpoint"):
            need_problem(room.clients[role].get(address), 403, "FORBIDDEN")
    need_problem(room.admin.get("/ledger/entries/999999"), 404, "NOT_FOUND")
    need_problem(room.admin.get("/ledger/entries/999999/proof"), 404, "NOT_FOUND")
    need_problem(room.admin.get("/ledger/entries?type=nothing"), 422, "INVALID")
