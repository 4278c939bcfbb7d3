"""A life on the site: somebody of whom every field holds something that names them, and what happened to them."""

from __future__ import annotations

from typing import Any

from tests import cast
from tests.api.classroom import AT, Classroom, pdf, upload
from tests.api.client import ApiClient, body_of
from titan.accounts.models import User
from titan.core.actor import Role
from titan.records.models import TrainingRecord


def live(room: Classroom) -> int:
    """Somebody of whom every field holds something that names them, after a life on the site."""
    boss, admin = room.clients[Role.SUPER_ADMIN], room.admin
    old = body_of(admin.post("/companies", {"code": "OLDCO", "name": "Old employer"}))["id"]
    login = cast.make_user(Role.TRAINER, name="Zülfülogin", email="zulfu.login@titan.example")
    mine = ApiClient(_token(login))
    first = {
        "employee_id": "ZX80-QVW",
        "first_name": "Zülfüqarqızı",
        "last_name": "Qabaqcasoyad",
        "company_id": old,
        "role_id": room.workers[0].role_id,
    }
    made = admin.post("/workers", first, Idempotency_Key="make-1")
    assert made.status_code == 201, made.content
    worker = body_of(made)["id"]
    _external(room, worker, "before-rename")
    changed = {
        "employee_id": "ZX81-QVW",
        "last_name": "Мирзебалаева ميرزابالايوا",
        "email": "zulfu.qvw@mail.example",
        "phone": "+994558181997",
        "company_id": room.workers[0].company_id,
        "user_id": login.pk,
        "reason": "reasonzx-worker Zülfüqarqızı married",
    }
    assert boss.patch(f"/workers/{worker}", changed).status_code == 200
    assert mine.get("/me").status_code in {200, 404}
    _class(room, worker)
    _competencies(room, worker)
    ended = {"status": "INACTIVE", "reason": "reasonzx-worker left"}
    assert admin.patch(f"/workers/{worker}", ended, Idempotency_Key="end-1").status_code == 200
    return int(worker)


def _token(user: User) -> str:
    from titan.accounts.commands import create_token

    return create_token(user.pk, "tokenzx", 365, by=cast.actor(Role.SUPER_ADMIN), at=AT).token


def _external(room: Classroom, worker: int, key: str) -> int:
    data = {
        "worker_id": worker,
        "course_id": room.course.pk,
        "completed_on": "2026-11-01",
        "provider": "providerzx",
        "remarks": "remarkzx-external",
    }
    answer = upload(room.admin, "/records", pdf(f"filenamezx {key}"), data=data, Idempotency_Key=key)
    assert answer.status_code == 201, answer.content
    return int(body_of(answer)["id"])


def _class(room: Classroom, worker: int) -> None:
    """A class with the person as a walk-in, remarked upon, removed and added again; finalized; its record revoked."""
    session = room.begun()
    admin, path = room.admin, f"/sessions/{session.pk}"
    invited = admin.post(f"{path}/attendees", {"worker_ids": [worker]}, Idempotency_Key="walk-in")
    assert invited.status_code == 200, invited.content
    mark = {"worker_id": worker, "status": "ATTENDED", "result": "PASSED", "remarks": "remarkzx-removed"}
    assert admin.patch(f"{path}/attendance", {"attendees": [mark]}).status_code == 200
    assert admin.delete(f"{path}/attendees/{worker}").status_code == 204
    assert admin.post(f"{path}/attendees", {"worker_ids": [worker]}).status_code == 200
    marks = [{**mark, "remarks": "remarkzx-attend"}]
    marks += [{"worker_id": one.pk, "status": "ATTENDED", "result": "PASSED"} for one in room.workers]
    assert admin.patch(f"{path}/attendance", {"attendees": marks}).status_code == 200
    assert upload(admin, f"{path}/evidence", pdf("sheetzx")).status_code == 201
    done = admin.post(f"{path}/finalize", Idempotency_Key="finalize-1")
    assert done.status_code == 200, done.content
    record = TrainingRecord.objects.get(session_id=session.pk, worker_id=worker).pk
    reason = {"reason": "reasonzx-revoke Zülfüqarqızı was not there"}
    assert admin.post(f"/records/{record}/revoke", reason, Idempotency_Key="revoke-1").status_code == 200


def _competencies(room: Classroom, worker: int) -> None:
    """Two passes that wait for an assessor: the one decided as not competent, the other withdrawn."""
    cast.make_version(room.course, requires_verification=True)
    assessor, method = room.clients[Role.ASSESSOR], cast.make_method()
    first, second = _external(room, worker, "opened-1"), _external(room, worker, "opened-2")
    decision = {"status": "NOT_COMPETENT", "method_id": method.pk, "remarks": "remarkzx-notcompetent"}
    decided = assessor.post(f"/competency/{first}/verify", decision, Idempotency_Key="decide-1")
    assert decided.status_code == 200, decided.content
    reason = {"reason": "reasonzx-withdraw"}
    withdrawn = room.admin.post(f"/competency/{second}/revoke", reason, Idempotency_Key="withdraw-1")
    assert withdrawn.status_code == 200, withdrawn.content


def erase(room: Classroom, worker: int) -> Any:
    reason = {"reason": "Asked for it in writing, file 12"}
    answer = room.clients[Role.SUPER_ADMIN].post(f"/workers/{worker}/anonymise", reason, Idempotency_Key="erase-1")
    assert answer.status_code == 200, answer.content
    return body_of(answer)
