"""Workers: hard to set in type, blocked, with a past, doubled, and many at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.browser.showroom.opening import NOW
from tests.browser.showroom.staff import Staff, session_of

NAMES = (
    ("محمد عبد الرحمن", "الفارسي"),
    ("נועה", "בן־דוד"),
    ("Wolfeschlegelsteinhausenbergerdorff", "Featherstonehaugh-Cholmondeley de Montmorency"),
    ("Nguyễn Thị Minh", "Khai"),
)


def guests(staff: Staff) -> list[int]:
    """Workers whose names are hard to set: right to left, very long."""
    from titan.personnel.commands.workers import create_worker
    from titan.personnel.models import Area, Company, Role
    from titan.personnel.rules import AreaGiven, WorkerFields

    role, area = Role.objects.order_by("code")[0], Area.objects.order_by("code")[0]
    company = Company.objects.order_by("code")[0]
    return [
        create_worker(
            WorkerFields(f"GST-{number:04}", first, company.pk, last, role_id=role.pk, areas=(AreaGiven(area.pk),)),
            by=staff.admin,
            at=NOW,
        )
        for number, (first, last) in enumerate(NAMES, start=1)
    ]


def blocked_worker(staff: Staff) -> dict[str, int]:
    from titan.personnel.commands.workers import update_worker
    from titan.personnel.models import Worker
    from titan.personnel.rules import WorkerChanges

    worker = Worker.objects.filter(status="ACTIVE", employee_id__startswith="ANC-").order_by("-pk")[0].pk
    changes = WorkerChanges(status="BLACKLISTED")
    update_worker(worker, changes, reason="Bypassed a lock-out on Unit 2.", by=staff.admin, at=NOW)
    return {"blocked_worker": worker}


def worker_with_a_past(staff: Staff) -> dict[str, Any]:
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
        made = record_external_result(new, sheet, by=staff.admin, at=ago(entered))
        return made.record_id or made.competency_id or 0

    codes = ("HSE-001", "HSE-003", "HSE-004", "HSE-019", "LFT-001")
    courses = dict(Course.objects.filter(code__in=codes).values_list("code", "pk"))
    sheet = EvidenceFile.objects.order_by("pk")[0].pk
    company = Company.objects.order_by("code")[1].pk
    role = create_role("NIGHT-RIGGER", {"en": "Night rigger"}, by=staff.admin, at=ago(50))
    area = create_area(AreaFields("OLD-JETTY", "Old jetty"), by=staff.admin, at=ago(50))
    before_entry = [RequirementGiven(courses[code], "PRE_MOB") for code in codes[:4]]
    replace_role_requirements(role, before_entry, by=staff.admin, at=ago(49))
    in_grace = [RequirementGiven(courses["LFT-001"], "POST_MOB", 30)]
    replace_area_requirements(area, in_grace, by=staff.admin, at=ago(49))
    fields = WorkerFields("GST-0009", "Orxan", company, "Məmmədov", role_id=role, areas=(AreaGiven(area),))
    worker = create_worker(fields, by=staff.admin, at=ago(45))
    wrong = passed("HSE-001", 100, entered=44)
    passed("HSE-003", 30, entered=28)
    passed("HSE-004", 40, entered=3)
    passed("HSE-019", 200, entered=44)
    revoke_record(wrong, "The certificate names somebody else.", by=staff.admin, at=ago(6))
    changes = WorkerChanges(role_id=Role.objects.order_by("code")[0].pk)
    update_worker(worker, changes, by=staff.admin, at=ago(2))
    return {"past_worker": worker, "past_day": ago(20).date().isoformat()}


def twins(staff: Staff, holder: int, session: int) -> dict[str, Any]:
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
        return create_worker(fields, by=staff.admin, at=NOW - timedelta(days=9))

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
        record_external_result(new, sheet, by=staff.admin, at=NOW - timedelta(days=8))
    invite_workers(session_of("HSE-016", "DRAFT"), [twin], by=staff.admin, at=NOW)
    add("TMP-0032", "Low", "Report", supervisor_id=twin)
    brother = add("TMP-0033", person.first_name, person.last_name)
    say_distinct(brother, holder, by=staff.admin, at=NOW - timedelta(days=5))
    gone = add("TMP-0040", "Kənan", "Süleymanov", role_id=role.pk)
    stays = add("TMP-0041", "Kanan", "Suleymanov", role_id=role.pk)
    merge_workers(gone, stays, "One passport, seen at the gate.", by=staff.admin, at=NOW - timedelta(days=4))
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


def many(staff: Staff) -> dict[str, str]:
    """Workers to change at once: some of them leavers, one inactive, one blacklisted."""
    from urllib.parse import urlencode

    from titan.personnel.commands.workers import update_worker
    from titan.personnel.models import Worker
    from titan.personnel.rules import WorkerChanges

    some = list(Worker.objects.filter(status="ACTIVE", employee_id__startswith="NGT-").order_by("pk")[:14])
    for number, worker in enumerate(some[:4]):
        last = NOW.date() - timedelta(days=3 + number)
        status = "INACTIVE" if number == 3 else "ACTIVE"
        update_worker(worker.pk, WorkerChanges(end_date=last, status=status), by=staff.admin, at=NOW)
    update_worker(some[4].pk, WorkerChanges(status="BLACKLISTED"), reason="Fought.", by=staff.admin, at=NOW)
    return {"many": urlencode({"worker_id": [worker.pk for worker in some]}, doseq=True)}
