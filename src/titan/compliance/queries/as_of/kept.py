"""What the kept histories say about one worker on one day: status, role, areas, company, and what was asked of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import JSONField, OuterRef, Q, Subquery

from titan.audit.models import AuditEvent
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.compliance.queries.as_of.knowledge import Attempt, Extended, Known, PastDay, Proof
from titan.compliance.queries.sources import Asker, Source, area_asks, deciding_first, source
from titan.compliance.queries.workers import AreaHeld, RoleShort
from titan.core import settings
from titan.core.bulk import id_set
from titan.core.clock import start_of_day
from titan.core.errors import NotFound, invalid
from titan.core.language import _
from titan.core.models import SiteSettings
from titan.core.text import in_language
from titan.personnel.models import Area, AreaAssignment, AreaPlacement, Company, RoleAssignment, StatusPeriod, Worker
from titan.personnel.queries.areas import AreaShort
from titan.personnel.queries.companies import CompanyShort
from titan.personnel.queries.merged import Merge, merges_into, now_of
from titan.personnel.rules import ancestors
from titan.records.models import CompetencyRecord, CompetencyStatus, ExtendedRecord, TrainingRecord

Told = TypeVar("Told")


@dataclass(frozen=True)
class Frame:
    """The day, the first day for which everything about the worker is kept, and what held of site and worker then."""

    day: PastDay
    since: date
    status: str
    warning_days: int


@dataclass(frozen=True)
class Place:
    """Where a worker stood on a day. role_assigned_on: the day that the role's grace counts from."""

    role: RoleShort | None
    role_assigned_on: date | None
    company: CompanyShort
    areas: list[AreaHeld]


@dataclass(frozen=True)
class Asked:
    """A course that was asked for, and who asked, the deciding one first."""

    course_id: int
    course_code: str
    sources: list[Source]


def frame_of(worker_id: int, on: date, *, at: datetime) -> Frame:
    """Return the frame of a worker's past day (four statements).

    Raises NotFound; Invalid at `on`: a day to come, or one before the worker and the site were first kept.
    """
    site = settings.current()
    made = Worker.objects.filter(pk=worker_id).values_list("created_at", flat=True).first()
    if made is None:
        raise NotFound("worker", worker_id)
    sites = list(SiteSettings.objects.order_by("since", "pk"))
    statuses = list(StatusPeriod.objects.filter(worker_id=worker_id).order_by("since", "pk"))
    if on > site.today(at):
        raise invalid(
            "on",
            "IN_THE_FUTURE",
            _("%(day)s has not ended yet: give today (%(today)s) or a day before.")
            % {"day": on.isoformat(), "today": site.today(at).isoformat()},
        )
    first = [rows[0].since for rows in (sites, statuses) if rows]
    since = site.today(max([made, *first]))
    day = PastDay(on, start_of_day(on + timedelta(days=1), site.zone))
    kept, status = _holding(sites, day), _holding(statuses, day)
    if on < since or kept is None or status is None:
        raise invalid(
            "on",
            "BEFORE_HISTORY",
            _("Nothing is kept of this worker before %(since)s: give that day or a later one.")
            % {"since": since.isoformat()},
        )
    return Frame(day, since, status.status, kept.warning_days)


def _holding(rows: list[Any], day: PastDay) -> Any:
    return next((row for row in rows if row.since < day.end and (row.until is None or row.until >= day.end)), None)


def _held(day: PastDay) -> Q:
    """Return the condition that a row of a history held at the end of the day."""
    return Q(since__lt=day.end) & (Q(until=None) | Q(until__gte=day.end))


def asked_of(worker_id: int, day: PastDay, *, language: str) -> tuple[Place, list[Asked]]:
    """Return where a worker stood on a day and what was asked of them (eight statements at most)."""
    found: dict[tuple[int, str], list[Source]] = defaultdict(list)
    assigned = RoleAssignment.objects.filter(_held(day), worker_id=worker_id).select_related("role").first()
    role = assigned.role if assigned else None
    if assigned and role:
        rows = RoleRequirement.objects.filter(_held(day), role=role)
        asker = Asker("ROLE", role.code, in_language(role.title, language))
        for course_id, code, kind, grace in rows.values_list("course_id", "course__code", "type", "grace_period_days"):
            found[course_id, code].append(source(asker, assigned.assigned_on, kind, grace))
    held = AreaAssignment.objects.filter(_held(day), worker_id=worker_id).select_related("area").order_by("area__code")
    assignments = list(held)
    for course, asks in _of_areas(assignments, day):
        found[course].append(asks)
    place = Place(
        role=RoleShort(role.pk, role.code, in_language(role.title, language)) if role else None,
        role_assigned_on=assigned.assigned_on if assigned else None,
        company=_company(worker_id, day),
        areas=[AreaHeld(AreaShort(one.area_id, one.area.code, one.area.name), one.assigned_on) for one in assignments],
    )
    return place, [Asked(*course, deciding_first(sources)) for course, sources in found.items()]


def _of_areas(held: list[AreaAssignment], day: PastDay) -> list[tuple[tuple[int, str], Source]]:
    """Return what the held areas and all above them asked for, in the tree of that day."""
    areas: dict[int, Area] = {one.area_id: one.area for one in held}
    parents: dict[int, int | None] = {}
    for placed in AreaPlacement.objects.filter(_held(day)).select_related("area"):
        areas[placed.area_id], parents[placed.area_id] = placed.area, placed.parent_id
    through = [(areas[above], one) for one in held for above in ancestors(one.area_id, parents)]
    asked: dict[int, list[tuple[int, str, str, int | None]]] = defaultdict(list)
    rows = AreaRequirement.objects.filter(_held(day), area_id__in=id_set(above.pk for above, _one in through))
    columns = ("area_id", "course_id", "course__code", "type", "grace_period_days")
    for area_id, course_id, code, kind, grace in rows.values_list(*columns):
        asked[area_id].append((course_id, code, kind, grace))
    return [
        ((course_id, code), source(area_asks(above, one.area), one.assigned_on, kind, grace))
        for above, one in through
        for course_id, code, kind, grace in asked[above.pk]
    ]


def _company(worker_id: int, day: PastDay) -> CompanyShort:
    """Return the company of a day: what the first later change of it says there was before, else today's.

    The company is no part of the verdict and has no history of its own, so the audit log answers; also for one that
    was deleted once nobody was left in it.
    """
    later = AuditEvent.objects.filter(
        entity="worker", entity_id=worker_id, at__gte=day.end, before__has_key="company_id"
    )
    said: Any = later.order_by("at", "pk").values_list("before__company_id", flat=True).first()
    here = Company.objects.filter(workers=worker_id) if said is None else Company.objects.filter(pk=said)
    row = here.first()
    if row is not None:
        return CompanyShort(row.pk, row.code, row.name)
    deleted = AuditEvent.objects.filter(entity="company", entity_id=said, action="company.deleted")
    code, name = deleted.values_list("before__code", "before__name").get()
    return CompanyShort(said, code, name)


@dataclass(frozen=True)
class Rows:
    """The numbers under which one person's results stand. asked: the one that is asked about. stays: who they are now.

    merges: each row that was merged, into which one and when; nothing for most people.
    """

    asked: int
    stays: int
    merges: dict[int, Merge]

    def held_by(self, first: int, now: int, day: PastDay) -> int:
        """Return whose a result was at the end of the day that was entered for `first` and is now of `now`."""
        here = first
        # Each merge is followed once: however they were damaged, this comes to an end.
        for _step in self.merges:
            if here == now or here not in self.merges or self.merges[here].at >= day.end:
                break
            here = self.merges[here].into_id
        return here


def rows_of(worker_id: int) -> Rows:
    """Return under which numbers the results of a worker stand (three statements)."""
    stays = now_of(worker_id)
    return Rows(worker_id, stays, {one.gone_id: one for one in merges_into(stays)})


def proofs_of_courses(rows: Rows, course_ids: list[int], day: PastDay) -> dict[Known, dict[int, list[Proof]]]:
    """Return a worker's records of these courses, whenever entered, with extensions, by knowledge (two statements)."""
    extended: dict[int, list[Extended]] = defaultdict(list)
    columns = ("record_id", "extension__until", "extension__made_at", "extension__revoked_at")
    given = ExtendedRecord.objects.filter(_of_person(rows, "record__"), record__course_id__in=id_set(course_ids))
    for record_id, *one in given.values_list(*columns):
        extended[record_id].append(Extended(*one))
    records = TrainingRecord.objects.filter(course_id__in=id_set(course_ids)).select_related("course_version")
    found = _by_knowledge(rows, records, "training_record", day)
    return {known: _each(of_courses, lambda row: Proof(row, tuple(extended[row.pk]))) for known, of_courses in found}


def attempts_of_courses(rows: Rows, course_ids: list[int], day: PastDay) -> dict[Known, dict[int, list[Attempt]]]:
    """Return a worker's competency records of these courses, each with the moment of its decision (one statement).

    The moment stands in the audit log; one without was decided as it was made, by the trainer on the spot.
    """
    decided = AuditEvent.objects.filter(
        entity="competency_record", entity_id=OuterRef("pk"), action="competency_record.decided"
    )
    attempts = CompetencyRecord.objects.filter(course_id__in=id_set(course_ids)).annotate(
        entered_at=Subquery(decided.order_by("pk").values("at")[:1])
    )
    found = _by_knowledge(rows, attempts, "competency_record", day)
    return {known: _each(of_courses, _attempt) for known, of_courses in found}


def _attempt(row: Any) -> Attempt:
    moment = None if row.status == CompetencyStatus.PENDING else row.entered_at or row.created_at
    return Attempt(row, moment)


def _each(of_courses: dict[int, list[Any]], tell: Callable[[Any], Told]) -> dict[int, list[Told]]:
    return {course: [tell(row) for row in of_one] for course, of_one in of_courses.items()}


def _of_person(rows: Rows, through: str = "") -> Q:
    return Q(**{f"{through}worker_id__in": {rows.asked, rows.stays}})


def _by_knowledge(rows: Rows, results: Any, entity: str, day: PastDay) -> list[tuple[Known, dict[int, list[Any]]]]:
    """Return the results by knowledge and course: now all of the person, then those that stood under their number.

    Under which number a result was entered, the audit log says.
    """
    results = results.filter(_of_person(rows))
    if rows.merges:
        created = AuditEvent.objects.filter(entity=entity, entity_id=OuterRef("pk"), action=f"{entity}.created")
        said = Subquery(created.order_by("pk").values("after")[:1], output_field=JSONField())
        results = results.annotate(said=said)
    found: dict[Known, dict[int, list[Any]]] = {known: defaultdict(list) for known in Known}
    for row in results.order_by("pk"):
        found[Known.NOW][row.course_id].append(row)
        first = (getattr(row, "said", None) or {}).get("worker_id", row.worker_id)
        if rows.held_by(first, row.worker_id, day) == rows.asked:
            found[Known.THEN][row.course_id].append(row)
    return list(found.items())
