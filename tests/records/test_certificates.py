"""Certificates: issued once for a pass that stands, never changed, and what their holders may read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.guards.raw import refuses as database_refuses
from tests.guards.raw import refuses_emptying, state
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, DAY, PASSED, act, held, refuses, said, settle
from titan.audit.models import AuditEvent
from titan.core import settings
from titan.core.actor import Role
from titan.ledger.alarms import raise_alarm
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import Alarm, AlarmKind, Leaf
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.personnel.commands.anonymise import anonymise_worker
from titan.records.commands import ExternalResult, certify, record_external_result, revoke_record
from titan.records.commands.certify import new_token
from titan.records.models import Certificate, TrainingRecord
from titan.records.queries.certificates import (
    State,
    certificate_of,
    certificate_views,
    issued_of_session,
    need_printable,
    public_view,
    standing_of_session,
)
from titan.training.commands import finalize_session

BOSS = cast.actor(Role.SUPER_ADMIN, user_id=100)


@pytest.fixture
def record(worker: Any, course: Any) -> TrainingRecord:
    made = cast.make_record(worker, course)
    settle()
    return made


def issued(record: TrainingRecord) -> Certificate:
    """Issue the certificate of a record."""
    settle()
    act(certify, [record.pk])
    return Certificate.objects.get(record=record)


def test_it_is_issued_once(record: TrainingRecord) -> None:
    assert act(certify, [record.pk, record.pk]) == [record.pk]
    first = Certificate.objects.get()
    assert re.fullmatch("[a-z2-7]{26}", first.token)
    assert (first.record_id, first.issued_at, first.issued_by_id) == (record.pk, AT, ADMIN.user_id)
    (event,) = said("training_record.certificate_issued", record.pk)
    assert event.after == {"certificate_id": first.pk}
    assert act(certify, [record.pk], by=BOSS, at=AT + DAY) == []
    assert Certificate.objects.get().token == first.token
    assert len(said("training_record.certificate_issued")) == 1


def test_tokens_are_long_and_different() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {26}


def test_only_a_pass_that_stands_has_one(record: TrainingRecord, worker: Any, course: Any) -> None:
    failed = cast.make_record(worker, course, result="FAILED")
    revoked = cast.make_record(worker, course)
    act(revoke_record, revoked.pk, "wrong person")
    refuses("NOT_PASSED", certify, [record.pk, failed.pk])
    refuses("RECORD_REVOKED", certify, [record.pk, revoked.pk])
    refuses("NOT_FOUND", certify, [record.pk, 999_999])
    refuses("NOT_FOUND", certify, [2**63])
    assert not Certificate.objects.exists()
    assert act(certify, []) == []


def test_nobody_who_was_erased_gets_one(record: TrainingRecord, worker: Any) -> None:
    erase(worker)
    settle()
    refuses("ANONYMISED", certify, [record.pk])


def erase(worker: Any) -> None:
    type(worker).objects.filter(pk=worker.pk).update(status="INACTIVE")
    anonymise_worker(worker.pk, "asked for it", by=BOSS, at=AT)


def test_who_may_issue(record: TrainingRecord, worker: Any, course: Any) -> None:
    refuses("FORBIDDEN", certify, [record.pk], by=ASSESSOR)
    refuses("FORBIDDEN", certify, [record.pk], by=AUDITOR)
    teaching, other = cast.make_trainer(course), cast.make_trainer(course)
    of_class = cast.make_record(worker, course, session_id=7, trainer=teaching, source="SESSION")
    me = cast.actor(Role.TRAINER, trainer_id=teaching.pk)
    settle()
    refuses("NOT_FOUND", certify, [record.pk], by=me)
    for stranger in (cast.actor(Role.TRAINER, trainer_id=other.pk), cast.actor(Role.TRAINER)):
        refuses("NOT_FOUND", certify, [of_class.pk], by=stranger)
    assert act(certify, [of_class.pk], by=me) == [of_class.pk]


def test_who_may_print(record: TrainingRecord, worker: Any, course: Any) -> None:
    with pytest.raises(Exception, match="certificate"):
        need_printable(record.pk, by=ADMIN)
    issued(record)
    for reader in (ADMIN, ASSESSOR, AUDITOR, BOSS):
        need_printable(record.pk, by=reader)
    refuses("NOT_FOUND", lambda by, at: need_printable(record.pk, by=by), by=cast.actor(Role.TRAINER, trainer_id=1))
    act(revoke_record, record.pk, "wrong")
    refuses("RECORD_REVOKED", lambda by, at: need_printable(record.pk, by=by))


@pytest.mark.parametrize(
    "change",
    [
        "token = 'a'",
        "record_id = record_id + 1",
        "issued_at = '2026-01-01'",
        "issued_by_id = NULL",
        "id = id + 1",
        "token = token",
    ],
)
def test_a_certificate_never_changes(record: TrainingRecord, change: str) -> None:
    issued(record)
    before = state(Certificate)
    assert database_refuses("CERTIFICATE_IMMUTABLE", f"UPDATE records_certificate SET {change}").status == 409
    assert state(Certificate) == before


def test_a_certificate_is_never_deleted(record: TrainingRecord) -> None:
    issued(record)
    database_refuses("CERTIFICATE_IMMUTABLE", "DELETE FROM records_certificate")
    refuses_emptying("CERTIFICATE_IMMUTABLE", Certificate, token="'other'")
    assert Certificate.objects.count() == 1


def test_it_costs_the_same_for_many(worker: Any, course: Any) -> None:
    costs, views = [], []
    for people in (2, 40):
        records = [cast.make_record(cast.make_worker(), course) for _ in range(people)]
        settle()
        with CaptureQueriesContext(connection) as statements:
            assert len(certify([one.pk for one in records], by=ADMIN, at=AT)) == people
        costs.append(len(statements))
        with CaptureQueriesContext(connection) as statements:
            assert len(certificate_views(one.pk for one in records)) == people
        views.append(len(statements))
    assert costs[0] == costs[1] <= 12
    assert views == [4, 4]


def test_what_is_printed(worker: Any, course: Any) -> None:
    trainer = cast.make_trainer(course, first_name="Ravi", last_name="Iyer")
    evidence = cast.make_evidence()
    made = record_external_result(
        ExternalResult(worker.pk, course.pk, date(2026, 11, 1), score=92, provider="Körfez"),
        evidence.pk,
        by=ADMIN,
        at=AT,
    )
    of_class = cast.make_record(worker, course, session_id=5, trainer=trainer, expires_on=None)
    certify([made.record_id or 0, of_class.pk], by=ADMIN, at=AT)
    unsigned = certificate_views([made.record_id or 0])[0]
    sign_head()
    newest = newest_checkpoint()
    first, second = certificate_views([of_class.pk, made.record_id or 0, 999_999])
    assert (first.trainer, first.session_id, first.expires_on, first.ledger_entry) == ("Ravi Iyer", 5, None, None)
    assert (second.score, second.provider, second.course_code, second.version) == (92, "Körfez", "HSE-001", 1)
    assert (second.name, second.employee_id) == (f"{worker.first_name} {worker.last_name}", worker.employee_id)
    assert (second.company, second.evidence_sha256) == (worker.company.name, evidence.sha256)
    assert second.number == f"TC-2026-{Certificate.objects.get(record_id=made.record_id).pk:06}"
    assert second.checkpoint == newest
    assert newest is not None
    assert second.ledger_entry is not None
    assert second.ledger_entry < newest.size
    assert unsigned.ledger_entry == second.ledger_entry


def test_the_certificates_of_a_session(course: Any) -> None:
    workers = [cast.make_worker(last_name=name) for name in ("Çələbi", "Aslan", "Zülfü", "Bek")]
    session = held(course, dict.fromkeys(workers, PASSED))
    settle()
    finalize_session(session.pk, by=ADMIN, at=AT)
    records = standing_of_session(session.pk)
    names = TrainingRecord.objects.in_bulk(records)
    assert [names[pk].worker.last_name for pk in records] == ["Aslan", "Bek", "Zülfü", "Çələbi"]
    certify(records, by=ADMIN, at=AT)
    assert issued_of_session(session.pk) == 4
    revoke_record(records[1], "not there", by=ADMIN, at=AT)
    assert standing_of_session(session.pk) == [records[0], *records[2:]]
    assert issued_of_session(session.pk) == 3
    again = record_external_result(
        ExternalResult(names[records[1]].worker_id, course.pk, AT.date(), corrects_id=records[1]), None, by=ADMIN, at=AT
    )
    assert again.record_id in standing_of_session(session.pk)
    assert standing_of_session(999_999) == []


def shown(token: str, *, days: int = 0) -> Any:
    return public_view(token, at=AT + days * DAY)


def test_a_holder_reads_that_it_is_valid_or_expired(worker: Any, course: Any) -> None:
    record = cast.make_record(worker, course, expires_on=AT.date() + timedelta(days=3))
    forever = cast.make_record(worker, course, expires_on=None)
    token = issued(record).token
    view = shown(token)
    assert (view.state, view.name) == (State.VALID, f"{worker.first_name} {worker.last_name}")
    assert (view.completed_on, view.expires_on) == (record.completed_on, record.expires_on)
    assert (view.course_title, view.site.name) == (cast.published(course).title, "Test site")
    assert [shown(token, days=days).state for days in (3, 4)] == [State.VALID, State.EXPIRED]
    assert shown(issued(forever).token, days=100_000).state is State.VALID


def test_the_day_ends_on_the_site(worker: Any, course: Any) -> None:
    """The site is four hours ahead of UTC: its day ends at 20:00 UTC."""
    token = issued(cast.make_record(worker, course, expires_on=AT.date())).token
    midnight = AT.replace(hour=23, minute=59)
    assert public_view(token, at=midnight).state is State.VALID
    assert public_view(token, at=midnight + timedelta(minutes=1)).state is State.EXPIRED


def test_a_holder_reads_that_it_was_revoked_and_corrected(record: TrainingRecord, worker: Any, course: Any) -> None:
    token = issued(record).token
    act(revoke_record, record.pk, "A reason for nobody outside")
    view = shown(token, days=400)
    assert (view.state, view.revoked_on, view.is_corrected) == (State.REVOKED, AT.date(), False)
    assert "reason" not in repr(view)
    act(record_external_result, ExternalResult(worker.pk, course.pk, record.completed_on, corrects_id=record.pk), None)
    assert shown(token).is_corrected


@pytest.mark.parametrize("token", ["a" * 26, "", "A" * 26, "a" * 25, "0" * 26, "' OR 1=1 --", "-", "ə" * 26, "\x00"])
def test_what_is_no_token_is_unknown(record: TrainingRecord, token: str) -> None:
    real = issued(record).token
    view = shown(token)
    assert (view.state, view.name, view.course_title, view.number) == (State.UNKNOWN, "", None, "")
    assert shown(real.upper()).state is State.UNKNOWN


def test_the_name_of_somebody_erased_is_withheld(record: TrainingRecord, worker: Any) -> None:
    token = issued(record).token
    erase(worker)
    view = shown(token)
    assert (view.state, view.name) == (State.VALID, "")
    assert worker.last_name not in repr(view)


@pytest.mark.parametrize(
    ("kind", "entity_id", "expected"),
    [
        (AlarmKind.LEDGER, 1, State.CHECKING),
        (AlarmKind.GUARD, 1, State.CHECKING),
        (AlarmKind.EVIDENCE, 0, State.CHECKING),
        (AlarmKind.EVIDENCE, None, State.CHECKING),
        (AlarmKind.EVIDENCE, 999_999, State.VALID),
    ],
)
def test_in_doubt_nothing_is_called_valid(
    record: TrainingRecord, kind: AlarmKind, entity_id: int | None, expected: State
) -> None:
    token = issued(record).token
    about = record.evidence_id if entity_id == 0 else entity_id
    raise_alarm(kind, "SOMETHING", "evidence", about, "It is not as it was.", at=AT)
    assert shown(token).state is expected
    assert shown("a" * 26).state is State.UNKNOWN
    assert shown(token, days=1000).state is State.EXPIRED
    Alarm.objects.update(resolved_at=AT)
    assert shown(token).state is State.VALID


def test_known_and_unknown_cost_the_same(record: TrainingRecord) -> None:
    token = issued(record).token
    found = []
    for one in (token, "a" * 26, "no token"):
        with CaptureQueriesContext(connection) as statements:
            shown(one)
        found.append([re.sub(r"'[a-z2-7-]{1,26}'|\b\d+\b", "?", entry["sql"]) for entry in statements])
    assert len(found[0]) == 5
    assert found[0] == found[1] == found[2]


def test_a_certificate_in_short(record: TrainingRecord) -> None:
    assert certificate_of(record.pk, site=settings.current()) is None
    made = issued(record)
    short = certificate_of(record.pk, site=settings.current())
    assert short is not None
    assert (short.token, short.number) == (made.token, f"TC-2026-{made.pk:06}")


def test_the_token_stands_nowhere_else(record: TrainingRecord) -> None:
    """Whoever reads the log or the ledger gets no key to the public page."""
    token = issued(record).token
    assert token not in repr(list(AuditEvent.objects.values()))
    assert token.encode() not in b"".join(bytes(data) for data in Leaf.objects.values_list("data", flat=True))
