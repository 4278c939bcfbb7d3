"""The demo site with a session in every state, served for whoever looks at screens: tests and `make pictures`.

It has a process, a home and a clock of its own (Monday, 10:30 on the site), so that nothing it shows depends on the day
on which it is looked at. Everything in it was made through the real commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Baku"))
CAREFUL = "careful@demo.example"
READY = "The showroom is open: "
NAMES = (
    ("محمد عبد الرحمن", "الفارسي"),
    ("נועה", "בן־דוד"),
    ("Wolfeschlegelsteinhausenbergerdorff", "Featherstonehaugh-Cholmondeley de Montmorency"),
    ("Nguyễn Thị Minh", "Khai"),
)


@dataclass(frozen=True)
class Showroom:
    """Where the site is served (`address`), whose session cookies open it (`keys`, by role), the numbers of what it
    shows (`places`, by name)."""

    address: str
    cookie: str
    keys: dict[str, str]
    places: dict[str, Any]


@contextmanager
def showroom(home: Path | None = None) -> Iterator[Showroom]:
    """Make the site in `home` (a temporary folder unless given; one that is made already is served as it is) and serve
    it for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="titan-showroom-") as folder:
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("TITAN_", "DJANGO_"))}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.showroom"],
            cwd=Path(__file__).parents[2],
            env={**outer, "TITAN_HOME": str(home or folder), "DJANGO_SETTINGS_MODULE": "titan.config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield _opened(process)
        finally:
            process.communicate()


def _opened(process: subprocess.Popen[str]) -> Showroom:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return Showroom(**json.loads(line.removeprefix(READY)))
    raise RuntimeError("The showroom did not open; what it said is above.")


def main() -> None:
    """Make and serve the site of TITAN_HOME until standard input ends."""
    made = Path(os.environ["TITAN_HOME"]) / "places.json"
    with time_machine.travel(NOW, tick=True):
        from titan.cli.demo import make_demo
        from titan.cli.start import start

        start()
        if not made.exists():
            _begin_early()
            make_demo()
            made.write_text(json.dumps(_Maker().places()))
        _serve(json.loads(made.read_text()))


def _begin_early() -> None:
    """Let the site be older than its data, so that somebody on it can have a past."""
    from titan.core.actor import system_actor
    from titan.core.settings import set_up_site

    set_up_site("Showroom", "Asia/Baku", by=system_actor(), at=NOW - timedelta(days=60))


def _serve(places: dict[str, Any]) -> None:
    from django.conf import settings
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from titan.accounts.models import User
    from titan.cli.demo import LOGINS
    from titan.cli.serving import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    keys = {role.value: _key(User.objects.get(email=email)) for role, (email, _name) in LOGINS.items()}
    keys |= {name: _key(User.objects.get(pk=places[name])) for name in ("unlinked", "careful", "keyed")}
    opened = {
        "address": f"http://127.0.0.1:{server.server_port}",
        "cookie": settings.SESSION_COOKIE_NAME,
        "keys": keys,
        "places": places,
    }
    print(f"{READY}{json.dumps(opened)}", flush=True)
    sys.stdin.read()
    server.shutdown()


def _key(user: Any) -> str:
    """Return the session key of somebody who has just given their password, so that no page asks for it again."""
    from importlib import import_module

    from django.conf import settings

    from tests.browser.visitor import session_key_of

    key = session_key_of(user)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    given = {"method": "password", "at": (NOW + timedelta(days=1)).timestamp(), "reauthenticated": True}
    session["account_authentication_methods"] = [given]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return key


class _Maker:
    """Adds to the demo site what the demo has no need to show; `places` says where it stands."""

    def __init__(self) -> None:
        from titan.accounts.models import User
        from titan.cli.demo import LOGINS
        from titan.core.actor import Actor, Role, Via
        from titan.demo.sessions import Maker

        def login(role: Role) -> Actor:
            return Actor(role, user_id=User.objects.get(email=LOGINS[role][0]).pk, via=Via.WEB)

        self.admin, self.assessor, self.super_admin = (
            login(role) for role in (Role.HSE_ADMIN, Role.ASSESSOR, Role.SUPER_ADMIN)
        )
        self.maker = Maker(self.admin, NOW)

    def places(self) -> dict[str, Any]:
        from titan.demo import sessions as demo

        self.trend()
        guests = self.guests()
        found = {
            "draft": self.session("HSE-016", "DRAFT"),
            "planned_draft": self.planned_draft(guests),
            "scheduled": self.session(demo.TOMORROW.course, "SCHEDULED"),
            "cannot_run": self.cannot_run(),
            "running": self.running(guests),
            "awaiting_marks": self.session(demo.TO_PROVE.course, "SCHEDULED"),
            "awaiting_sheet": self.awaiting_sheet(),
            "ready": self.session(demo.TO_FINALIZE.course, "SCHEDULED"),
            "finalized": self.session(demo.REFRESHER.course, "COMPLETED"),
            "cancelled": self.session(demo.CALLED_OFF.course, "CANCELLED"),
            "long_name": guests[2],
            "arabic_name": guests[0],
            **self.signed_off(),
            **self.blocked_worker(),
            **self.worker_with_a_past(),
            **self.logins(),
        }
        found |= self.records(found["finalized"])
        found |= self.twins(found["holder"], found["finalized"])
        found |= {**self.certificates(found), **self.cases(found["sign_off_session"]), **self.shelf()}
        return {**found, **self.extensions(), **self.many(), **self.imports()}

    def imports(self) -> dict[str, int]:
        """Spreadsheets in every state: with questions and refused rows, ready, applied, rested upon, taken back."""
        from tests.browser import ugly
        from tests.exchange.imports.files import upload
        from titan.exchange.imports.commands import answer_questions, apply_import, open_import, undo_import
        from titan.exchange.imports.queries.imports import one_import
        from titan.personnel.models import Worker
        from titan.training.commands import Plan, create_session, invite_workers
        from titan.training.models import TrainingSession

        def opened(content: bytes, name: str) -> int:
            return open_import(upload(content, name), by=self.admin, at=NOW)

        def applied(content: bytes, name: str, *, skip: bool = False) -> int:
            number = opened(content, name)
            apply_import(number, skip_refused=skip, by=self.admin, at=NOW)
            return number

        done = applied(ugly.personnel(40, start=200), "Kuzey sahası, Ekim.xlsx", skip=True)
        undone = applied(ugly.personnel(6, start=300, broken=False), "yanlış liste.xlsx")
        undo_import(undone, "The list of another site.", by=self.admin, at=NOW)
        rested = applied(ugly.personnel(3, start=400, broken=False), "Gece vardiyası.xlsx")
        course = TrainingSession.objects.order_by("pk")[0].course_id
        invited = Worker.objects.filter(employee_id__startswith="KZY-04").values_list("pk", flat=True)
        invite_workers(
            create_session(Plan(course_id=course), by=self.admin, at=NOW), list(invited), by=self.admin, at=NOW
        )
        asking = opened(ugly.ambiguous(), "Mobilisation list (final) v3.xlsx")
        answered = opened(ugly.personnel(60), "Personel listesi KASIM 2026 son.xlsx")
        unknown = one_import(answered, by=self.admin, at=NOW).questions
        choice = {question.key: "create" for question in unknown if question.value == "Kuzey Yapı Ltd. Şti."}
        answer_questions(answered, choice, by=self.admin, at=NOW)
        badges = list(Worker.objects.filter(employee_id__startswith="SEA-").values_list("employee_id", flat=True)[:4])
        return {
            "import_working": opened(ugly.many(), "headoffice-export.csv"),
            "import_done": done,
            "import_undone": undone,
            "import_rested": rested,
            "import_asking": asking,
            "import_refusing": answered,
            "import_ready": opened(ugly.changed(badges), "E-mail addresses.xlsx"),
            "import_unread": opened(ugly.unread(), "Telefonlar.xlsx"),
        }

    def trend(self) -> None:
        """How the site stood on the days before, of which a site that was loaded today knows nothing."""
        from titan.compliance.models import DayCounts

        DayCounts.objects.bulk_create(
            DayCounts(
                day=NOW.date() - timedelta(days=ago),
                non_compliant=1_050 + 6 * ago + 25 * (ago % 3),
                awaiting_verification=3,
                in_grace=20,
                expiring=95 + 2 * ago,
                compliant=700 - 8 * ago,
            )
            for ago in range(1, 31)
        )

    def guests(self) -> list[int]:
        """Workers whose names are hard to set: right to left, very long."""
        from titan.personnel.commands.workers import create_worker
        from titan.personnel.models import Area, Company, Role
        from titan.personnel.rules import AreaGiven, WorkerFields

        role, area = Role.objects.order_by("code")[0], Area.objects.order_by("code")[0]
        company = Company.objects.order_by("code")[0]
        return [
            create_worker(
                WorkerFields(f"GST-{number:04}", first, company.pk, last, role_id=role.pk, areas=(AreaGiven(area.pk),)),
                by=self.admin,
                at=NOW,
            )
            for number, (first, last) in enumerate(NAMES, start=1)
        ]

    def session(self, course: str, status: str) -> int:
        from titan.training.models import TrainingSession

        return TrainingSession.objects.filter(course__code=course, status=status).order_by("pk")[0].pk

    def planned_draft(self, guests: list[int]) -> int:
        """A draft with everything filled in that cannot be scheduled: its trainer is booked, its room is too small."""
        from titan.demo import sessions as demo
        from titan.training.commands import Plan, create_session, invite_workers, update_session

        draft = create_session(Plan(course_id=demo._course("LFT-003")), by=self.admin, at=NOW)
        slots = [self.maker._slot(3, (10, 18))]
        plan = Plan(trainer_id=demo._trainer("TR-22"), venue_id=demo._venue("Rigging Loft"), slots=slots)
        update_session(draft, plan, by=self.admin, at=NOW)
        self.maker._fill(draft, demo.Booked("LFT-003", "TR-22", "Rigging Loft", (3,), (10, 18), 12), NOW)
        invite_workers(draft, guests, by=self.admin, at=NOW)
        return draft

    def cannot_run(self) -> int:
        """A scheduled session whose trainer lost the qualification."""
        from titan.demo import sessions as demo
        from titan.resources.commands.trainers import replace_qualifications
        from titan.resources.models import Qualification

        session = self.maker.book(demo.Booked("HSE-005", "TR-17", "Medical Centre Classroom", (2,), (8, 17), 9))
        trainer, course = demo._trainer("TR-17"), demo._course("HSE-005")
        kept = Qualification.objects.filter(trainer_id=trainer).exclude(course_id=course)
        replace_qualifications(trainer, list(kept.values_list("course_id", flat=True)), by=self.admin, at=NOW)
        return session

    def running(self, guests: list[int]) -> int:
        """A class of this morning, half of it marked, with two walk-ins too many for its room."""
        from titan.demo import sessions as demo
        from titan.training.commands import MarkChange, invite_workers, mark_attendance
        from titan.training.queries.sessions import class_list

        session = self.maker.book(demo.Booked("HSE-019", "TR-06", "Main Training Room B", (0,), (9, 13), 14))
        invite_workers(session, guests, by=self.admin, at=NOW)
        people = class_list(session, by=self.admin).items
        changes = [
            MarkChange(row.worker_id, status="NO_SHOW")
            if number == 2
            else MarkChange(row.worker_id, status="ATTENDED", result="FAILED" if number == 5 else "PASSED")
            for number, row in enumerate(people[:9])
        ]
        mark_attendance(session, changes, by=self.admin, at=NOW)
        return session

    def awaiting_sheet(self) -> int:
        from titan.demo import sessions as demo

        session = self.maker.book(demo.Booked("HSE-017", "TR-16", "Main Training Room A", (-1,), (13, 17), 20))
        self.maker.mark(session, absent=2)
        return session

    def signed_off(self) -> dict[str, int]:
        """A class that needs sign-offs: some decided, either way, the rest waiting."""
        from titan.demo import sessions as demo
        from titan.records.commands import Decision, certify, decide_competencies, revoke_record
        from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus, TrainingRecord
        from titan.training.commands import finalize_session

        session = self.maker.book(demo.Booked("HSE-008", "TR-14", "Height Training Tower", (-12,), (8, 17), 10))
        self.maker.mark(session, absent=1)
        self.maker.prove(session)
        finalize_session(session, by=self.admin, at=NOW)
        waiting = list(CompetencyRecord.objects.filter(session_id=session).order_by("pk").values_list("pk", flat=True))
        method = AssessmentMethod.objects.order_by("pk")[0].pk
        yes = Decision(CompetencyStatus.COMPETENT, method, remarks="Harness checked, rescue plan explained.")
        no = Decision(CompetencyStatus.NOT_COMPETENT, method, remarks="Did not check the anchor before he clipped on.")
        signed = decide_competencies(waiting[:2], yes, by=self.assessor, at=NOW)
        decide_competencies(waiting[2:3], no, by=self.assessor, at=NOW)
        record = TrainingRecord.objects.get(pk=signed[waiting[1]])
        certify([record.pk], by=self.admin, at=NOW)
        revoke_record(record.pk, "The assessor signed the wrong badge.", by=self.super_admin, at=NOW)
        return {
            "sign_off_session": session,
            "competent": waiting[0],
            "not_competent": waiting[2],
            "pending": waiting[4],
            "revoked_record": record.pk,
            "worker": record.worker_id,
        }

    def blocked_worker(self) -> dict[str, int]:
        from titan.personnel.commands.workers import update_worker
        from titan.personnel.models import Worker
        from titan.personnel.rules import WorkerChanges

        worker = Worker.objects.filter(status="ACTIVE", employee_id__startswith="ANC-").order_by("-pk")[0].pk
        changes = WorkerChanges(status="BLACKLISTED")
        update_worker(worker, changes, reason="Bypassed a lock-out on Unit 2.", by=self.admin, at=NOW)
        return {"blocked_worker": worker}

    def worker_with_a_past(self) -> dict[str, Any]:
        """Somebody of whom another thing was known then than is known now, on the day `past_day`."""
        from titan.catalogue.models import Course
        from titan.compliance.requirements.commands import replace_area_requirements, replace_role_requirements
        from titan.compliance.requirements.rules import RequirementGiven
        from titan.evidence.models import EvidenceFile
        from titan.personnel.commands.areas import AreaFields, create_area
        from titan.personnel.commands.roles import create_role
        from titan.personnel.commands.workers import create_worker, update_worker
        from titan.personnel.models import Company, Role
        from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields
        from titan.records.commands import ExternalResult, record_external_result, revoke_record

        def ago(days: int) -> datetime:
            return NOW - timedelta(days=days)

        def passed(course: str, days: int, *, entered: int) -> int:
            new = ExternalResult(worker, courses[course], ago(days).date(), provider="Caspian Safety Academy")
            made = record_external_result(new, sheet, by=self.admin, at=ago(entered))
            return made.record_id or made.competency_id or 0

        codes = ("HSE-001", "HSE-003", "HSE-004", "HSE-019", "LFT-001")
        courses = dict(Course.objects.filter(code__in=codes).values_list("code", "pk"))
        sheet = EvidenceFile.objects.order_by("pk")[0].pk
        company = Company.objects.order_by("code")[1].pk
        role = create_role("NIGHT-RIGGER", {"en": "Night rigger"}, by=self.admin, at=ago(50))
        area = create_area(AreaFields("OLD-JETTY", "Old jetty"), by=self.admin, at=ago(50))
        before_entry = [RequirementGiven(courses[code], "PRE_MOB") for code in codes[:4]]
        replace_role_requirements(role, before_entry, by=self.admin, at=ago(49))
        in_grace = [RequirementGiven(courses["LFT-001"], "POST_MOB", 30)]
        replace_area_requirements(area, in_grace, by=self.admin, at=ago(49))
        fields = WorkerFields("GST-0009", "Orxan", company, "Məmmədov", role_id=role, areas=(AreaGiven(area),))
        worker = create_worker(fields, by=self.admin, at=ago(45))
        wrong = passed("HSE-001", 100, entered=44)
        passed("HSE-003", 30, entered=28)
        passed("HSE-004", 40, entered=3)
        passed("HSE-019", 200, entered=44)
        revoke_record(wrong, "The certificate names somebody else.", by=self.admin, at=ago(6))
        changes = WorkerChanges(role_id=Role.objects.order_by("code")[0].pk)
        update_worker(worker, changes, by=self.admin, at=ago(2))
        return {"past_worker": worker, "past_day": ago(20).date().isoformat()}

    def twins(self, holder: int, session: int) -> dict[str, Any]:
        """Rows that may be one person: a second one of `holder`, somebody of whom it was said, a merged pair."""
        from titan.catalogue.models import Course
        from titan.personnel.commands.distinct import say_distinct
        from titan.personnel.commands.merge import merge_workers
        from titan.personnel.commands.workers import create_worker
        from titan.personnel.models import Area, Role, Worker
        from titan.personnel.rules import AreaGiven, WorkerFields
        from titan.records.commands import ExternalResult, record_external_result
        from titan.records.models import TrainingRecord
        from titan.training.commands import invite_workers

        person = Worker.objects.get(pk=holder)
        role, area = Role.objects.order_by("code")[2], Area.objects.order_by("code")[5]

        def add(badge: str, first: str, last: str, **given: Any) -> int:
            fields = WorkerFields(badge, first, person.company_id, last, **given)
            return create_worker(fields, by=self.admin, at=NOW - timedelta(days=9))

        twin = add(
            "TMP-0031",
            person.last_name.upper(),
            person.first_name.upper(),
            role_id=role.pk,
            areas=(AreaGiven(area.pk),),
            phone="+994 50 555 01 31",
        )
        sheet = TrainingRecord.objects.filter(worker_id=holder).values_list("evidence_id", flat=True)[0]
        for code, days in (("HSE-003", 200), ("HSE-017", 90)):
            day = (NOW - timedelta(days=days)).date()
            new = ExternalResult(twin, Course.objects.get(code=code).pk, day, provider="Caspian Safety Academy")
            record_external_result(new, sheet, by=self.admin, at=NOW - timedelta(days=8))
        invite_workers(self.session("HSE-016", "DRAFT"), [twin], by=self.admin, at=NOW)
        add("TMP-0032", "Low", "Report", supervisor_id=twin)
        brother = add("TMP-0033", person.first_name, person.last_name)
        say_distinct(brother, holder, by=self.admin, at=NOW - timedelta(days=5))
        gone = add("TMP-0040", "Kənan", "Süleymanov", role_id=role.pk)
        stays = add("TMP-0041", "Kanan", "Suleymanov", role_id=role.pk)
        merge_workers(gone, stays, "One passport, seen at the gate.", by=self.admin, at=NOW - timedelta(days=4))
        classmate = TrainingRecord.objects.filter(session_id=session, revoked_at=None).exclude(worker_id=holder)
        return {
            "twin": twin,
            "brother": brother,
            "merged_worker": gone,
            "merged_into": stays,
            "merged_badge": "TMP-0040",
            "classmate": classmate.order_by("pk")[0].worker_id,
            "twin_first": person.first_name,
            "twin_last": person.last_name,
            "twin_company": str(person.company_id),
        }

    def logins(self) -> dict[str, int]:
        """A trainer's login that is linked to nobody, one with an app and its codes, one with a passkey; a token."""
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
        from allauth.mfa.webauthn.internal.auth import WebAuthn

        from titan.accounts.commands import change_sign_in, create_token
        from titan.accounts.models import User
        from titan.cli.demo import PASSWORD
        from titan.cli.people import make_login
        from titan.core.actor import Role

        unlinked, careful, keyed = (
            make_login(email, role, name, PASSWORD)
            for email, role, name in (
                ("new.trainer@demo.example", Role.TRAINER, "Nərmin Quliyeva"),
                (CAREFUL, Role.AUDITOR, "Vahid Həsənli"),
                ("keyed@demo.example", Role.AUDITOR, "نورا الهاشمي"),
            )
        )

        def add_factors() -> None:
            app, key = User.objects.get(pk=careful), User.objects.get(pk=keyed)
            TOTP.activate(app, generate_totp_secret())
            RecoveryCodes.activate(app)
            WebAuthn.add(key, "Work phone", {"clientExtensionResults": {"credProps": {"rk": True}}})

        change_sign_in(add_factors, by=self.super_admin, at=NOW)
        assert self.super_admin.user_id is not None
        create_token(self.super_admin.user_id, "Weekly export", by=self.super_admin, at=NOW - timedelta(days=3))
        self._feeds()
        passkey = User.objects.get(pk=keyed).authenticator_set.get().pk
        return {"unlinked": unlinked, "careful": careful, "keyed": keyed, "passkey": passkey}

    def _feeds(self) -> None:
        """Calendar feeds of the HSE admin: one in use, one that was never read, one revoked."""
        from titan.exchange.calendars.commands.feeds import make_feed, note_reading, revoke_feed
        from titan.exchange.calendars.models import Kind
        from titan.resources.models import Trainer, Venue

        trainer, venue = Trainer.objects.order_by("pk")[0], Venue.objects.order_by("pk")[0]
        old = make_feed(Kind.ALL, name="Old phone", by=self.admin, at=NOW - timedelta(days=60))
        revoke_feed(old.row.id, by=self.admin, at=NOW - timedelta(days=30))
        used = make_feed(Kind.ALL, name="Outlook at the office", by=self.admin, at=NOW - timedelta(days=29))
        note_reading(used.row.id, by=self.admin, at=NOW)
        make_feed(Kind.TRAINER, trainer_id=trainer.pk, by=self.admin, at=NOW - timedelta(days=4))
        make_feed(
            Kind.VENUE, venue_id=venue.pk, name="Screen beside the door", by=self.admin, at=NOW - timedelta(days=3)
        )

    def records(self, finalized: int) -> dict[str, Any]:
        from titan.compliance.models import ComplianceItem, Severity
        from titan.records.models import TrainingRecord

        record = TrainingRecord.objects.filter(session_id=finalized, result="PASSED").order_by("pk")[0]
        imported = TrainingRecord.objects.filter(source="MIGRATED").order_by("pk")[0]
        red = ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).order_by("pk")[0]
        return {
            "record": record.pk,
            "holder": record.worker_id,
            "evidence": record.evidence_id,
            "imported_record": imported.pk,
            "red_worker": red.worker_id,
            "red_course": red.course_id,
            "hash": record.evidence_sha256,
        }

    def certificates(self, found: dict[str, Any]) -> dict[str, str]:
        """Tokens of certificates: one that is valid, one that ran out, one whose record was revoked."""
        from titan.records.commands import certify
        from titan.records.models import Certificate, TrainingRecord

        passed = TrainingRecord.objects.filter(result="PASSED", revoked_at=None, valid_until__lt=NOW.date())
        past = passed.order_by("pk")[0].pk
        certify([found["record"], past], by=self.admin, at=NOW)
        tokens = dict(Certificate.objects.values_list("record_id", "token"))
        return {
            "valid_token": tokens[found["record"]],
            "past_token": tokens[past],
            "revoked_token": tokens[found["revoked_record"]],
        }

    def cases(self, sign_off_session: int) -> dict[str, int]:
        """Something found false, three times: it waits for the HSE admin, is theirs, and was approved."""
        from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
        from titan.demo import sessions as demo
        from titan.training.commands import finalize_session, invite_workers
        from titan.training.consequences.commands import approve_case, propose_case
        from titan.training.consequences.queries.listing import Subject
        from titan.training.models import CaseSubject, TrainingSession

        never_held = self.maker.book(demo.Booked("HSE-017", "TR-16", "Main Training Room A", (-20,), (13, 17), 4))
        # Of whom no other course is lacking: these turn Green, and Red again.
        green = WorkerVerdict.objects.filter(severity=Severity.NON_COMPLIANT).exclude(
            worker__items__in=ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).exclude(
                course__code="HSE-017"
            )
        )
        invite_workers(never_held, list(green.values_list("pk", flat=True)[:5]), by=self.admin, at=NOW)
        self.maker.mark(never_held, absent=1)
        self.maker.prove(never_held)
        finalize_session(never_held, by=self.admin, at=NOW)
        trainer = TrainingSession.objects.get(pk=sign_off_session).trainer_id or 0
        about = {
            "case_open": (CaseSubject.SESSION, sign_off_session, self.super_admin, "The tower was closed that day."),
            "case_own": (CaseSubject.TRAINER, trainer, self.admin, "The trainer's own certificate is forged."),
            "case_done": (CaseSubject.SESSION, never_held, self.admin, "The sheet was signed in the canteen."),
        }
        made = {
            name: propose_case(Subject(kind, pk), reason, by=by, at=NOW)
            for name, (kind, pk, by, reason) in about.items()
        }
        approve_case(made["case_done"], "I asked five of them.", by=self.super_admin, at=NOW)
        return made

    def extensions(self) -> dict[str, Any]:
        """Decisions that records are valid longer: one in force, with its letter, one revoked, one to be looked at."""
        import io
        from urllib.parse import urlencode

        from tests.files import pdf_bytes
        from titan.compliance.models import ComplianceItem, Severity
        from titan.evidence.commands import Upload, stage
        from titan.records.commands import certify
        from titan.records.extensions.commands import extend_validity_by_letter, revoke_extension
        from titan.records.extensions.rules import AuthorityDecision, Extending
        from titan.records.models import Certificate, TrainingRecord

        today = NOW.date()
        # The course in which most are Red whose last proof ran out this year.
        red = ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT, record_id=None)
        first, last, until = today - timedelta(days=120), today + timedelta(days=60), today + timedelta(days=150)
        ran_out = TrainingRecord.objects.filter(
            result="PASSED", revoked_at=None, expires_on__range=(first, today), worker__items__in=red
        )
        courses = ran_out.values_list("course_id", flat=True)
        most, other = sorted(set(courses), key=list(courses).count, reverse=True)[:2]
        decision = AuthorityDecision(
            "Order 118/26 of the State Labour Inspectorate",
            today - timedelta(days=4),
            "The only approved fire ground is closed until spring; the inspectorate extends what ran out meanwhile.",
        )
        letter = stage([Upload("order-118-26.pdf", io.BytesIO(pdf_bytes("Order 118/26")))])
        chosen = Extending(most, "EXPIRES_ON", first, last, until)
        made = extend_validity_by_letter(chosen, decision, letter, by=self.admin, at=NOW)
        wrong = Extending(other, "EXPIRES_ON", first, last, until)
        revoked = extend_validity_by_letter(wrong, decision, None, by=self.admin, at=NOW)
        revoke_extension(revoked, "The order names another course.", by=self.super_admin, at=NOW)
        extended = TrainingRecord.objects.filter(extended__extension_id=made, worker__status="ACTIVE").order_by("pk")
        record = extended.filter(course_id=most)[0]
        certify([record.pk], by=self.admin, at=NOW)
        choice = {"course_id": other, "days_of": "EXPIRES_ON", "from": first, "to": last, "until": until}
        return {
            "extension": made,
            "extension_revoked": revoked,
            "extension_choice": urlencode(choice),
            "extension_nothing": urlencode({**choice, "until": first}),
            "extended_record": record.pk,
            "extended_worker": record.worker_id,
            "extended_token": Certificate.objects.get(record=record).token,
        }

    def many(self) -> dict[str, str]:
        """Workers to change at once: some of them leavers, one inactive, one blacklisted."""
        from urllib.parse import urlencode

        from titan.personnel.commands.workers import update_worker
        from titan.personnel.models import Worker
        from titan.personnel.rules import WorkerChanges

        some = list(Worker.objects.filter(status="ACTIVE", employee_id__startswith="NGT-").order_by("pk")[:14])
        for number, worker in enumerate(some[:4]):
            last = NOW.date() - timedelta(days=3 + number)
            status = "INACTIVE" if number == 3 else "ACTIVE"
            update_worker(worker.pk, WorkerChanges(end_date=last, status=status), by=self.admin, at=NOW)
        update_worker(some[4].pk, WorkerChanges(status="BLACKLISTED"), reason="Fought.", by=self.admin, at=NOW)
        return {"many": urlencode({"worker_id": [worker.pk for worker in some]}, doseq=True)}

    def shelf(self) -> dict[str, int]:
        from titan.catalogue.models import Course
        from titan.personnel.models import Area, Company, Role
        from titan.resources.models import Trainer, Venue

        return {
            "course": Course.objects.get(code="HSE-003").pk,
            "role": Role.objects.order_by("code")[3].pk,
            "area": Area.objects.filter(parent__isnull=False).order_by("code")[0].pk,
            "trainer": Trainer.objects.get(code="TR-06").pk,
            "venue": Venue.objects.order_by("pk")[0].pk,
            "company": Company.objects.order_by("pk")[0].pk,
        }


if __name__ == "__main__":
    main()
