"""From Draft to Proof over HTTP, with nothing but a token: what another program would do."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from tests import cast
from tests.api.classroom import TOMORROW, Classroom, need_invalid, pdf, upload
from tests.api.client import body_of, need_problem
from tests.api.test_lists import walk
from tests.compliance.invariant import verdict_equals_rebuild
from tests.training.acting import settle
from titan.core import clock
from titan.core.actor import Role
from titan.ledger.models import Leaf, LeafType


def test_twenty_red_workers_one_class_eighteen_green(room: Classroom) -> None:
    admin, teacher, auditor = room.admin, room.teacher, room.clients[Role.AUDITOR]
    job = room.workers[0].role
    for number in range(17):
        cast.make_worker(role=job, last_name=f"Worker {number:02}")
    settle()

    assert body_of(admin.get("/compliance/summary"))["counts"]["NON_COMPLIANT"] == 20

    draft = body_of(admin.post("/sessions", {"course_id": room.course.pk}, Idempotency_Key="draft"))
    path = f"/sessions/{draft['id']}"
    need_invalid(admin.post(f"{path}/schedule", {}))
    unqualified = room.plan(trainer_id=room.stranger.pk)
    need_problem(admin.post(f"{path}/schedule", unqualified), 409, "TRAINER_NOT_QUALIFIED")
    neighbour = room.planned(trainer=cast.make_trainer(room.course))
    problem = need_problem(admin.post(f"{path}/schedule", room.plan()), 409, "SOFT_BLOCKED")
    assert [block["subject"] for block in problem["warnings"]] == [f"session:{neighbour.pk}"]
    override = [block["code"] for block in problem["warnings"]]
    assert admin.post(f"{path}/schedule", room.plan(override=override)).status_code == 200

    suggested = walk(admin, f"{path}/suggestions", 50)
    people = [item["worker"]["id"] for item in suggested if item["group"] == "RED"]
    assert len(people) == 20
    invited = body_of(admin.post(f"{path}/attendees", {"worker_ids": people}))
    assert (invited["added"], [block["code"] for block in invited["warnings"]]) == (20, override)
    problem = need_problem(admin.get(f"{path}/finalize"), 409, "NOT_READY")
    assert {error["code"] for error in problem["errors"]} == {
        *("NOT_ENDED", "EVIDENCE_MISSING", "NOBODY_ATTENDED", "MARK_MISSING")
    }

    room.clock.shift(timedelta(hours=26))
    marks: list[dict[str, Any]] = [{"worker_id": person, "status": "ATTENDED"} for person in people[:18]]
    assert teacher.patch(f"{path}/attendance", {"attendees": marks}).status_code == 200
    absent = [{"worker_id": person, "status": "NO_SHOW"} for person in people[18:]]
    passed = [{"worker_id": person, "result": "PASSED"} for person in people[:18]]
    assert teacher.patch(f"{path}/attendance", {"attendees": absent + passed}).status_code == 200
    name, content = pdf("twenty names, eighteen signatures")
    evidence = body_of(upload(teacher, f"{path}/evidence", (name, content)))
    assert evidence["sha256"] == hashlib.sha256(content).hexdigest()
    need_problem(teacher.post(f"{path}/finalize"), 403, "FORBIDDEN")

    expected = body_of(admin.get(f"{path}/finalize"))
    answer = admin.post(f"{path}/finalize", Idempotency_Key="finalize")
    assert answer.status_code == 200
    receipt = body_of(answer)
    assert receipt == {
        "session_id": draft["id"],
        "finalized_at": "2026-11-23T11:00:00+04:00",
        "training_records": 18,
        "failed": 0,
        "competency_pending": 0,
        "no_show": 2,
        "turned_green": 18,
        "fully_green": 18,
        "evidence_sha256": evidence["sha256"],
        "ledger_entry": Leaf.objects.get(type=LeafType.FINALIZED).pk,
    }
    known_then = {"finalized_at": receipt["finalized_at"], "ledger_entry": receipt["ledger_entry"]}
    assert expected | known_then == receipt
    assert body_of(admin.post(f"{path}/finalize", Idempotency_Key="finalize")) == receipt
    assert need_problem(admin.post(f"{path}/finalize"), 409, "ALREADY_FINALIZED")["outcome"] == receipt

    counts = body_of(admin.get("/compliance/summary"))["counts"]
    assert (counts["NON_COMPLIANT"], counts["COMPLIANT"]) == (2, 18)
    records = walk(auditor, "/records", 7)
    assert {record["worker"]["id"] for record in records} == set(people[:18])
    assert {(record["evidence_sha256"], record["session_id"]) for record in records} == {
        (evidence["sha256"], draft["id"])
    }
    proof = auditor.get(f"{path}/evidence/file")
    assert hashlib.sha256(b"".join(proof.streaming_content)).hexdigest() == evidence["sha256"]  # type: ignore[attr-defined]
    told = [event["action"] for event in walk(auditor, "/audit", 100) if event["entity"] == "session"]
    assert told[::-1] == [
        "session.created",
        "session.soft_blocks_overridden",
        "session.scheduled",
        "session.workers_invited",
        *["session.attendance_marked"] * 38,
        "session.evidence_attached",
        "session.finalized",
    ]
    verdict_equals_rebuild(clock.now())
    assert body_of(admin.get(path))["slots"] == [TOMORROW]
