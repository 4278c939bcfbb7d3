"""Who may what with sessions, records and compliance: every endpoint, every role, one's own and somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse

from tests import cast
from tests.api.classroom import Classroom, everything, pdf, upload
from tests.api.client import ApiClient, body_of, need_problem
from tests.training.acting import PASSED, rolled_back, settle
from titan.core.actor import Role
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences.commands import propose_case
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseSubject, TrainingSession

ADMINS = {Role.SUPER_ADMIN, Role.HSE_ADMIN}
READERS = ADMINS | {Role.ASSESSOR, Role.AUDITOR}
TEACHERS = ADMINS | {Role.TRAINER}
ASSESSORS = {Role.SUPER_ADMIN, Role.ASSESSOR}
EVERYBODY = set(Role)


@dataclass(frozen=True)
class Endpoint:
    """One operation: who may, what a good request is, and what it is answered with."""

    method: str
    path: str
    may: set[Role]
    body: Any = None
    status: int = 200
    files: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def ask(self, client: ApiClient, world: dict[str, Any], body: Any = ...) -> HttpResponse:
        """Send it, with the ids and values of `world` filled in; `body` instead of the good one."""
        path = self.path.format(**world)
        good = self.body(world) if callable(self.body) else self.body
        if self.files and body is ...:
            return upload(client, path, pdf(), data=good)
        return client.send(self.method, path, good if body is ... else body)


ON_SESSIONS = [
    Endpoint("GET", "/sessions/{session}", EVERYBODY),
    Endpoint("PATCH", "/sessions/{session}", ADMINS, {"title": "Renamed"}),
    Endpoint("DELETE", "/sessions/{draft}", ADMINS, status=204),
    Endpoint("POST", "/sessions/{draft}/schedule", ADMINS, lambda world: world["plan"]),
    Endpoint("POST", "/sessions/{session}/cancel", ADMINS, {"reason": "Sandstorm"}),
    Endpoint("GET", "/sessions/{session}/suggestions", READERS),
    Endpoint("GET", "/sessions/{session}/calendar.ics", EVERYBODY),
    Endpoint("GET", "/sessions/{session}/sheet.pdf", EVERYBODY),
    Endpoint("GET", "/sessions/{session}/attendees", EVERYBODY),
    Endpoint("POST", "/sessions/{session}/attendees", ADMINS, lambda world: {"worker_ids": [world["walk_in"]]}),
    Endpoint("DELETE", "/sessions/{session}/attendees/{worker}", ADMINS, status=204),
    Endpoint(
        "PATCH",
        "/sessions/{session}/attendance",
        TEACHERS,
        lambda world: {"attendees": [{"worker_id": world["worker"], "remarks": "Asked good questions"}]},
    ),
    Endpoint("POST", "/sessions/{session}/evidence", TEACHERS, status=201, files=True),
    Endpoint("GET", "/sessions/{session}/evidence", EVERYBODY),
    Endpoint("GET", "/sessions/{session}/evidence/file", EVERYBODY),
    Endpoint("GET", "/sessions/{session}/finalize", READERS),
    Endpoint("POST", "/sessions/{session}/finalize", ADMINS),
]

ELSEWHERE = [
    Endpoint("GET", "/sessions", EVERYBODY),
    Endpoint("POST", "/sessions", ADMINS, lambda world: {"course_id": world["course"]}, 201),
    Endpoint("GET", "/records", READERS),
    Endpoint("GET", "/records/{record}", READERS),
    Endpoint(
        "POST",
        "/records",
        ADMINS,
        lambda world: {"worker_id": world["worker"], "course_id": world["course"], "completed_on": "2026-11-01"},
        201,
        files=True,
    ),
    Endpoint("POST", "/records/{record}/revoke", ADMINS, {"reason": "Wrong person"}),
    Endpoint("GET", "/competency", READERS),
    Endpoint("GET", "/competency/{competency}", READERS),
    Endpoint(
        "POST",
        "/competency/{competency}/verify",
        ASSESSORS,
        lambda world: {"status": "COMPETENT", "method_id": world["method"]},
    ),
    Endpoint(
        "POST",
        "/competency/verify",
        ASSESSORS,
        lambda world: {"ids": [world["competency"]], "status": "COMPETENT", "method_id": world["method"]},
    ),
    Endpoint("POST", "/competency/{competency}/revoke", ADMINS, {"reason": "Wrong class"}),
    Endpoint("GET", "/consequences/preview?subject=EVIDENCE&sha256={proof}", READERS),
    Endpoint("GET", "/consequences", READERS),
    Endpoint(
        "POST",
        "/consequences",
        ADMINS,
        lambda world: {"subject": "EVIDENCE", "sha256": world["proof"], "reason": "Forged"},
        201,
    ),
    Endpoint("GET", "/consequences/{case}", READERS),
    Endpoint("GET", "/consequences/{case}/records", READERS),
    Endpoint("GET", "/consequences/{case}/turned-red", READERS),
    Endpoint("POST", "/consequences/{case}/approve", ADMINS, {"remark": "Seen"}),
    Endpoint("POST", "/consequences/{case}/reject", ADMINS, {"reason": "The sheet is right"}),
    Endpoint("POST", "/consequences/{own}/withdraw", {Role.HSE_ADMIN}),
    Endpoint("GET", "/assessment-methods", EVERYBODY),
    Endpoint("POST", "/assessment-methods", ADMINS, {"code": "PEER", "name": "Peer review"}, 201),
    Endpoint("GET", "/workers/{worker}/compliance", READERS),
    Endpoint("GET", "/compliance/summary", READERS),
    Endpoint("GET", "/compliance/matrix", READERS),
]

ENDPOINTS = [*ON_SESSIONS, *ELSEWHERE]


@pytest.fixture
def world(room: Classroom) -> dict[str, Any]:
    """Give the ids that the endpoints ask for: a session ready to be finalized, a draft, a record, a pending one."""
    first, second, walk_in = room.workers
    verified = cast.make_course(requires_verification=True)
    session = room.over({first: PASSED, second: PASSED})
    assessed = cast.make_session(
        verified, trainer=room.trainer, slots=[], workers=[], title="Never seen by a trainer of another session"
    )
    record = cast.make_record(first, room.course)
    evidence = cast.make_evidence()
    pending = CompetencyRecord.objects.create(
        worker=second,
        course=verified,
        course_version=cast.published(verified),
        completed_on="2026-11-20",
        evidence=evidence,
        evidence_key=evidence.key,
        evidence_sha256=evidence.sha256,
        created_at=cast.AT,
    )
    settle()
    false = cast.make_record(walk_in, room.course, trainer=room.stranger)
    subjects = Subject(CaseSubject.TRAINER, room.stranger.pk), Subject(CaseSubject.EVIDENCE, false.evidence_id)
    proposers = cast.make_user(), room.users[Role.HSE_ADMIN]
    case, own = (
        propose_case(subject, "Never held", by=cast.actor_of(user), at=cast.AT)
        for subject, user in zip(subjects, proposers, strict=True)
    )
    return {
        "case": case,
        "own": own,
        "proof": record.evidence_sha256,
        "session": session.pk,
        "draft": room.draft(trainer=room.trainer),
        "verified": assessed.pk,
        "plan": room.plan(),
        "course": room.course.pk,
        "worker": first.pk,
        "walk_in": walk_in.pk,
        "record": record.pk,
        "competency": pending.pk,
        "method": cast.make_method().pk,
    }


def not_theirs(room: Classroom, world: dict[str, Any]) -> dict[str, Any]:
    """Return `world` with sessions of another trainer."""
    other = cast.make_trainer(room.course)
    session = room.over({room.workers[0]: PASSED}, trainer=other, venue=cast.make_venue())
    return {**world, "session": session.pk, "draft": room.draft(trainer=other)}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_domain_md_says(room: Classroom, world: dict[str, Any], role: Role) -> None:
    for endpoint in ENDPOINTS:
        before = everything()
        with rolled_back():
            answer = endpoint.ask(room.clients[role], world)
            expected = endpoint.status if role in endpoint.may else 403
            assert answer.status_code == expected, (endpoint.name, answer.content[:300])
            if expected == 403:
                need_problem(answer, 403, "FORBIDDEN")
                assert everything() == before, endpoint.name


def test_a_trainer_does_not_find_the_sessions_of_others(room: Classroom, world: dict[str, Any]) -> None:
    theirs = not_theirs(room, world)
    before = everything()
    for endpoint in ON_SESSIONS:
        need_problem(endpoint.ask(room.teacher, theirs), 404, "NOT_FOUND")
        if endpoint.body is not None or endpoint.files:
            for bad in ({"nonsense": True}, b"{"):
                need_problem(endpoint.ask(room.teacher, theirs, bad), 404, "NOT_FOUND")
    assert everything() == before
    listed = body_of(room.teacher.get("/sessions"))
    assert {item["id"] for item in listed["items"]} == {world["session"], world["draft"], world["verified"]}
    assert listed["total"] == 3
    for filters in (f"trainer_id={TrainingSession.objects.get(pk=theirs['session']).trainer_id}", "search=TS-2026"):
        found = {item["id"] for item in body_of(room.teacher.get(f"/sessions?{filters}"))["items"]}
        assert not found & {theirs["session"], theirs["draft"]}


def test_a_trainer_without_an_entry_in_the_library_sees_no_session(room: Classroom, world: dict[str, Any]) -> None:
    room.trainer.user = None
    room.trainer.save()
    assert body_of(room.teacher.get("/sessions"))["items"] == []
    need_problem(room.teacher.get(f"/sessions/{world['session']}"), 404, "NOT_FOUND")


def test_a_trainer_is_found_by_e_mail_where_nobody_chose(room: Classroom, world: dict[str, Any]) -> None:
    room.trainer.user, room.trainer.email = None, room.users[Role.TRAINER].email.upper()
    room.trainer.save()
    assert room.teacher.get(f"/sessions/{world['session']}").status_code == 200


def test_a_session_that_moves_to_another_trainer_is_gone_from_ones_sight(
    room: Classroom, world: dict[str, Any]
) -> None:
    other = cast.make_trainer(room.course)
    assert room.admin.patch(f"/sessions/{world['session']}", {"trainer_id": other.pk}).status_code == 409
    moved = {"trainer_id": other.pk, "override": ["STARTS_IN_PAST"]}
    assert room.admin.patch(f"/sessions/{world['session']}", moved).status_code == 200
    need_problem(room.teacher.get(f"/sessions/{world['session']}"), 404, "NOT_FOUND")


def test_what_does_not_exist_is_404_for_everybody(room: Classroom, world: dict[str, Any]) -> None:
    nowhere = dict.fromkeys(("session", "draft", "record", "competency", "case", "own"), 999_999_999) | {
        name: world[name] for name in ("plan", "course", "worker", "walk_in", "method", "proof")
    }
    before = everything()
    for endpoint in ENDPOINTS:
        if any(
            place in endpoint.path for place in ("{session}", "{draft}", "{record}", "{competency}", "{case}", "{own}")
        ):
            for client in (room.admin, room.clients[Role.SUPER_ADMIN]):
                answer = endpoint.ask(client, nowhere)
                expected = 404 if client is not room.admin or endpoint.may != ASSESSORS else 403
                assert answer.status_code == expected, endpoint.name
    need_problem(room.admin.get("/workers/999999999/compliance"), 404, "NOT_FOUND")
    assert everything() == before


def test_nobody_gets_in_without_signing_in(room: Classroom, world: dict[str, Any]) -> None:
    nobody = ApiClient(None)
    before = everything()
    for endpoint in ENDPOINTS:
        need_problem(endpoint.ask(nobody, world), 401, "NOT_SIGNED_IN")
        if endpoint.body is not None:
            need_problem(endpoint.ask(nobody, world, b"{"), 401, "NOT_SIGNED_IN")
    assert everything() == before


def test_who_may_not_is_told_so_before_anything_else(room: Classroom, world: dict[str, Any]) -> None:
    before = everything()
    for endpoint in ENDPOINTS:
        for role in set(Role) - endpoint.may:
            for bad in ({"nonsense": True}, b"{") if endpoint.body is not None else ():
                need_problem(endpoint.ask(room.clients[role], world, bad), 403, "FORBIDDEN")
            path = endpoint.path.format(**world)
            need_problem(room.clients[role].send(endpoint.method, f"{path}?nonsense=1"), 403, "FORBIDDEN")
    assert everything() == before


def test_an_auditor_reads_proof_and_changes_nothing(room: Classroom, world: dict[str, Any]) -> None:
    auditor = room.clients[Role.AUDITOR]
    finalize_session(world["session"], by=cast.actor(), at=cast.AT)
    assert auditor.get(f"/sessions/{world['session']}/evidence/file").status_code == 200
    records = body_of(auditor.get(f"/records?session_id={world['session']}"))
    assert len(records["items"]) == TrainingRecord.objects.filter(session_id=world["session"]).count() == 2
    before = everything()
    for endpoint in ENDPOINTS:
        if endpoint.method != "GET":
            need_problem(endpoint.ask(auditor, world), 403, "FORBIDDEN")
    assert everything() == before


def test_nobody_signs_off_the_worker_they_are(room: Classroom, world: dict[str, Any]) -> None:
    myself = room.workers[1]
    myself.user = room.users[Role.ASSESSOR]
    myself.save()
    assessor, decision = room.clients[Role.ASSESSOR], {"status": "COMPETENT", "method_id": world["method"]}
    before = everything()
    need_problem(assessor.post(f"/competency/{world['competency']}/verify", decision), 403, "OWN_COMPETENCY")
    need_problem(assessor.post("/competency/verify", {"ids": [world["competency"]], **decision}), 403, "OWN_COMPETENCY")
    assert everything() == before


def test_the_trainer_of_a_session_does_not_verify_themselves(room: Classroom, world: dict[str, Any]) -> None:
    myself = room.workers[0]
    myself.user = room.users[Role.TRAINER]
    myself.save()
    mark = {"worker_id": myself.pk, "verified": True, "method_id": world["method"]}
    before = everything()
    need_problem(
        room.teacher.patch(f"/sessions/{world['session']}/attendance", {"attendees": [mark]}), 403, "OWN_COMPETENCY"
    )
    assert everything() == before


def test_the_plan_of_this_file_covers_the_whole_area() -> None:
    from titan.api.main import api

    ours = ("/sessions", "/records", "/competency", "/assessment-methods", "/compliance", "/consequences")
    known = {
        (method.upper(), "/" + path.removeprefix("/api/v1/"))
        for path, item in api.document["paths"].items()
        for method in item
    }
    # Papers are no JSON, and who gets them depends on the record: test_certificates.py, tests/packs.
    area = {
        (method, path)
        for method, path in known
        if (path.startswith(ours) or path == "/workers/{worker_id}/compliance")
        and not path.endswith(("/certificate", "/certificates", "/pack"))
    }
    names = {name: f"{{{name}_id}}" for name in ("session", "record", "worker", "competency", "case")}
    names |= {"draft": names["session"], "own": names["case"], "proof": ""}
    tested = {(item.method, item.path.format(**names).partition("?")[0]) for item in ENDPOINTS}
    assert tested == area
