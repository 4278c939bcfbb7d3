"""Consequences: something was found false; what rests on it, and the case that revokes it once two people agree."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import Body, Day, Filters, Id, Lax, Reason, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, UserShort, WorkerShort
from titan.core.actor import Actor
from titan.core.errors import Forbidden, invalid
from titan.core.permit import need_admin, need_reader
from titan.training.consequences import commands
from titan.training.consequences.queries import cases as queries
from titan.training.consequences.queries.listing import Subject
from titan.training.consequences.queries.resting import resting_on
from titan.training.consequences.queries.subjects import evidence_with
from titan.training.consequences.rules import Kind
from titan.training.models import CaseStatus, CaseSubject, Standing

router = Router(tags=["consequences"])

Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
NOT_THERE = {"responses": {404: {"description": "There is no such subject."}}}


class SubjectShape(Shape):
    """What is found false; `name`: a session's code, a trainer's name, a course version such as "HSE-001 v2", a file.

    `id` of a COURSE_VERSION is the version's own; of EVIDENCE uploaded more than once, the first file's.
    """

    subject: CaseSubject = Field(validation_alias="kind")
    id: int
    name: str


class LineShape(Shape):
    """A record, or competency record, and where it stands.

    RESTS: it is revoked with the case, or withdrawn. REVOKED: it ended already. OTHER_EVIDENCE: it corrects such a
    record, but by other evidence. DECIDED: a decision against somebody, which stands for ever.
    """

    kind: Kind
    id: int
    standing: Standing
    worker: WorkerShort
    compliance_status: str | None
    course: CourseShort
    session_id: int | None
    completed_on: date
    expires_on: date | None
    result: str | None
    evidence_sha256: str
    corrects_id: int | None


class PreviewLineShape(LineShape):
    """A line, and whether its worker would turn Red."""

    would_turn_red: bool


class PreviewShape(Listed[PreviewLineShape]):
    """What rests on a subject, and what revoking it would do. `digest` names this very list, for POST /consequences.

    `would_turn_red`: workers who are not Red and would be; `red_already`: Red ones who would lose more.
    """

    subject: SubjectShape
    from_: date | None = Field(serialization_alias="from")
    to: date | None
    records: int
    competencies: int
    already_revoked: int
    other_evidence: int
    decided: int
    workers: int
    would_turn_red: int
    red_already: int
    digest: str
    open_case_id: int | None


class CaseOutcomeShape(Shape):
    revoked: int
    withdrawn: int
    turned_red: int


class CaseShape(Shape):
    """A case. `records` and `competencies` are how many it asks to revoke and to withdraw; `outcome` once approved."""

    id: int
    subject: SubjectShape
    from_: date | None = Field(serialization_alias="from")
    to: date | None
    reason: str
    status: CaseStatus
    records: int
    competencies: int
    digest: str
    proposed_at: datetime
    proposed_by: UserShort
    decided_at: datetime | None
    decided_by: UserShort | None
    remark: str
    outcome: CaseOutcomeShape | None


class RedShape(Shape):
    """A course that a case made Red for a worker. `was`: the item's status before. `turned`: they were not Red."""

    worker: WorkerShort
    compliance_status: str | None
    course: CourseShort
    was: str
    turned: bool


class PreviewFilters(PageFilters):
    """`id` names the subject; EVIDENCE may be named by its `sha256` instead.

    `from` and `to` are days of the class, both inclusive, for TRAINER and COURSE_VERSION.
    """

    subject: CaseSubject
    id: Id | None = None
    sha256: Digest | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None


class CaseWanted(Filters):
    """`id` goes with `subject`: the cases about that one."""

    status: CaseStatus | None = None
    subject: CaseSubject | None = None
    id: Id | None = None


class CaseFilters(PageFilters, CaseWanted):
    """A page of those cases."""


class NewCase(Body):
    """`id` names the subject; EVIDENCE may be named by its `sha256` instead.

    `digest`: of the preview that you looked at; another list is refused (409 CHANGED_SINCE).
    """

    subject: Annotated[CaseSubject, Lax]
    id: Id | None = None
    sha256: Digest | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    reason: Reason
    digest: Digest | None = None


class ApproveBody(Body):
    remark: Annotated[str, StringConstraints(max_length=1000)] = ""


class RejectBody(Body):
    reason: Reason


def may_not_read(by: Actor, case_id: int) -> None:
    """Refuse who may not read cases, and a case that does not exist."""
    queries.one_case(case_id, by=by)


def may_not_decide(by: Actor, case_id: int) -> None:
    """Refuse who may not decide, and a case that does not exist."""
    need_admin(by)
    queries.one_case(case_id, by=by)


def may_not_withdraw(by: Actor, case_id: int) -> None:
    """Refuse who did not propose the case, and a case that does not exist."""
    may_not_decide(by, case_id)
    if queries.one_case(case_id, by=by).proposed_by_id != by.user_id:
        raise Forbidden("Whoever proposed a case takes it back.")


def _subject(given: PreviewFilters | NewCase) -> Subject:
    number = given.id
    if number is None and given.sha256 is not None and given.subject == CaseSubject.EVIDENCE:
        number = evidence_with(given.sha256)
    if number is None:
        raise invalid("id", "REQUIRED", "Give the id of the subject.")
    return Subject(given.subject, number, given.from_, given.to)


def _case(request: HttpRequest, case_id: int) -> dict[str, Any]:
    return _case_shape(queries.one_case(case_id, by=caller(request).actor))


def _case_shape(view: queries.CaseView) -> dict[str, Any]:
    names = [name for name in CaseShape.model_fields if name not in {"from_", "to", "proposed_by", "decided_by"}]
    decided = {"id": view.decided_by_id, "name": view.decided_by} if view.decided_by_id is not None else None
    return {
        **{name: getattr(view, name) for name in names},
        "from_": view.first_day,
        "to": view.last_day,
        "proposed_by": {"id": view.proposed_by_id, "name": view.proposed_by},
        "decided_by": decided,
    }


def _listed(page: Any, shape: Any = lambda row: row) -> dict[str, Any]:
    return {"items": [shape(row) for row in page.items], "next_cursor": page.next_cursor, "total": page.total}


@router.get("/consequences/preview", response=PreviewShape, by_alias=True, openapi_extra=NOT_THERE)
@refuses_first(need_reader)
def preview_consequences(request: HttpRequest, filters: Query[PreviewFilters]) -> Any:
    """What rests on something that might be false, and how many would turn Red. Writes nothing."""
    me = caller(request)
    need_reader(me.actor)
    found = resting_on(_subject(filters), by=me.actor, at=me.at, limit=filters.limit, cursor=filters.cursor)
    counts = found.counts
    return {
        **_listed(found.page, lambda line: {**vars(line), "would_turn_red": line.worker.id in found.turning}),
        "subject": found.subject,
        "from_": found.first_day,
        "to": found.last_day,
        "records": counts.records,
        "competencies": counts.competencies,
        "already_revoked": counts.revoked,
        "other_evidence": counts.other_evidence,
        "decided": counts.decided,
        "workers": counts.workers,
        "would_turn_red": found.turned_red,
        "red_already": found.red_already,
        "digest": found.digest,
        "open_case_id": found.open_case_id,
    }


@router.get("/consequences", response=Listed[CaseShape], by_alias=True)
@refuses_first(need_reader)
def list_consequences(request: HttpRequest, filters: Query[CaseFilters]) -> Any:
    """Cases, newest first."""
    about = (filters.subject, filters.id) if filters.subject is not None and filters.id is not None else None
    page = queries.list_cases(
        by=caller(request).actor, status=filters.status, subject=about, limit=filters.limit, cursor=filters.cursor
    )
    return _listed(page, _case_shape)


@router.post("/consequences", response={201: CaseShape}, by_alias=True)
@refuses_first(need_admin)
def propose_consequences(request: HttpRequest, payload: NewCase) -> Any:
    """Propose to revoke all that rests on a subject; a second person approves. 409 CASE_OPEN, NOTHING_RESTS."""
    me = caller(request)

    def work() -> dict[str, Any]:
        need_admin(me.actor)
        made = commands.propose_case(_subject(payload), payload.reason, by=me.actor, at=me.at, shown=payload.digest)
        return _case(request, made)

    return once(request, 201, work)


@router.get("/consequences/{case_id}", response=CaseShape, by_alias=True)
@refuses_first(may_not_read)
def get_consequences(request: HttpRequest, case_id: Id) -> Any:
    """One case."""
    return _case(request, case_id)


@router.get("/consequences/{case_id}/records", response=Listed[LineShape])
@refuses_first(may_not_read)
def list_case_records(request: HttpRequest, case_id: Id, filters: Query[PageFilters]) -> Any:
    """The list of a case as it was proposed: records, then competency records."""
    me = caller(request).actor
    queries.one_case(case_id, by=me)
    return _listed(queries.case_lines(case_id, by=me, limit=filters.limit, cursor=filters.cursor))


@router.get("/consequences/{case_id}/turned-red", response=Listed[RedShape])
@refuses_first(may_not_read)
def list_turned_red(request: HttpRequest, case_id: Id, filters: Query[PageFilters]) -> Any:
    """Who turned Red when the case was approved, those who were not Red before first."""
    me = caller(request).actor
    queries.one_case(case_id, by=me)
    return _listed(queries.case_reds(case_id, by=me, limit=filters.limit, cursor=filters.cursor))


@router.post("/consequences/{case_id}/approve", response={200: CaseShape}, by_alias=True)
@refuses_first(may_not_decide)
def approve_consequences(request: HttpRequest, case_id: Id, payload: ApproveBody | None = None) -> Any:
    """Revoke the whole list, all or nothing. 403 SECOND_PERSON_NEEDED for whoever proposed it; 409 CHANGED_SINCE with
    `more` and `less` when something else rests on the subject by now."""
    me, given = caller(request), payload or ApproveBody()

    def work() -> dict[str, Any]:
        commands.approve_case(case_id, given.remark, by=me.actor, at=me.at)
        return _case(request, case_id)

    return once(request, 200, work)


@router.post("/consequences/{case_id}/reject", response={200: CaseShape}, by_alias=True)
@refuses_first(may_not_decide)
def reject_consequences(request: HttpRequest, case_id: Id, payload: RejectBody) -> Any:
    """Reject what somebody else proposed, with the reason; nothing is revoked."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.reject_case(case_id, payload.reason, by=me.actor, at=me.at)
        return _case(request, case_id)

    return once(request, 200, work)


@router.post("/consequences/{case_id}/withdraw", response={200: CaseShape}, by_alias=True)
@refuses_first(may_not_withdraw)
def withdraw_consequences(request: HttpRequest, case_id: Id) -> Any:
    """Take back what you proposed yourself."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.withdraw_case(case_id, by=me.actor, at=me.at)
        return _case(request, case_id)

    return once(request, 200, work)
