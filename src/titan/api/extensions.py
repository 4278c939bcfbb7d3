"""Extensions of validity: an authority decides that records of a course are valid longer; shown first, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from titan.accounts.queries import user_names
from titan.api.caller import caller
from titan.api.fields import Body, Day, Id, Lax, QueryFlag, Reason, Shape
from titan.api.idempotency import once, prepared_once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, UserShort, WorkerShort, user_short
from titan.api.uploads import JsonText, read_json, staged_upload
from titan.compliance.queries.extension_effect import ExtensionEffect, extension_effect, revocation_effect
from titan.compliance.queries.summary import course_titles
from titan.core.actor import Actor
from titan.core.permit import need_admin, need_reader
from titan.evidence.commands import StagedEvidence
from titan.records.extensions import commands, queries
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import DaysOf, ValidityExtension

router = Router(tags=["extensions"])

Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class LetterShape(Shape):
    """The authority's letter, kept and hashed like any evidence."""

    id: int
    key: str
    sha256: str


class ExtensionShape(Shape):
    """A decision that records of a course are valid until a later day; in force while `revoked_at` is null.

    `from` and `to`: the days of the record, both inclusive, of its `expires_on` or `completed_on` as `days_of` says.
    `records`: for how many it was made; `GET /records?extension_id=` lists them, and they do not change any more.
    """

    id: int
    course: CourseShort
    days_of: DaysOf
    from_: date = Field(serialization_alias="from")
    to: date
    until: date
    reference: str
    decided_on: date
    reason: str
    evidence: LetterShape | None
    records: int
    made_at: datetime
    made_by: UserShort | None
    revoked_at: datetime | None
    revoked_by: UserShort | None
    revoke_reason: str


class ExtensionLineShape(Shape):
    """One record of the list. `valid_until` is its last day now, `becomes` afterwards.

    `before`, `after`: the status of the worker in the course; null where it is not asked of them.
    """

    record_id: int
    worker: WorkerShort
    completed_on: date
    expires_on: date | None
    valid_until: date
    becomes: date
    before: str | None
    after: str | None


class ExtensionPreviewShape(Listed[ExtensionLineShape]):
    """What an extension, or revoking it, would do. `digest` names this very list.

    `changing`: records whose last day changes. `workers`: whose they are; `asked`: of how many of them the course is
    asked. Of those, `turn_…` get that colour in it, and the others `stay` as they are.
    """

    records: int
    changing: int
    workers: int
    asked: int
    turn_green: int
    turn_yellow: int
    turn_blue: int
    turn_red: int
    stay: int
    named_green: list[WorkerShort]
    named_red: list[WorkerShort]
    digest: str


class ExtensionFilters(PageFilters):
    course_id: Id | None = None
    revoked: QueryFlag | None = None


class ExtensionChoice(PageFilters):
    """Which records: `from` and `to` are days of what `days_of` names, both inclusive. `until`: valid through it."""

    course_id: Id
    days_of: DaysOf
    from_: Day = Field(alias="from")
    to: Day
    until: Day


class NewExtension(Body):
    """The choice of the preview, and the authority's decision. `digest`: of the preview that you looked at."""

    course_id: Id
    days_of: Annotated[DaysOf, Lax]
    from_: Day = Field(alias="from")
    to: Day
    until: Day
    reference: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    decided_on: Day
    reason: Reason
    digest: Digest | None = None


class RevokeExtensionBody(Body):
    """`digest`: of the preview that you looked at; another list is refused (409 CHANGED_SINCE)."""

    reason: Reason
    digest: Digest | None = None


def may_not_read(by: Actor, extension_id: int) -> None:
    """Refuse who may not read extensions, and one that does not exist."""
    queries.one_extension(extension_id, by=by)


def may_not_revoke(by: Actor, extension_id: int) -> None:
    """Refuse who may not revoke, and an extension that does not exist."""
    need_admin(by)
    queries.one_extension(extension_id, by=by)


def _extending(given: ExtensionChoice | NewExtension) -> Extending:
    return Extending(given.course_id, given.days_of, given.from_, given.to, given.until)


def _shape(row: ValidityExtension, titles: Mapping[int, Any], names: dict[int, str]) -> dict[str, Any]:
    same = [
        name for name in ExtensionShape.model_fields if name not in {"course", "from_", "to", "made_by", "revoked_by"}
    ]
    return {
        **{name: getattr(row, name) for name in same},
        "course": {"id": row.course_id, "code": row.course.code, "title": titles.get(row.course_id, {})},
        "from_": row.first_day,
        "to": row.last_day,
        "made_by": user_short(row.made_by_id, names),
        "revoked_by": user_short(row.revoked_by_id, names),
    }


def _shapes(rows: list[ValidityExtension]) -> list[dict[str, Any]]:
    people = {pk for row in rows for pk in (row.made_by_id, row.revoked_by_id) if pk is not None}
    titles, names = course_titles(), user_names(people)
    return [_shape(row, titles, names) for row in rows]


def _one(request: HttpRequest, extension_id: int) -> dict[str, Any]:
    return _shapes([queries.one_extension(extension_id, by=caller(request).actor)])[0]


def _preview(effect: ExtensionEffect) -> dict[str, Any]:
    page = effect.page
    return {**vars(effect), "items": page.items, "next_cursor": page.next_cursor, "total": page.total}


@router.get("/extensions/preview", response=ExtensionPreviewShape)
@refuses_first(need_reader)
def preview_extension(request: HttpRequest, filters: Query[ExtensionChoice]) -> Any:
    """Which records an extension would be made for, and who would turn Green. Writes nothing."""
    me = caller(request)
    found = extension_effect(_extending(filters), by=me.actor, at=me.at, limit=filters.limit, cursor=filters.cursor)
    return _preview(found)


@router.get("/extensions", response=Listed[ExtensionShape], by_alias=True)
@refuses_first(need_reader)
def list_extensions(request: HttpRequest, filters: Query[ExtensionFilters]) -> Any:
    """Extensions, newest first."""
    page = queries.list_extensions(
        by=caller(request).actor,
        course_id=filters.course_id,
        revoked=filters.revoked,
        limit=filters.limit,
        cursor=filters.cursor,
    )
    return {"items": _shapes(page.items), "next_cursor": page.next_cursor, "total": page.total}


@router.post("/extensions", response={201: ExtensionShape}, by_alias=True)
@refuses_first(need_admin)
def create_extension(
    request: HttpRequest,
    data: Form[JsonText],
    file: File[list[UploadedFile]] = [],  # noqa: B006 - ninja copies it
) -> Any:
    """Let records be valid longer by an authority's decision; `file` is its letter, if there is one.

    `data` is JSON: `course_id`, `days_of` (EXPIRES_ON or COMPLETED_ON), `from`, `to`, `until`, `reference`,
    `decided_on`, `reason`, and `digest` of the preview. 409 NOTHING_TO_EXTEND, TOO_MANY, CHANGED_SINCE.
    """
    me = caller(request)
    given = read_json(data, NewExtension)
    decision = AuthorityDecision(given.reference, given.decided_on, given.reason)

    def bring_in() -> StagedEvidence | None:
        need_admin(me.actor)
        return staged_upload(file) if file else None

    def work(staged: StagedEvidence | None) -> dict[str, Any]:
        made = commands.extend_validity_by_letter(
            _extending(given), decision, staged, shown=given.digest, by=me.actor, at=me.at
        )
        return _one(request, made)

    return prepared_once(request, 201, bring_in, work)


@router.get("/extensions/{extension_id}", response=ExtensionShape, by_alias=True)
@refuses_first(may_not_read)
def get_extension(request: HttpRequest, extension_id: Id) -> Any:
    """One extension."""
    return _one(request, extension_id)


@router.get("/extensions/{extension_id}/revoke", response=ExtensionPreviewShape)
@refuses_first(may_not_read)
def preview_revocation(request: HttpRequest, extension_id: Id, filters: Query[PageFilters]) -> Any:
    """What revoking an extension would do, and who would turn Red. Writes nothing."""
    me = caller(request)
    found = revocation_effect(extension_id, by=me.actor, at=me.at, limit=filters.limit, cursor=filters.cursor)
    return _preview(found)


@router.post("/extensions/{extension_id}/revoke", response={200: ExtensionShape}, by_alias=True)
@refuses_first(may_not_revoke)
def revoke_extension(request: HttpRequest, extension_id: Id, payload: RevokeExtensionBody) -> Any:
    """Take an extension back with the reason. 409 ALREADY_REVOKED, CHANGED_SINCE."""
    me = caller(request)

    def work() -> dict[str, Any]:
        commands.revoke_extension(extension_id, payload.reason, shown=payload.digest, by=me.actor, at=me.at)
        return _one(request, extension_id)

    return once(request, 200, work)
