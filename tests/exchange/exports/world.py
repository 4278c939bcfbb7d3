"""A site with something in every list, and names that a careless spreadsheet would calculate or break."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

from tests import cast
from tests.training.acting import ABSENT, ADMIN, FAILED, PASSED, act, held, pending, scheduled, settle, time_of
from titan.audit.models import AuditEvent
from titan.core import settings
from titan.core.actor import Actor, Role
from titan.exchange.exports.listing import Asked, Listing
from titan.exchange.exports.lists import LISTS
from titan.personnel.models import WorkerStatus
from titan.records.commands import revoke_record
from titan.training.commands import finalize_session
from titan.training.consequences.commands import propose_case
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseSubject

NASTY = (
    '=HYPERLINK("http://x","y")',
    "+994 50 123 45 67",
    "-2+3",
    "@SUM(1+1)",
    "'=1+1",
    "＝1+1",
    "<r><t>bold</t></r>",
    "_x0041_bc",
    "00042",
    "1E5",
    'Şükrü İğdır, "Ağa"; Əliyev',
    "شركة عربية",
    "𝔘nicode & <tags>",
)


def make_world() -> SimpleNamespace:
    """Make the site; each nasty text is the last name of a worker."""
    boss = cast.make_user(Role.SUPER_ADMIN)
    other = cast.make_user(Role.HSE_ADMIN)
    course, verified = cast.make_course(code="HSE-001"), cast.make_course(code="HSE-002", requires_verification=True)
    lasting = cast.make_course(code="HSE-003", validity_months=0, min_pass_score=70, prerequisites=[course])
    role, bare = cast.make_role(title={"en": "=Rigger", "tr": "Halatçı", "az": "Taqelajçı"}), cast.make_role()
    site_area = cast.make_area(name="+Site")
    area = cast.make_area(site_area)
    for asked, grace in ((course, None), (verified, None), (lasting, 30)):
        cast.require(role, asked, grace)
    cast.require(area, course)
    company = cast.make_company(name="@Firma", search_key="firma")
    workers = [
        cast.make_worker(
            role=role,
            areas=[site_area, area],
            company=company,
            employee_id=f"{number:04}",
            first_name=f"First {number}",
            last_name=text,
            email=f"w{number}@site.example",
            phone="+994 50 000 00 00",
            start_date=date(2026, 1, 5),
        )
        for number, text in enumerate(NASTY)
    ]
    workers[1].supervisor = workers[0]
    workers[1].save()
    cast.make_worker(role=bare, status=WorkerStatus.BLACKLISTED, end_date=date(2026, 10, 1))
    cast.make_worker(status=WorkerStatus.INACTIVE)
    days = {"completed_on": date(2026, 1, 5)}
    cast.make_record(workers[2], course, expires_on=date(2028, 1, 5), **days)
    cast.make_record(workers[3], course, expires_on=date(2026, 12, 1), **days)
    cast.make_record(workers[4], course, expires_on=date(2026, 11, 1), **days)
    cast.make_record(workers[5], lasting, expires_on=None, **days)
    wrong = cast.make_record(workers[6], course, expires_on=date(2028, 1, 5), **days)
    trainer = cast.make_trainer(course, verified, last_name="=Trainer")
    cast.make_trainer(type="EXTERNAL", company_name="-Outside")
    venue = cast.make_venue(name="=Room", location="@2nd floor")
    cast.make_method()
    session = held(course, {workers[0]: PASSED, workers[1]: FAILED, workers[2]: ABSENT}, trainer=trainer, venue=venue)
    scheduled(course, time_of(8), trainer=trainer, venue=venue, workers=workers[7:9], title="=Class")
    pending(workers[9], verified)
    settle()
    act(finalize_session, session.pk, by=cast.actor_of(boss))
    act(revoke_record, wrong.pk, "=cmd()", by=ADMIN)
    act(propose_case, Subject(CaseSubject.SESSION, session.pk), "+forged", by=cast.actor_of(other))
    assert AuditEvent.objects.exists()
    return SimpleNamespace(
        boss=boss, workers=workers, session=session, course=course, role=role, company=company, trainer=trainer
    )


def asked(by: Actor | None = None, *, at: datetime = cast.AT, language: str = "en") -> Asked:
    """Return who asks for lists: a super admin unless said otherwise."""
    return Asked(by or cast.actor(Role.SUPER_ADMIN), at, settings.current(), language)


def listing(name: str, who: Asked | None = None, **wanted: object) -> Listing[object]:
    """Return the list of that name."""
    found = LISTS[name]
    return found.make(found.wanted(**wanted), who or asked())


def every_list(world: SimpleNamespace) -> list[Listing[object]]:
    """Return every list there is; the class list is that of the finalized session."""
    return [listing(name, **({"session_id": world.session.pk} if name == "attendees" else {})) for name in LISTS]
