"""The page behind a certificate's code: for anybody, as little as will do, and right when the paper is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import ADMIN, settle
from titan.accounts import throttle
from titan.core.actor import Role
from titan.ledger.alarms import raise_alarm
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import AlarmKind
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.personnel.commands.anonymise import anonymise_worker
from titan.records.commands import ExternalResult, certify, record_external_result, revoke_record
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import Certificate, TrainingRecord

UNKNOWN = "a" * 26


@pytest.fixture(autouse=True)
def clock(site: Any, at: datetime) -> Iterator[Any]:
    shutil.rmtree(throttle.folder(), ignore_errors=True)
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller
    shutil.rmtree(throttle.folder(), ignore_errors=True)


@pytest.fixture
def worker(site: Any) -> Any:
    return cast.make_worker(
        first_name="Rəşad <b>", last_name="Əliyev", email="rashad@titan.example", phone="+994 50 000 00 00"
    )


@pytest.fixture
def token(worker: Any) -> str:
    """The token of a certificate that is valid until 1 June 2027, with its place in the ledger."""
    course = cast.make_course(
        code="HSE-014", title={"en": "Working at Height", "tr": "Yüksekte Çalışma"}, validity_months=12
    )
    result = ExternalResult(worker.pk, course.pk, date(2026, 6, 1), score=77, provider="Körfez", remarks="Was late")
    made = record_external_result(result, cast.make_evidence().pk, by=ADMIN, at=cast.AT)
    certify([made.record_id or 0], by=ADMIN, at=cast.AT)
    sign_head()
    settle()
    return Certificate.objects.get().token


def look(token: str, **headers: str) -> Any:
    return Client().get(f"/c/{token}", headers=headers)


def page(token: str, **headers: str) -> str:
    return str(look(token, **headers).content.decode())


def test_a_valid_one(token: str, worker: Any) -> None:
    answer = look(token)
    shown = answer.content.decode()
    newest, record = newest_checkpoint(), TrainingRecord.objects.get()
    assert newest is not None
    assert answer.status_code == 200
    for said in (
        ">Valid<",
        "This certificate is valid today, 22 Nov 2026.",
        "Rəşad &lt;b&gt; Əliyev",
        "Working at Height",
        "1 Jun 2026",
        "1 Jun 2027",
        "Test site",
        f"TC-2026-{Certificate.objects.get().pk:06}",
        "Compare this with the paper.",
        "What stands here is what counts.",
        f"of the ledger, size {newest.size}. Root {newest.anchor}.",
    ):
        assert said in shown, said
    for kept in (
        worker.employee_id,
        worker.company.name,
        worker.email,
        worker.phone,
        "Körfez",
        "Was late",
        record.evidence_sha256,
        "/records/",
        "/workers/",
    ):
        assert kept not in shown, kept


class TestAnExtendedOne:
    EXPIRY, UNTIL = date(2027, 6, 1), date(2027, 9, 30)

    def extend(self, letter: int | None = None) -> int:
        record = TrainingRecord.objects.get()
        extending = Extending(record.course_id, "EXPIRES_ON", self.EXPIRY, self.EXPIRY, self.UNTIL)
        decision = AuthorityDecision("Order <118/26>", date(2026, 11, 3), "Our reason is ours")
        return extend_validity(extending, decision, letter, by=ADMIN, at=cast.AT)

    def test_it_is_valid_longer_by_whose_decision(self, token: str, clock: Any) -> None:
        self.extend()
        clock.move_to(datetime(2027, 9, 30, 12, tzinfo=cast.AT.tzinfo))
        shown = page(token)
        for said in (
            ">Valid<",
            "30 Sep 2027",
            "Extended from 1 Jun 2027 by decision Order &lt;118/26&gt; of 3 Nov 2026.",
            "A paper printed before the decision still says the earlier day",
        ):
            assert said in shown, said
        assert "Our reason" not in shown
        clock.move_to(datetime(2027, 10, 1, 12, tzinfo=cast.AT.tzinfo))
        assert "Expired on 30 Sep 2027" in page(token)

    def test_it_is_as_before_once_that_is_revoked(self, token: str, clock: Any) -> None:
        revoke_extension(self.extend(), "Not for us", by=ADMIN, at=cast.AT)
        shown = page(token)
        assert "1 Jun 2027" in shown
        assert "Extended" not in shown
        clock.move_to(datetime(2027, 6, 2, 12, tzinfo=cast.AT.tzinfo))
        assert "Expired on 1 Jun 2027" in page(token)

    def test_the_letter_is_part_of_the_proof(self, token: str) -> None:
        letter = cast.make_evidence().pk
        raise_alarm(AlarmKind.EVIDENCE, "TAMPERED", "evidence", letter, "changed", at=cast.AT)
        assert ">Valid<" in page(token)
        made = self.extend(letter)
        assert ">Being checked<" in page(token)
        revoke_extension(made, "Not for us", by=ADMIN, at=cast.AT)
        assert ">Valid<" in page(token)


def test_nobody_keeps_or_finds_it(token: str) -> None:
    for one in (token, UNKNOWN):
        answer = look(one)
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex, nofollow, noarchive">' in answer.content.decode()
        assert not answer.cookies
        assert "<script" not in answer.content.decode()
        assert "<form" not in answer.content.decode()


def test_an_expired_one(token: str, clock: Any) -> None:
    clock.move_to(cast.AT.replace(year=2027, month=6, day=1, hour=23, minute=59))
    assert ">Valid<" in page(token)
    clock.move_to(cast.AT.replace(year=2027, month=6, day=2, hour=0, minute=0))
    shown = page(token)
    assert "Expired on 1 Jun 2027" in shown
    assert "is valid today" not in shown


def test_a_revoked_and_corrected_one(token: str, worker: Any) -> None:
    record = TrainingRecord.objects.get()
    revoke_record(record.pk, "Somebody else sat the exam", by=ADMIN, at=cast.AT)
    shown = page(token)
    assert "Revoked on 22 Nov 2026" in shown
    assert "This certificate does not count." in shown
    assert "exam" not in shown
    assert "correction" not in shown
    again = ExternalResult(worker.pk, record.course_id, record.completed_on, score=60, corrects_id=record.pk)
    record_external_result(again, None, by=ADMIN, at=cast.AT)
    assert "A correction replaced it" in page(token)


def test_one_of_somebody_erased(token: str, worker: Any) -> None:
    type(worker).objects.filter(pk=worker.pk).update(status="INACTIVE")
    anonymise_worker(worker.pk, "asked", by=cast.actor(Role.SUPER_ADMIN, user_id=1), at=cast.AT)
    shown = page(token)
    assert "Withheld: this person’s data was erased." in shown
    assert ">Valid<" in shown
    assert "Əliyev" not in shown
    assert "Anonymised" not in shown


@pytest.mark.parametrize("kind", [AlarmKind.LEDGER, AlarmKind.GUARD])
def test_while_the_register_is_checked(token: str, kind: AlarmKind) -> None:
    raise_alarm(kind, "ROOT_DIFFERS", "ledger", 1, "Leaf 7 differs.", at=cast.AT)
    shown = page(token)
    assert "Being checked" in shown
    assert "The register is being checked just now" in shown
    assert ">Valid<" not in shown
    assert "Leaf 7" not in shown


@pytest.mark.parametrize("wrong", [UNKNOWN, "x", "A" * 26, "0" * 26, "%00", "%27 OR 1=1", "ə" * 26, "a" * 2000])
def test_an_unknown_one(token: str, wrong: str) -> None:
    answer = look(wrong)
    assert answer.status_code == 404
    shown = answer.content.decode()
    assert ">Unknown<" in shown
    assert "There is no certificate with this code." in shown
    assert "Əliyev" not in shown


def test_there_is_no_list() -> None:
    assert Client().get("/c/").status_code == 404
    assert Client().get("/c").status_code == 404


def test_it_is_only_looked_at(token: str) -> None:
    assert Client().head(f"/c/{token}").status_code == 200
    assert Client().post(f"/c/{token}").status_code == 405


def test_in_the_language_of_the_browser(token: str) -> None:
    answer = look(token, **{"Accept-Language": "tr"})
    shown = answer.content.decode()
    assert 'lang="tr"' in shown
    assert "Yüksekte Çalışma" in shown
    assert "Accept-Language" in answer["Vary"]
    assert "Working at Height" in page(token, **{"Accept-Language": "de"})


def test_known_and_unknown_cost_the_same(token: str) -> None:
    page(token)
    costs = []
    for one in (token, UNKNOWN, "x"):
        with CaptureQueriesContext(connection) as statements:
            page(one)
        costs.append(len(statements))
    assert costs == [5, 5, 5]


def test_an_address_may_look_sixty_times_a_minute(token: str, clock: Any) -> None:
    visitor = Client()
    answers = [visitor.get(f"/c/{one}").status_code for one in [UNKNOWN, token] * 30]
    assert answers == [404, 200] * 30
    for one in (token, UNKNOWN):
        answer = visitor.get(f"/c/{one}")
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) == 61
        assert "Əliyev" not in answer.content.decode()
    assert Client(REMOTE_ADDR="203.0.113.9").get(f"/c/{token}").status_code == 200
    clock.shift(timedelta(seconds=61))
    assert visitor.get(f"/c/{token}").status_code == 200


def test_a_signed_in_visitor_sees_the_same(token: str) -> None:
    visitor = Client()
    visitor.force_login(cast.make_user(Role.AUDITOR))
    assert visitor.get(f"/c/{token}").content == look(token).content
