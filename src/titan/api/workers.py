"""Workers: who they are, where they work, and how they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.api.caller import Caller, caller
from titan.api.compliance import StatusName
from titan.api.fields import (
    UNSET,
    Body,
    Code,
    Day,
    Filters,
    Id,
    Lax,
    Line,
    QueryFlag,
    Reason,
    SearchText,
    Shape,
)
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.render import as_it_is
from titan.api.requirements import AreaShort
from titan.api.shapes import CompanyShort, WorkerShort
from titan.compliance.queries import workers as queries
from titan.core.actor import Actor, Role
from titan.core.permit import need_admin, need_reader, need_role
from titan.personnel.commands import workers as commands
from titan.personnel.commands.anonymise import anonymise_worker as erase
from titan.personnel.models import WorkerStatus
from titan.personnel.rules import MOST_AREAS, AreaGiven, WorkerChanges, WorkerFields

router = Router(tags=["workers"])

LastName = Annotated[str, StringConstraints(max_length=100)]
Mail = Annotated[str, StringConstraints(max_length=254)]
Phone = Annotated[str, StringConstraints(max_length=40)]
Status = Annotated[WorkerStatus, Lax]


class AreaHeldBody(Body):
    """Without `assigned_on`: the day it is held since already, else today."""

    area_id: Id
    assigned_on: Day | None = None


Areas = Annotated[list[AreaHeldBody], Field(max_length=MOST_AREAS)]


class NewWorker(Body):
    """A worker. Without `role_assigned_on` the role counts from today; `user_id` needs a super admin."""

    employee_id: Code
    first_name: Line
    last_name: LastName = ""
    email: Mail | None = None
    phone: Phone | None = None
    company_id: Id
    role_id: Id | None = None
    role_assigned_on: Day | None = None
    supervisor_id: Id | None = None
    status: Status = WorkerStatus.ACTIVE
    start_date: Day | None = None
    end_date: Day | None = None
    user_id: Id | None = None
    areas: Areas = []

    def fields(self) -> WorkerFields:
        return WorkerFields(**_plain({name: getattr(self, name) for name in type(self).model_fields}))


class WorkerBody(Body):
    """What is left out stays; `areas` are replaced as a whole. `reason` goes to the audit log."""

    employee_id: Code = UNSET
    first_name: Line = UNSET
    last_name: LastName = UNSET
    email: Mail | None = None
    phone: Phone | None = None
    company_id: Id = UNSET
    role_id: Id | None = None
    role_assigned_on: Day | None = None
    supervisor_id: Id | None = None
    status: Status = UNSET
    start_date: Day | None = None
    end_date: Day | None = None
    user_id: Id | None = None
    areas: Areas = UNSET
    reason: Reason | None = None

    def worker_changes(self) -> WorkerChanges:
        given = self.changes()
        given.pop("reason", None)
        return WorkerChanges(**_plain(given))


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields as commands take them: no e-mail is an empty one, areas are values."""
    texts: dict[str, Any] = {name: given[name] or "" for name in ("email", "phone") if name in given}
    areas = {"areas": tuple(AreaGiven(held.area_id, held.assigned_on) for held in given.get("areas", ()))}
    return {**given, **texts, **(areas if "areas" in given else {})}


class AnonymiseBody(Body):
    reason: Reason


class RoleShort(Shape):
    id: int
    code: str
    title: str


class AreaHeldShape(Shape):
    area: AreaShort
    assigned_on: date


class AlsoKnownShape(Shape):
    """A row that turned out to be the same person: its badge still finds them."""

    id: int
    employee_id: str
    first_name: str
    last_name: str
    merged_at: datetime


class WorkerListShape(Shape):
    """`compliance_status`: the worst of their items; null for who is not active.

    `merged_into_id`: of a row that turned out to be somebody else's, whose; such rows are in no list unless asked for.
    """

    id: int
    employee_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: CompanyShort
    role: RoleShort | None
    role_assigned_on: date | None
    supervisor_id: int | None
    status: WorkerStatus
    compliance_status: str | None
    start_date: date | None
    end_date: date | None
    user_id: int | None
    anonymised_at: datetime | None
    merged_into_id: int | None
    merged_at: datetime | None


class WorkerShape(WorkerListShape):
    """A worker whole: with areas, who supervises them, and the rows merged into theirs (`also`).

    `merged_into`: whoever a merged row is by now, over any number of merges.
    """

    supervisor: WorkerShort | None
    areas: list[AreaHeldShape]
    merged_into: WorkerShort | None
    also: list[AlsoKnownShape]


class WorkerWanted(Filters):
    """`search` looks at names and badges; `area_id` finds who is assigned to the area itself.

    The badge of a merged row finds whoever that is now; `merged` lists the merged rows themselves.
    """

    search: SearchText | None = None
    employee_id: Code | None = None
    company_id: Id | None = None
    role_id: Id | None = None
    area_id: Id | None = None
    supervisor_id: Id | None = None
    status: WorkerStatus | None = None
    compliance_status: StatusName | None = None
    merged: QueryFlag = False


class WorkerListFilters(PageFilters, WorkerWanted):
    """A page of those workers."""


def may_not_write(by: Actor, worker_id: int) -> None:
    """Refuse who may not write, and a worker that does not exist."""
    need_admin(by)
    queries.worker(worker_id, by=by, language="en")


def may_not_anonymise(by: Actor, worker_id: int) -> None:
    """Refuse who is no super admin, and a worker that does not exist."""
    need_role(by, Role.SUPER_ADMIN)
    queries.worker(worker_id, by=by, language="en")


@router.get("/workers", response=Listed[WorkerListShape])
@refuses_first(need_reader)
def list_workers(request: HttpRequest, filters: Query[WorkerListFilters]) -> Any:
    """Workers by last name, first name and badge."""
    me = caller(request)
    wanted = queries.WorkerFilters(**filters.model_dump(exclude={"limit", "cursor"}))
    page = queries.list_workers(wanted, by=me.actor, language=me.language, limit=filters.limit, cursor=filters.cursor)
    return as_it_is(replace(page, items=[_in_site_time(row, me) for row in page.items]))


def _in_site_time(row: queries.WorkerRow, me: Caller) -> queries.WorkerRow:
    if row.anonymised_at is None and row.merged_at is None:
        return row
    return replace(row, anonymised_at=me.clock(row.anonymised_at), merged_at=me.clock(row.merged_at))


@router.post("/workers", response={201: WorkerShape})
@refuses_first(need_admin)
def create_worker(request: HttpRequest, payload: NewWorker) -> Any:
    """Make a worker."""
    me = caller(request)

    def work() -> Any:
        made = commands.create_worker(payload.fields(), by=me.actor, at=me.at)
        return queries.worker(made, by=me.actor, language=me.language)

    return once(request, 201, work)


@router.get("/workers/{worker_id}", response=WorkerShape)
def one_worker(request: HttpRequest, worker_id: Id) -> Any:
    """One worker, whole."""
    me = caller(request)
    return queries.worker(worker_id, by=me.actor, language=me.language)


@router.patch("/workers/{worker_id}", response=WorkerShape)
@refuses_first(may_not_write)
def update_worker(request: HttpRequest, worker_id: Id, payload: WorkerBody) -> Any:
    """Change a worker; histories are kept, and they are judged anew at once. 409 WORKER_ANONYMISED, WORKER_MERGED."""
    me = caller(request)
    commands.update_worker(worker_id, payload.worker_changes(), reason=payload.reason or "", by=me.actor, at=me.at)
    return queries.worker(worker_id, by=me.actor, language=me.language)


@router.post("/workers/{worker_id}/anonymise", response=WorkerShape)
@refuses_first(may_not_anonymise)
def anonymise_worker(request: HttpRequest, worker_id: Id, payload: AnonymiseBody) -> Any:
    """Erase who a worker was, for good (super admin). 409 WORKER_ACTIVE, ALREADY_ANONYMISED, WORKER_MERGED."""
    me = caller(request)

    def work() -> Any:
        erase(worker_id, payload.reason, by=me.actor, at=me.at)
        return queries.worker(worker_id, by=me.actor, language=me.language)

    return once(request, 200, work)
