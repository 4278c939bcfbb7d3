"""Rows that may be one person: who they are, that they are not, and merging them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import Body, Code, Filters, Id, Line, Name, Reason, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, WorkerShort
from titan.api.workers import WorkerShape, may_not_write
from titan.compliance.queries.effect import Effect
from titan.compliance.queries.merging import merge_preview
from titan.compliance.queries.workers import worker
from titan.core.merging import Merged, Way
from titan.core.page import Page
from titan.core.permit import need_admin
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.commands.merge import merge_workers
from titan.personnel.likeness import Band, Described
from titan.personnel.queries.companies import company
from titan.personnel.queries.similar import duplicates, similar_to
from titan.personnel.queries.workers import short_workers

router = Router(tags=["workers"])

Codes = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=40)]], Field(max_length=20)]
Numbers = dict[str, list[int]]


class DuplicateFilters(PageFilters):
    """`worker_id`: only pairs that this worker is one of."""

    worker_id: Id | None = None


class DuplicateShape(Shape):
    """Two workers who may be one person; `reason` in words, `score` of 100 to sort by. Nothing is ever merged by it."""

    worker: WorkerShort
    other: WorkerShort
    band: Band
    score: int
    reason: str


class SimilarFilters(Filters):
    """Somebody as a row or a form describes them; the company by `company_id`, or by its name."""

    employee_id: Code | None = None
    first_name: Line
    last_name: Annotated[str, StringConstraints(max_length=100)] = ""
    company_id: Id | None = None
    company: Name | None = None


class SimilarShape(Shape):
    """Somebody on the site who may be the person that was described."""

    worker: WorkerShort
    band: Band
    score: int
    reason: str


class MergeFilters(Filters):
    """Whom the worker would be merged into."""

    into_id: Id


class MergeBody(Body):
    """Whom the worker is merged into, and why. `override` names the soft blocks that you acknowledge."""

    into_id: Id
    reason: Reason
    override: Codes = []


class MergeWarning(Shape):
    code: str
    message: str
    subject: str


class MergeShape(Shape):
    """What a merge did, or would do.

    `before` and `after` hold the fields of the one who stays that change, `personal_fields` names of those that
    identify. `moved`, `kept`, `taken_off` hold numbers by kind: what is of the one who stays now, what stays with the
    old number, and the classes to come in which both stood (`sessions` are the class lists).
    """

    gone: WorkerShort
    stays: WorkerShort
    before: dict[str, Any]
    after: dict[str, Any]
    personal_fields: list[str]
    moved: Numbers
    kept: Numbers
    taken_off: Numbers
    warnings: list[MergeWarning]


class MergeItemShape(Shape):
    """A course that changes for the one who stays; a status is null where the course is not asked for."""

    course: CourseShort
    before: str | None
    after: str | None
    reason: str


class MergePreviewShape(MergeShape):
    """The same before it is done, with how the one who stays stands then. Null: not active, so not judged."""

    overall_before: str | None
    overall_after: str | None
    items: list[MergeItemShape]


class MergedShape(MergeShape):
    """The same once it is done, with the one who stays."""

    worker: WorkerShape


class DistinctBody(Body):
    other_id: Id


class DistinctShape(Shape):
    worker_id: int
    other_id: int


@router.get("/workers/duplicates", response=Listed[DuplicateShape])
@refuses_first(need_admin)
def list_duplicates(request: HttpRequest, filters: Query[DuplicateFilters]) -> Any:
    """Workers who may be one person, the likeliest first; not those of whom somebody said that they are two."""
    me = caller(request)
    page = duplicates(by=me.actor, worker_id=filters.worker_id, limit=filters.limit, cursor=filters.cursor)
    named = short_workers(pk for one in page.items for pk in (one.one_id, one.other_id))
    items = [{**vars(one), "worker": named[one.one_id], "other": named[one.other_id]} for one in page.items]
    return Page(items, page.next_cursor, page.total)


@router.get(
    "/workers/similar",
    response=Listed[SimilarShape],
    openapi_extra={"responses": {404: {"description": "There is no such company."}}},
)
@refuses_first(need_admin)
def list_similar(request: HttpRequest, filters: Query[SimilarFilters]) -> Any:
    """Who on the site may be somebody, before they are entered; a badge of a merged row finds whoever stays."""
    me = caller(request)
    named = company(filters.company_id, by=me.actor).name if filters.company_id else filters.company or ""
    one = Described(filters.employee_id or "", filters.first_name, filters.last_name, filters.company_id, named)
    (found,) = similar_to([one], by=me.actor)
    workers = short_workers(match.worker_id for match in found)
    items = [{**vars(match), "worker": workers[match.worker_id]} for match in found]
    return Page(items, None, len(items))


@router.get(
    "/workers/{worker_id}/merge",
    response=MergePreviewShape,
    openapi_extra={"responses": {409: {"description": "The two cannot be merged: every reason, as POST tells it."}}},
)
@refuses_first(may_not_write)
def preview_merge(request: HttpRequest, worker_id: Id, filters: Query[MergeFilters]) -> Any:
    """What POST would do, or the same refusal; soft blocks are `warnings`."""
    me = caller(request)
    preview = merge_preview(worker_id, filters.into_id, by=me.actor, at=me.at)
    return {**_told(preview.merged), **_effect(preview.effect)}


@router.post("/workers/{worker_id}/merge", response=MergedShape)
@refuses_first(may_not_write)
def merge_worker(request: HttpRequest, worker_id: Id, payload: MergeBody) -> Any:
    """Let this worker be another one: everything goes there, and this row stays, inactive, for its badge.

    409 WORKER_MERGED, WORKER_ANONYMISED; TWO_RESULTS, OTHER_STAYS, TWO_LOGINS, SUPERVISOR_CIRCLE (CANNOT_MERGE when
    there are several, all in `errors`); SOFT_BLOCKED with SAID_DISTINCT. 403 OWN_WORKER.
    """
    me = caller(request)

    def work() -> Any:
        merged = merge_workers(
            worker_id, payload.into_id, payload.reason, override=payload.override, by=me.actor, at=me.at
        )
        return {**_told(merged), "worker": worker(payload.into_id, by=me.actor, language=me.language)}

    return once(request, 200, work)


@router.post("/workers/{worker_id}/distinct", response=DistinctShape)
@refuses_first(may_not_write)
def tell_workers_apart(request: HttpRequest, worker_id: Id, payload: DistinctBody) -> Any:
    """Remember that two workers are not the same person; they are not proposed again. 409 WORKER_MERGED."""
    me = caller(request)

    def work() -> Any:
        say_distinct(worker_id, payload.other_id, by=me.actor, at=me.at)
        return {"worker_id": worker_id, "other_id": payload.other_id}

    return once(request, 200, work)


def _told(merged: Merged) -> dict[str, Any]:
    pair = merged.pair
    named = short_workers([pair.gone_id, pair.stays_id])
    rows = {way: {part.what: list(part.ids) for part in merged.parts if part.way is way} for way in Way}
    return {
        "gone": named[pair.gone_id],
        "stays": named[pair.stays_id],
        "before": merged.before,
        "after": merged.after,
        "personal_fields": list(merged.personal),
        "moved": rows[Way.MOVED],
        "kept": rows[Way.KEPT],
        "taken_off": rows[Way.TAKEN_OFF],
        "warnings": list(merged.warnings),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    items = [
        {
            "course": {"id": one.item.course_id, "code": one.item.course_code, "title": one.item.title},
            "before": one.before.status if one.before else None,
            "after": one.after.status if one.after else None,
            "reason": one.item.reason,
        }
        for one in effect.changes
    ]
    return {"overall_before": effect.overall_before, "overall_after": effect.overall_after, "items": items}
