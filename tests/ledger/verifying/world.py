"""A site with a history of everything that the ledger knows: by commands, signed now and then, as a real one."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from itertools import permutations
from random import Random
from typing import Any

from tests import cast
from tests.training.acting import ABSENT, ADMIN, ASSESSOR, AT, DAY, FAILED, PASSED, held, settle, sheet, time_of
from titan.catalogue.models import Course
from titan.core.actor import Role
from titan.core.command import command
from titan.core.errors import Conflict
from titan.evidence.commands import record_evidence
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import ALL_FILES
from titan.ledger.alarms import raise_alarm
from titan.ledger.commands.restored import accept_restore
from titan.ledger.commands.rotate import announce_key
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import AlarmKind
from titan.ledger.verifying.passing import Scope
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.companies import CompanyChanges, update_company
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Company, Worker, WorkerStatus
from titan.personnel.rules import WorkerChanges
from titan.records.commands import (
    Decision,
    ExternalResult,
    NewRecord,
    decide_competencies,
    record_external_result,
    revoke_record,
    withdraw_competency,
    write_records,
)
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import (
    CompetencyRecord,
    CompetencyStatus,
    DaysOf,
    Result,
    Source,
    TrainingRecord,
    ValidityExtension,
)
from titan.training.commands import attach_evidence, finalize_session
from titan.training.verify import CHECKS, Problem, Within, database, verify_site

SUPER = cast.actor(Role.SUPER_ADMIN, user_id=104)
# All but the guards, which an insider took away, and what has nothing to do with records.
LOOKS_AT = tuple(check for check in CHECKS if check not in database.CHECKS)


@dataclass
class Site:
    """People, courses and the clock of a small site."""

    random: Random
    courses: dict[str, Course] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    method: Any = None
    hours: int = 0
    numbers: int = 0

    @property
    def at(self) -> Any:
        """A moment that goes on."""
        self.hours += 1
        return AT + timedelta(seconds=self.hours)

    def some(self, most: int) -> list[Worker]:
        """Return a few workers who are still there."""
        left = list(self.there())
        return self.random.sample(left, min(len(left), self.random.randint(1, most)))

    def there(self) -> Any:
        """Return everybody who was neither erased nor merged into somebody else."""
        mine = Worker.objects.filter(pk__in=[one.pk for one in self.workers], anonymised_at=None, merged_into=None)
        return mine.order_by("pk")

    def number(self) -> int:
        self.numbers += 1
        return self.numbers


def looked(within: Within | None = None) -> list[Problem]:
    """Return what a verification finds of ledger, rows and evidence."""
    within = within or Within(Scope(), ALL_FILES, LOOKS_AT)
    return list(verify_site(at=AT, progress=lambda done, total, label: None, within=within))


def small_site(seed: int, *, people: int = 8) -> Site:
    """Make the site, without any history."""
    site = Site(Random(seed))
    companies = [cast.make_company(), cast.make_company()]
    site.courses = {"plain": cast.make_course(code="PLAIN"), "signed": cast.make_course(requires_verification=True)}
    site.workers = [cast.make_worker(company=companies[number % 2]) for number in range(people)]
    site.method = cast.make_method()
    settle()
    return site


@lru_cache
def sheets(number: int) -> Any:
    """Return one of a few sheets whose bytes lie in the store."""
    return sheet(f"sheet of the ledger {number % 6}")


def finalize(site: Site, name: str | None = None) -> None:
    """A class takes place, its sheet is perhaps replaced, and it is finalized."""
    course = site.courses[name or site.random.choice(["plain", "signed"])]
    fast = PASSED | {"verified": True, "verified_by_id": 7, "method_id": site.method.pk, "remarks": "sürətli"}
    ways = [PASSED, PASSED | {"score": 88, "remarks": "Yaxşı"}, FAILED, ABSENT]
    if course == site.courses["signed"]:
        ways.append(fast)
    marks = {worker: site.random.choice(ways) for worker in site.some(5)}
    marks[next(iter(marks))] = PASSED
    start = -3 - 24 * site.number()
    session = held(course, marks, time_of(start, 2, on=AT), staged=sheets(site.number()))
    if site.random.random() < 0.4:
        attach_evidence(session.pk, sheets(site.number()), by=ADMIN, at=site.at)
    finalize_session(session.pk, by=ADMIN, at=site.at)


def outside(site: Site, name: str | None = None) -> None:
    """A certificate comes from elsewhere."""
    (worker,) = site.some(1)
    evidence = record_evidence_of(site)
    course = site.courses[name or site.random.choice(["plain", "signed"])]
    new = ExternalResult(
        worker.pk, course.pk, AT.date() - site.random.randint(1, 400) * DAY, provider="Anbar çalışması"
    )
    record_external_result(new, evidence, by=ADMIN, at=site.at)


def record_evidence_of(site: Site) -> int:
    """Keep one of the sheets as evidence of its own."""
    return int(command(record_evidence)(sheets(site.number()), by=ADMIN, at=site.at).id)


def decide(site: Site) -> None:
    """An assessor decides what waits."""
    waiting = CompetencyRecord.objects.filter(status=CompetencyStatus.PENDING, revoked_at=None)
    ids = list(waiting.exclude(worker__anonymised_at__isnull=False).order_by("pk").values_list("pk", flat=True)[:2])
    if not ids:
        return
    competent = site.random.random() < 0.6
    decision = Decision(
        CompetencyStatus.COMPETENT if competent else CompetencyStatus.NOT_COMPETENT,
        site.method.pk,
        remarks="" if competent and site.random.random() < 0.5 else "Səbəb: təkrar",
        assessment_evidence_id=record_evidence_of(site) if site.random.random() < 0.5 else None,
    )
    decide_competencies(ids, decision, by=ASSESSOR, at=site.at)


def withdraw(site: Site) -> None:
    """A pending competency is withdrawn."""
    waiting = CompetencyRecord.objects.filter(status=CompetencyStatus.PENDING, revoked_at=None).order_by("pk").last()
    if waiting is not None:
        withdraw_competency(waiting.pk, "Səhv siyahı", by=ADMIN, at=site.at)


def revoke(site: Site) -> None:
    """A record is revoked, and perhaps corrected."""
    standing = TrainingRecord.objects.filter(revoked_at=None, worker__anonymised_at=None).order_by("pk")
    if not standing:
        return
    record = site.random.choice(list(standing))
    revoke_record(record.pk, "Yanlış adam", by=ADMIN, at=site.at)
    if site.random.random() < 0.5:
        new = ExternalResult(
            record.worker_id, record.course_id, record.completed_on, remarks="düzəliş", corrects_id=record.pk
        )
        # A pass that needs a sign-off is recorded otherwise.
        with suppress(Conflict):
            record_external_result(new, None, by=ADMIN, at=site.at)


def extend(site: Site, *, letter: bool | None = None) -> None:
    """An authority lets records of a course be valid longer, by a letter or by word of mouth."""
    course = site.courses[site.random.choice(["plain", "signed"])]
    days_of, until = site.random.choice([*DaysOf]), AT.date() + site.random.randint(300, 900) * DAY
    extending = Extending(course.pk, days_of, AT.date() - 500 * DAY, AT.date() + 700 * DAY, until)
    decision = AuthorityDecision(f"Sərəncam {site.number()}", AT.date() - DAY, "Təlim mərkəzi bağlı idi")
    has_letter = site.random.random() < 0.5 if letter is None else letter
    evidence = record_evidence_of(site) if has_letter else None
    with suppress(Conflict):
        extend_validity(extending, decision, evidence, by=ADMIN, at=site.at)


def unextend(site: Site) -> None:
    """An extension is taken back."""
    standing = ValidityExtension.objects.filter(revoked_at=None).order_by("pk")
    if standing:
        revoke_extension(site.random.choice(list(standing)).pk, "Bizə aid deyil", by=ADMIN, at=site.at)


def rename(site: Site) -> None:
    """Somebody has another name or badge."""
    (worker,) = site.some(1)
    changes = WorkerChanges(first_name=f"Ad{site.number()}", last_name="Əliyev")
    update_worker(worker.pk, changes, by=ADMIN, at=site.at)


def rename_company(site: Site) -> None:
    """A company has another name."""
    company = Company.objects.filter(workers__in=[one.pk for one in site.workers]).order_by("pk").first()
    assert company is not None
    update_company(company.pk, CompanyChanges(name=f"Şirkət {site.number()}"), by=ADMIN, at=site.at)


def erase(site: Site) -> None:
    """Somebody is erased."""
    if site.there().count() < 5:
        return
    (worker,) = site.some(1)
    update_worker(worker.pk, WorkerChanges(status=WorkerStatus.INACTIVE), by=ADMIN, at=site.at)
    anonymise_worker(worker.pk, "Asked for it", by=SUPER, at=site.at)


def merge(site: Site) -> None:
    """Two of them turn out to be one person, unless both have a result in one class."""
    if site.there().count() < 6:
        return
    for one, other in permutations(site.random.sample(list(site.there()), 6), 2):
        try:
            merge_workers(one.pk, other.pk, "Eyni şəxsiyyət vəsiqəsi", by=ADMIN, at=site.at)
        except Conflict:
            continue
        return


def sign(site: Site) -> None:
    """The head is signed, as after every commit."""
    sign_head()


STEPS: tuple[Callable[[Site], None], ...] = (
    *(finalize, finalize, outside, decide, withdraw, revoke, rename, rename_company, merge, erase, sign, sign),
    *(extend, extend, unextend),
)


def whole_history(seed: int, settings: Any, *, many: int = 50) -> Site:
    """Make a site at which all of it happened: some three hundred leaves, two keys, two epochs, many checkpoints."""
    site = small_site(seed, people=12)
    sign(site)
    for name in ("plain", "signed", "plain", "signed"):
        finalize(site, name)
        sign(site)
    steps = [
        outside,
        outside,
        outside,
        decide,
        rename,
        revoke,
        withdraw,
        rename_company,
        finalize,
        lambda one: extend(one, letter=True),
        lambda one: extend(one, letter=False),
        decide,
        revoke,
        unextend,
        revoke,
        lambda one: extend(one, letter=True),
        merge,
        unextend,
        outside,
        decide,
        revoke,
        merge,
    ]
    for number, step in enumerate(steps):
        step(site)
        if number % 2:
            sign(site)
    erase(site)
    sign(site)
    settings.TITAN_LEDGER_KEY = os.urandom(32)
    announce_key(by=SUPER, at=site.at)
    sign(site)
    many_records(site, many)
    sign(site)
    raise_alarm(AlarmKind.LEDGER, "LEDGER_BEHIND", "ledger", 1, "for a test", at=site.at)
    accept_restore("A test of a restore", by=SUPER, at=site.at)
    sign(site)
    for step in (
        lambda one: finalize(one, "signed"),
        outside,
        rename,
        merge,
        erase,
        lambda one: finalize(one, "plain"),
    ):
        step(site)
        sign(site)
    return site


def many_records(site: Site, people: int) -> None:
    """Record five results of each of `people`."""
    course = site.courses["plain"]
    crowd = [cast.make_worker(company=site.workers[0].company) for _ in range(people)]
    settle()
    kept = EvidenceFile.objects.get(pk=record_evidence_of(site))
    version = cast.published(course)
    for number in range(5):
        write_records(
            [
                NewRecord(
                    worker_id=worker.pk,
                    course_id=course.pk,
                    course_version_id=version.pk,
                    validity_months=12,
                    result=Result.PASSED,
                    completed_on=AT.date() - number * 30 * DAY,
                    evidence_id=kept.pk,
                    evidence_key=kept.key,
                    evidence_sha256=kept.sha256,
                    source=Source.MIGRATED,
                )
                for worker in crowd
            ],
            by=ADMIN,
            at=site.at,
        )
