"""The pages of consequences: what rests on it, two people, who turned Red, and the way there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import PASSED, held, settle
from tests.web.classes import client_of, signed_in
from titan.core.actor import Role
from titan.records.commands import revoke_record
from titan.records.models import TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences.commands import propose_case
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseSubject, ConsequenceCase, TrainingSession


@pytest.fixture
def session(now: Any) -> TrainingSession:
    """A finalized session of three workers of whom its course is asked."""
    course, role = cast.make_course(title={"en": "Fire <safety>"}), cast.make_role()
    cast.require(role, course)
    workers = [cast.make_worker(role=role, last_name=f"Name{number}") for number in range(3)]
    settle()
    made = held(course, dict.fromkeys(workers, PASSED))
    finalize_session(made.pk, by=cast.actor(), at=cast.AT)
    made.refresh_from_db()
    return made


@pytest.fixture
def admin(session: TrainingSession) -> Client:
    return client_of(name="Aylin Demir")


@pytest.fixture
def second(session: TrainingSession) -> Client:
    return client_of(Role.SUPER_ADMIN, name="Rashad Guliyev")


def new(session: TrainingSession) -> str:
    return f"/consequences/new?subject=SESSION&id={session.pk}"


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def digest_in(text: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', text)
    assert found
    return found[1]


def propose(client: Client, session: TrainingSession, **typed: str) -> Any:
    given = {"digest": digest_in(read(client, new(session))), "reason": "Nobody was there", **typed}
    return client.post(new(session), given)


def case_of(answer: Any) -> str:
    assert answer.status_code == 302
    return str(answer["Location"])


def test_from_found_false_to_who_turned_red(admin: Client, second: Client, session: TrainingSession) -> None:
    assert f'href="{new(session)}"'.replace("&", "&amp;") in read(admin, f"/sessions/{session.pk}")
    shown = read(admin, new(session))
    for words in ("It takes two people.", "Name2", "Turns Red", "Propose to revoke 3 records", "Fire &lt;safety&gt;"):
        assert words in shown
    address = case_of(propose(admin, session))
    mine = read(admin, address)
    assert "Waits for a second person" in mine
    assert "Take it back" in mine
    assert "Revoke 3 records" not in mine
    assert "waits for your decision" not in read(admin, "/")
    assert "waits for your decision" in read(second, "/")
    theirs = read(second, address)
    assert "Revoke 3 records" in theirs
    assert "3 workers would turn Red." in theirs
    done = second.post(f"{address}/approve", {"remark": "Checked"}, follow=True).content.decode()
    for words in ("3 workers turned Red.", "Who turned Red", "Plan a session", "Checked", "Rashad Guliyev"):
        assert words in done
    planned = re.search(r'name="course_id" value="(\d+)"', done)
    workers = re.findall(r'name="worker_ids" value="(\d+)"', done)
    assert planned
    assert len(workers) == 3
    assert admin.post("/sessions/plan", {"course_id": planned[1], "worker_ids": workers}).status_code == 302
    assert "Turned Red" in read(admin, "/consequences")
    record = TrainingRecord.objects.order_by("pk")[0]
    assert f'href="{address}"' in read(admin, f"/records/{record.pk}/sheet")


def test_the_same_person_does_not_approve(admin: Client, session: TrainingSession) -> None:
    address = case_of(propose(admin, session))
    answer = admin.post(f"{address}/approve")
    assert answer.status_code == 403
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    assert admin.post(f"{address}/withdraw", follow=True).status_code == 200
    assert "Taken back" in read(admin, address)


def test_it_is_rejected_with_a_reason(admin: Client, second: Client, session: TrainingSession) -> None:
    address = case_of(propose(admin, session))
    blank = second.post(f"{address}/reject", {"reason": " "})
    assert blank.status_code == 422
    assert 'aria-describedby="reject-error"' in blank.content.decode()
    second.post(f"{address}/reject", {"reason": "The sheet is right"})
    assert "The sheet is right" in read(admin, address)
    assert "Rejected" in read(admin, "/consequences?status=REJECTED")


def test_what_is_refused_is_said_where_it_was_typed(admin: Client, second: Client, session: TrainingSession) -> None:
    blank = propose(admin, session, reason=" ")
    assert blank.status_code == 422
    assert "case-reason-error" in blank.content.decode()
    other = propose(admin, session, digest="0" * 64, reason="Kept as typed")
    assert other.status_code == 409
    assert "Kept as typed" in other.content.decode()
    address = case_of(propose(admin, session))
    assert "Open the case" in read(admin, new(session))
    record = TrainingRecord.objects.order_by("pk")[0]
    revoke_record(record.pk, "Wrong person", by=cast.actor(), at=cast.AT)
    assert "The list is not what it was." in read(second, address)
    changed = second.post(f"{address}/approve")
    assert changed.status_code == 409
    assert "No longer counts:" in changed.content.decode()


def test_who_may(session: TrainingSession) -> None:
    auditor, trainer = client_of(Role.AUDITOR), client_of(Role.TRAINER)
    text = read(auditor, new(session))
    assert "Administrators propose and approve." in text
    assert "Propose to revoke" not in text
    assert auditor.post(new(session), {"reason": "x"}).status_code == 403
    for address in ("/consequences", new(session)):
        assert trainer.get(address).status_code == 403
    assert "Found false…" not in read(auditor, f"/sessions/{session.pk}")


def test_every_subject_has_its_way_there(admin: Client, session: TrainingSession) -> None:
    version, sheet = session.course_version_id, session.evidence_id
    for address, kind, pk in (
        (f"/library/trainers/{session.trainer_id}", "TRAINER", session.trainer_id),
        (f"/library/courses/{session.course_id}", "COURSE_VERSION", version),
        (f"/evidence/{sheet}", "EVIDENCE", sheet),
    ):
        way = f"/consequences/new?subject={kind}&amp;id={pk}"
        assert way in read(admin, address)
        assert "Propose to revoke 3 records" in read(admin, way.replace("&amp;", "&"))


def test_a_trainer_is_narrowed_to_days(admin: Client, session: TrainingSession) -> None:
    base = f"/consequences/new?subject=TRAINER&id={session.trainer_id}"
    assert "There is nothing to revoke." in read(admin, f"{base}&to=2026-01-01")
    assert "Propose to revoke 3 records" in read(admin, f"{base}&from=2026-11-01")
    assert "days-error" in read(admin, f"{base}&from=2026-11-02&to=2026-11-01", 422)
    text = read(admin, f"{base}&from=2026-11-01")
    typed = {"digest": digest_in(text), "reason": "Never was a trainer"}
    case_of(admin.post(f"{base}&from=2026-11-01", typed))
    assert str(ConsequenceCase.objects.get().first_day) == "2026-11-01"


@pytest.mark.parametrize("address", ["/consequences/new", "/consequences/new?subject=WORKER&id=1"])
def test_an_address_without_a_subject(admin: Client, address: str) -> None:
    assert "Begin at a session" in read(admin, address, 422)


def test_what_is_not_there(admin: Client) -> None:
    for address in ("/consequences/999999", "/consequences/new?subject=TRAINER&id=999999"):
        assert admin.get(address).status_code == 404


def test_the_audit_log_names_it(admin: Client, session: TrainingSession) -> None:
    address = case_of(propose(admin, session))
    text = read(admin, "/audit?entity=consequence_case")
    assert "proposed" in text
    assert f'href="{address}"' in text


def test_an_empty_list(admin: Client) -> None:
    assert "Nothing was found false" in read(admin, "/consequences")


def test_the_cost_does_not_grow_with_the_lines(now: Any) -> None:
    client, user = signed_in()
    costs = []
    for number in (3, 30):
        course = cast.make_course()
        trainer = cast.make_trainer(course)
        for _ in range(number):
            cast.make_record(cast.make_worker(), course, trainer=trainer)
        settle()
        with CaptureQueriesContext(connection) as seen:
            read(client, f"/consequences/new?subject=TRAINER&id={trainer.pk}")
        made = propose_case(Subject(CaseSubject.TRAINER, trainer.pk), "x", by=cast.actor_of(user), at=cast.AT)
        with CaptureQueriesContext(connection) as shown:
            read(client, f"/consequences/{made}")
        with CaptureQueriesContext(connection) as listed:
            read(client, "/consequences")
        costs.append((len(seen), len(shown), len(listed)))
    assert costs[0] == costs[1]
