"""Certificates as their readers hold them: one page each, in their words, and a code that leads to the right page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.paper.reading import codes, page_count, standard, texts
from tests.training.acting import ADMIN, AT, PASSED, held, settle
from titan.core.actor import Role
from titan.core.errors import Conflict, NotFound
from titan.ledger.commands.sign import sign_head
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.paper.certificates import certificates_pdf, ledger_lines, records_to_certify
from titan.records.commands import certify
from titan.records.extensions.commands import extend_validity
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import Certificate, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession

SITE = "https://titan.example"
LONG = "Order 118/26 of the Ministry of Labour and Social Protection of the Population, State Labour Inspectorate, Bakı"
PEOPLE = [("Rəşad", "Əliyev"), ("Борис", "Ёлкин"), ("Hari", "Gurung")]


@pytest.fixture
def session(site: Any) -> TrainingSession:
    """A finalized session of three people, its ledger signed."""
    course = cast.make_course(code="HSE-014", title={"en": "Working at Height", "tr": "Yüksekte Çalışma"})
    workers = [cast.make_worker(first_name=first, last_name=last) for first, last in PEOPLE]
    trainer = cast.make_trainer(course, first_name="Ravi", last_name="Iyer")
    made = held(course, {worker: {**PASSED, "score": 92} for worker in workers}, trainer=trainer)
    settle()
    finalize_session(made.pk, by=ADMIN, at=AT)
    sign_head()
    return made


def certified(session: TrainingSession) -> list[int]:
    records = records_to_certify(session.pk, by=ADMIN)
    certify(records, by=ADMIN, at=AT)
    return records


def test_it_says_what_was_proved(session: TrainingSession) -> None:
    records = certified(session)
    record = TrainingRecord.objects.select_related("worker__company").get(pk=records[0])
    pdf = certificates_pdf([record.pk], site_url=SITE, languages=["en"])
    (text,) = texts(pdf)
    newest = newest_checkpoint()
    assert newest is not None
    assert standard(pdf) == ("2", "B")
    for said in (
        "Test site",
        f"Certificate TC-2026-{Certificate.objects.get(record=record).pk:06}",
        f"This certifies that {record.worker.first_name} {record.worker.last_name} {record.worker.employee_id}",
        record.worker.company.name,
        "passed the training Working at Height HSE-014, version 1 · completed on 22 November 2026",
        f"session {session.code} · 2 hours · score 92",
        "Valid until 22 November 2027",
        "Ravi Iyer Trainer",
        "Issued on 22 November 2026",
        f"of the ledger, size {newest.size} Root {newest.anchor}",
        record.evidence_sha256[:8] + " " + record.evidence_sha256[8:16],
    ):
        assert said in text, said


def test_an_extended_one_says_by_whose_decision(session: TrainingSession) -> None:
    records = certified(session)
    day, until = date(2027, 11, 22), date(2028, 2, 29)
    extending = Extending(session.course_id, "EXPIRES_ON", day, day, until)
    for number, reference in enumerate(("Order 118/26", LONG), start=1):
        decision = AuthorityDecision(reference, date(2026, 11, 3), "The training centre is closed.")
        extend_validity(extending, decision, by=ADMIN, at=AT)
        extending = replace(extending, until=until + timedelta(days=number))
    pdf = certificates_pdf(records, site_url=SITE, languages=["en"])
    assert page_count(pdf) == len(records)
    assert "Valid until 1 March 2028" in texts(pdf)[0]
    assert f"Extended from 22 November 2027 by decision {LONG} of 3 November 2026" in texts(pdf)[0]


def test_the_code_leads_to_its_page(session: TrainingSession) -> None:
    records = certified(session)
    pdf = certificates_pdf(records, site_url=f"{SITE}/", languages=["en"])
    tokens = dict(Certificate.objects.values_list("record_id", "token"))
    for number, (pk, text) in enumerate(zip(records, texts(pdf), strict=True)):
        assert codes(pdf, number) == [f"{SITE}/c/{tokens[pk]}"]
        assert f"{SITE}/c/{tokens[pk]}" in text


def test_all_of_a_session_in_the_order_of_the_list(session: TrainingSession) -> None:
    pdf = certificates_pdf(certified(session), site_url=SITE, languages=["en"])
    names = [re.search("certifies that (.*?) W-", text) for text in texts(pdf)]
    assert [found and found[1] for found in names] == ["Hari Gurung", "Rəşad Əliyev", "Борис Ёлкин"]


def test_in_the_language_of_the_reader(session: TrainingSession) -> None:
    records = certified(session)[:1]
    for language in ("tr", "tr-cy"):
        (text,) = texts(certificates_pdf(records, site_url=SITE, languages=[language]))
        assert "Yüksekte Çalışma" in text
        assert "22 Kasım 2026" in text
    (text,) = texts(certificates_pdf(records, site_url=SITE, languages=["az"]))
    assert "Working at Height" in text


def test_the_same_paper_has_the_same_bytes(session: TrainingSession) -> None:
    records = certified(session)
    first, again = (certificates_pdf(records, site_url=SITE, languages=["en"]) for _ in range(2))
    assert first == again


def test_long_and_strange_names_stay_on_one_page(site: Any) -> None:
    names = [
        "W" * 100,
        "Maximiliana Konstantinopolitanska " * 2,
        '#image("x") *y*',
        "محمد بن عبد الله",
        "李雷",
        "a\u0301" * 40,
    ]
    course = cast.make_course(title={"en": "Working at height in confined spaces with breathing air " * 3})
    company = cast.make_company(name="Ümumi Tikinti və Quraşdırma " * 7)
    workers = [cast.make_worker(first_name=name, last_name=name, company=company) for name in names]
    records = [cast.make_record(one, course, provider="Provider " * 22, score=100).pk for one in workers]
    settle()
    certify(records, by=ADMIN, at=AT)
    site_url = "https://a-rather-long-name.of-a-site.titan.example/training"
    pdf = certificates_pdf(records, site_url=site_url, languages=["en"])
    assert page_count(pdf) == len(names)
    assert '#image("x") *y* #image("x") *y*' in texts(pdf)[2]
    for number, record in enumerate(records):
        token = Certificate.objects.get(record_id=record).token
        assert codes(pdf, number) == [f"{site_url}/c/{token}"]


def test_many_cost_what_few_cost(site: Any) -> None:
    course = cast.make_course()
    costs = []
    for people in (1, 60):
        records = [cast.make_record(cast.make_worker(), course, session_id=9).pk for _ in range(people)]
        settle()
        certify(records, by=ADMIN, at=AT)
        with CaptureQueriesContext(connection) as statements:
            pdf = certificates_pdf(records, site_url=SITE, languages=["en"])
        costs.append(len(statements))
        assert page_count(pdf) == people
    assert costs == [6, 6]


def test_without_a_certificate_there_is_no_paper(site: Any) -> None:
    record = cast.make_record(cast.make_worker(), cast.make_course())
    with pytest.raises(ValueError, match="none"):
        certificates_pdf([record.pk], site_url=SITE, languages=["en"])


def test_a_session_without_a_pass(site: Any) -> None:
    session = cast.make_session(cast.make_course())
    with pytest.raises(Conflict, match="finalized session"):
        records_to_certify(session.pk, by=ADMIN)
    with pytest.raises(NotFound):
        records_to_certify(session.pk, by=cast.actor(Role.TRAINER, trainer_id=4))


def test_an_anchor_is_printed_only_when_it_holds_the_entry(session: TrainingSession) -> None:
    newest = newest_checkpoint()
    assert newest is not None
    assert ledger_lines(None, newest) == []
    assert ledger_lines(newest.size, newest) == [f"Entry #{newest.size} of the ledger"]
    assert len(ledger_lines(newest.size - 1, newest)) == 2
