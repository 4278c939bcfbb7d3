"""One worker: reasons traced, proof re-hashed, history told, changes shown before they are made."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.api.classroom import tamper
from tests.training.acting import FAILED, PASSED, held, pending, settle
from tests.web.classes import client_of
from tests.web.forms import form_in
from titan.audit.models import AuditEvent
from titan.compliance.models import ComplianceItem
from titan.core.actor import Role
from titan.evidence.storage.local import LocalStore
from titan.personnel.models import AreaAssignment, Worker, WorkerStatus
from titan.records.commands import Decision, decide_competencies, revoke_record
from titan.records.extensions.commands import extend_validity
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import CompetencyStatus, TrainingRecord
from titan.training.commands import finalize_session

WORKER_STATEMENTS = 32
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world(site: Any, now: datetime) -> dict[str, Any]:
    rigger, driver = cast.make_role(title={"en": "Rigger"}), cast.make_role(title={"en": "Driver"})
    plant = cast.make_area(name="Plant")
    train = cast.make_area(parent=plant, name="Gas train")
    rigging = cast.make_course(code="LFT-001", title={"en": "Basic Rigging"})
    gas = cast.make_course(code="HSE-002", title={"en": "H2S Awareness"})
    driving = cast.make_course(code="DRV-001", title={"en": "Defensive Driving"})
    cast.require(rigger, rigging)
    cast.require(plant, gas, grace_period_days=30)
    cast.require(driver, driving)
    worker = cast.make_worker(
        role=rigger,
        areas=[train],
        first_name="Rəşad",
        last_name="Əliyev",
        employee_id="B-1",
        assigned_on=date(2026, 11, 1),
    )
    session = held(rigging, {worker: {**PASSED, "score": 91}})
    settle()
    finalize_session(session.pk, by=cast.actor(), at=now)
    return {
        "worker": worker,
        "driver": driver,
        "rigging": rigging,
        "gas": gas,
        "train": train,
        "session": session,
        "record": TrainingRecord.objects.get(worker=worker),
    }


@pytest.fixture
def tampered(world: dict[str, Any]) -> Iterator[None]:
    """Let the stored sheet have other bytes, as long as a test lasts."""
    key = world["record"].evidence_key
    path = Path(settings.TITAN_EVIDENCE_DIR) / key
    whole = path.read_bytes()
    tamper(world["session"])
    yield
    path.write_bytes(whole)


def shown(world: dict[str, Any], role: Role = Role.AUDITOR) -> str:
    answer = client_of(role).get(reverse("worker", args=[world["worker"].pk]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def form_of(client: Client, world: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the edit form as the page fills it in, with `changes`."""
    address = reverse("worker_edit", args=[world["worker"].pk])
    return {**form_in(client.get(address).content.decode(), address), **changes}


def test_every_item_is_traced_to_who_asks_and_what_proves_it(world: dict[str, Any]) -> None:
    text = text_of(shown(world))
    assert "Rəşad Əliyev" in text
    assert "Yellow: H2S Awareness, Due in 9 days" in text
    assert "Role Rigger before site entry" in text
    assert "Area Plant (holds Gas train) 30 days of grace, until 1 Dec 2026" in text
    page = shown(world)
    assert reverse("record_sheet", args=[world["record"].pk]) in page
    assert world["session"].code in page
    assert reverse("evidence_page", args=[world["record"].evidence_id, 1]) in page


def test_history_tells_failures_revocations_decisions_and_moves(world: dict[str, Any], now: datetime) -> None:
    worker, gas = world["worker"], world["gas"]
    failed = held(gas, {worker: {**FAILED, "score": 12}})
    finalize_session(failed.pk, by=cast.actor(), at=now)
    attempt = pending(worker, gas)
    method = cast.make_method(name="Oral questioning")
    assessor = cast.make_user(Role.ASSESSOR, name="Kamran")
    decision = Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks="Did not know the alarm.")
    decide_competencies([attempt.pk], decision, by=cast.actor_of(assessor), at=now)
    revoke_record(world["record"].pk, "Signed for his brother.", by=cast.actor(), at=now)
    old = cast.make_record(worker, world["rigging"], completed_on=date(2024, 1, 9), expires_on=date(2025, 1, 9))
    text = text_of(shown(world))
    for said in (
        "Failed H2S Awareness",
        "score 12",
        "Not competent in H2S Awareness Oral questioning · Kamran · Did not know the alarm.",
        "Record revoked: Basic Rigging of 22 Nov 2026 Signed for his brother.",
        "Basic Rigging ran out",
        "Added: active; role Rigger since 1 Nov 2026; area Gas train since 1 Nov 2026",
    ):
        assert said in text, said
    assert old.pk


def test_upcoming_sessions_are_listed(world: dict[str, Any]) -> None:
    coming = cast.make_session(world["gas"], workers=[world["worker"]], status="SCHEDULED")
    assert coming.code in shown(world)


def test_the_evidence_is_read_and_hashed_again(world: dict[str, Any]) -> None:
    address = reverse("worker_evidence", args=[world["worker"].pk])
    client = client_of(Role.AUDITOR)
    assert "1 evidence file verified just now" in client.get(address, headers=HTMX).content.decode()


def test_the_worker_says_which_evidence_was_tampered_with(world: dict[str, Any], tampered: None) -> None:
    address = reverse("worker_evidence", args=[world["worker"].pk])
    client = client_of(Role.AUDITOR)
    assert "does not match its hash" in client.get(address, headers=HTMX).content.decode()
    assert AuditEvent.objects.filter(action="evidence.tampered").exists()


def test_auditors_change_nothing_and_trainers_see_nothing(world: dict[str, Any]) -> None:
    page = shown(world)
    pk, record = world["worker"].pk, world["record"].pk
    for name, arguments in (
        ("worker_edit", [pk]),
        ("worker_anonymise", [pk]),
        ("record_revoke", [record]),
    ):
        assert reverse(name, args=arguments) not in page
        for role in (Role.AUDITOR, Role.ASSESSOR, Role.TRAINER):
            assert client_of(role).get(reverse(name, args=arguments)).status_code == 403
            assert client_of(role).post(reverse(name, args=arguments)).status_code == 403
    trainer = client_of(Role.TRAINER)
    for name, arguments in (
        ("worker", [pk]),
        ("worker_evidence", [pk]),
        ("record_sheet", [record]),
        ("evidence", [world["record"].evidence_id]),
        ("evidence_page", [world["record"].evidence_id, 1]),
        ("evidence_file", [world["record"].evidence_id]),
    ):
        assert trainer.get(reverse(name, args=arguments)).status_code == 403


@pytest.mark.parametrize("name", ["worker", "record_sheet", "competency_sheet", "evidence"])
def test_what_is_not_there_is_404(world: dict[str, Any], name: str) -> None:
    assert client_of().get(reverse(name, args=[999_999])).status_code == 404


def test_a_change_is_shown_before_it_is_made(world: dict[str, Any]) -> None:
    client, worker = client_of(), world["worker"]
    address = reverse("worker_edit", args=[worker.pk])
    form = form_of(client, world, role_id=world["driver"].pk, reason="New contract")
    preview = client.post(reverse("worker_effect", args=[worker.pk]), form, headers=HTMX).content.decode()
    text = text_of(preview)
    assert "Overall Yellow → Red" in text
    assert "1 course is added Red Defensive Driving" in text
    assert "1 course is no longer required Not required Basic Rigging LFT-001 · was Green" in text
    assert not ComplianceItem.objects.filter(worker=worker, course__code="DRV-001").exists()
    assert not AuditEvent.objects.filter(action="worker.updated").exists()

    unseen = client.post(address, form)
    assert unseen.status_code == 200
    assert "See what it changes, then save" in unseen.content.decode()
    worker.refresh_from_db()
    assert worker.role_id != world["driver"].pk

    digest = re.search(r'name="shown" value="(\w+)"', preview)
    assert digest
    saved = client.post(address, {**form, "shown": digest[1]})
    assert saved["Location"] == reverse("worker", args=[worker.pk])
    worker.refresh_from_db()
    assert (worker.role_id, worker.role_assigned_on) == (world["driver"].pk, date(2026, 11, 22))
    assert AuditEvent.objects.get(action="worker.updated").reason == "New contract"


def test_what_changes_nothing_required_is_saved_at_once(world: dict[str, Any]) -> None:
    client = client_of()
    address = reverse("worker_edit", args=[world["worker"].pk])
    assert client.post(address, form_of(client, world, phone="+994 50")).status_code == 302
    world["worker"].refresh_from_db()
    assert world["worker"].phone == "+994 50"
    since = AreaAssignment.objects.get(worker=world["worker"], until=None)
    assert since.assigned_on == date(2026, 11, 1)


def test_areas_are_changed_and_count_from_the_day_given(world: dict[str, Any]) -> None:
    client, other = client_of(), cast.make_area(name="Jetty")
    changes = {"areas": [world["train"].pk, other.pk], "areas_assigned_on": "2026-11-20"}
    client.post(reverse("worker_edit", args=[world["worker"].pk]), form_of(client, world, **changes))
    held_now = AreaAssignment.objects.filter(worker=world["worker"], until=None)
    assert dict(held_now.values_list("area_id", "assigned_on")) == {
        world["train"].pk: date(2026, 11, 1),
        other.pk: date(2026, 11, 20),
    }


def test_two_people_editing_see_the_conflict_and_lose_nothing(world: dict[str, Any]) -> None:
    first, second = client_of(), client_of()
    address = reverse("worker_edit", args=[world["worker"].pk])
    mine, theirs = form_of(first, world, last_name="Mine"), form_of(second, world, phone="12345")
    assert second.post(address, theirs).status_code == 302
    answer = first.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed this at the same time" in page
    assert 'value="Mine"' in page
    assert 'value="12345"' in page
    assert "Taken over from theirs." in page
    saved = first.post(address, form_in(page, address))
    assert saved.status_code == 302
    world["worker"].refresh_from_db()
    assert (world["worker"].last_name, world["worker"].phone) == ("Mine", "12345")


def test_a_wrong_value_stands_at_its_field(world: dict[str, Any]) -> None:
    client = client_of()
    form = form_of(client, world, email="no address", supervisor="B-1")
    answer = client.post(reverse("worker_edit", args=[world["worker"].pk]), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="error-email"' in page
    assert "Nobody can be their own supervisor" in page


def test_the_sheet_shows_both_hashes_the_page_and_the_file(world: dict[str, Any]) -> None:
    client, record = client_of(Role.AUDITOR), world["record"]
    text = text_of(client.get(reverse("record_sheet", args=[record.pk])).content.decode())
    spaced = " ".join(record.evidence_sha256[start : start + 8] for start in range(0, 64, 8))
    assert text.count(spaced) == 2
    assert "both hashes are equal" in text
    assert "Passed, score 91" in text
    page = client.get(reverse("evidence_page", args=[record.evidence_id, 1]))
    assert page.content[:2] == b"\xff\xd8"
    assert page["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = client.get(reverse("evidence_page", args=[record.evidence_id, 1]), headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 304
    file = client.get(reverse("evidence_file", args=[record.evidence_id]))
    assert b"".join(file.streaming_content)[:4] == b"%PDF"
    assert file["Content-Disposition"].startswith("attachment")


def test_a_sheet_that_cannot_be_read_just_now_is_no_alarm(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    client, record = client_of(Role.AUDITOR), world["record"]
    monkeypatch.setattr(LocalStore, "open", fail)
    monkeypatch.setattr("titan.evidence.storage.local.measure", fail)
    page = client.get(reverse("record_sheet", args=[record.pk])).content.decode()
    assert "cannot be read just now" in page
    assert "Hash not checked" in page
    assert "tampered" not in page.lower()
    assert not AuditEvent.objects.filter(action="evidence.tampered").exists()


def test_a_tampered_sheet_is_an_alarm_and_is_not_shown(world: dict[str, Any], tampered: None) -> None:
    client, record = client_of(Role.AUDITOR), world["record"]
    page = client.get(reverse("record_sheet", args=[record.pk])).content.decode()
    assert "Tampered: the file does not match its hash" in page
    assert "Proof tampered with" in page
    assert ">Valid</span>" not in page
    assert reverse("evidence_page", args=[record.evidence_id, 1]) not in page
    assert client.get(reverse("evidence_page", args=[record.evidence_id, 1])).status_code == 409
    assert client.get(reverse("evidence_file", args=[record.evidence_id])).status_code == 409
    assert AuditEvent.objects.filter(action="evidence.tampered").exists()


def test_a_competency_decision_shows_with_its_proof(world: dict[str, Any], now: datetime) -> None:
    method = cast.make_method(name="Practical demonstration")
    assessor = cast.actor_of(cast.make_user(Role.ASSESSOR, name="Kamran"))
    good, bad = pending(world["worker"], world["gas"]), pending(world["worker"], world["rigging"])
    ids = decide_competencies([good.pk], Decision(CompetencyStatus.COMPETENT, method.pk), by=assessor, at=now)
    no = Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks="Slipped.")
    decide_competencies([bad.pk], no, by=assessor, at=now)
    client = client_of(Role.AUDITOR)
    there = client.get(reverse("competency_sheet", args=[good.pk]))
    assert there["Location"] == reverse("record_sheet", args=[ids[good.pk]])
    text = text_of(client.get(there["Location"]).content.decode())
    assert "Practical demonstration" in text
    assert "Assessor Kamran" in text
    text = text_of(client.get(reverse("competency_sheet", args=[bad.pk])).content.decode())
    assert "Not competent" in text
    assert "Slipped." in text


def test_revoking_asks_for_a_reason_and_shows_what_it_does(world: dict[str, Any]) -> None:
    client, record = client_of(), world["record"]
    address = reverse("record_revoke", args=[record.pk])
    asked = text_of(client.get(address, headers=HTMX).content.decode())
    assert "1 course changes Green → Red Basic Rigging" in asked
    record.refresh_from_db()
    assert record.revoked_at is None
    refused = client.post(address, {"reason": "  "}, headers=HTMX)
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    done = client.post(address, {"reason": "Signed for his brother."}, headers=HTMX)
    assert done["HX-Redirect"] == reverse("record_sheet", args=[record.pk])
    page = text_of(client.get(done["HX-Redirect"]).content.decode())
    assert "Signed for his brother." in page
    assert client.post(address, {"reason": "again"}).status_code == 409


def test_anonymising_is_for_super_admins_and_for_who_is_not_active(world: dict[str, Any]) -> None:
    worker = world["worker"]
    address = reverse("worker_anonymise", args=[worker.pk])
    assert client_of(Role.HSE_ADMIN).post(address, {"reason": "asked"}).status_code == 403
    boss = client_of(Role.SUPER_ADMIN)
    assert boss.post(address, {"reason": "asked"}).status_code == 409
    assert "The worker is active" in boss.get(address).content.decode()
    Worker.objects.filter(pk=worker.pk).update(status=WorkerStatus.INACTIVE)
    assert boss.post(address, {"reason": ""}, headers=HTMX).status_code == 422
    assert boss.post(address, {"reason": "asked"}).status_code == 302
    page = boss.get(reverse("worker", args=[worker.pk])).content.decode()
    assert "Əliyev" not in page
    assert "Anonymised: who they were is erased" in page


def test_an_evidence_file_names_the_records_that_rest_on_it(world: dict[str, Any]) -> None:
    page = client_of(Role.AUDITOR).get(reverse("evidence", args=[world["record"].evidence_id])).content.decode()
    assert "Rəşad Əliyev" in page
    assert world["session"].code in page


def test_the_page_costs_the_same_for_any_number_of_records(
    world: dict[str, Any], now: datetime, django_assert_num_queries: Any
) -> None:
    client, address = client_of(), reverse("worker", args=[world["worker"].pk])
    session = cast.make_session(world["gas"], workers=[world["worker"]], status="SCHEDULED")
    cast.make_record(world["worker"], world["gas"], completed_on=now.date() - timedelta(days=899))
    with django_assert_num_queries(WORKER_STATEMENTS):
        client.get(address)
    for days in range(20):
        cast.make_record(world["worker"], world["gas"], completed_on=now.date() - timedelta(days=900 + days))
        cast.make_session(world["rigging"], workers=[world["worker"]], trainer=session.trainer)
    first, last, until = (now.date() - timedelta(days=days) for days in (900, 0, 1))
    extending = Extending(world["gas"].pk, "EXPIRES_ON", first, last, until)
    extend_validity(extending, AuthorityDecision("Order 1", last, "Nobody could be trained"), by=cast.actor(), at=now)
    with django_assert_num_queries(WORKER_STATEMENTS):
        client.get(address)
