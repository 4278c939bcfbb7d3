"""Mass actions on workers: areas, role, leaving, coming back; shown first, then done with a reason, all or nothing."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import Body, Code, Day, Id, Lax, Reason, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort, WorkerShort
from titan.compliance.queries.mass_effect import MassEffect, ShownLine, mass_effect
from titan.core.errors import FieldError, Invalid
from titan.core.permit import need_admin
from titan.personnel.commands.storing import plain_fields
from titan.personnel.mass_actions.commands import act_on_workers
from titan.personnel.mass_actions.queries import workers_with
from titan.personnel.mass_actions.rules import MOST_AREAS, MOST_AT_ONCE, Action, MassAction, Outcome

router = Router(tags=["workers"])

MOST_NAMED = 20


class ActionBody(Body):
    """What to do to whom: `worker_ids`, `employee_ids`, or both.

    ASSIGN_AREAS and TAKE_AREAS take `area_ids`, CHANGE_ROLE takes `role_id`. `on`: the day from which areas or role
    count, or the last day on site of those who leave (today or before); left out, it is today.
    """

    action: Annotated[Action, Lax]
    worker_ids: Annotated[list[Id], Field(max_length=MOST_AT_ONCE)] = []
    employee_ids: Annotated[list[Code], Field(max_length=MOST_AT_ONCE)] = []
    area_ids: Annotated[list[Id], Field(max_length=MOST_AREAS)] = []
    role_id: Id | None = None
    on: Day | None = None

    def mass_action(self) -> MassAction:
        return MassAction(self.action, tuple(dict.fromkeys(self.area_ids)), self.role_id, self.on)

    def workers(self) -> set[int]:
        """Return who is meant. Raises Invalid for badges that nobody has."""
        told = workers_with(self.employee_ids)
        if told.unknown:
            words = f"Nobody has the badges {', '.join(told.unknown[:MOST_NAMED])}."
            raise Invalid([FieldError("employee_ids", "UNKNOWN", words)], code="UNKNOWN")
        return {*self.worker_ids, *told.worker_ids}


class DoBody(ActionBody):
    """The same, with the reason, and `shown` as the preview gave it."""

    reason: Reason
    shown: Annotated[str, StringConstraints(pattern="^[0-9a-f]+$", max_length=64 + 4 * MOST_AT_ONCE)]


class ActionLineShape(Shape):
    """What becomes of one worker. `before`, `after`: what differs; of personal fields only that they do.

    `code`, `message`: why nothing happens to them. `status_before`, `status_after`: how they stand overall; null: not
    judged.
    """

    worker: WorkerShort
    outcome: Outcome
    code: str
    message: str
    before: dict[str, Any]
    after: dict[str, Any]
    status_before: str | None
    status_after: str | None


class CourseEffectShape(Shape):
    """Of how many workers a course is asked anew, no more, or otherwise."""

    course: CourseShort
    anew: int
    no_more: int
    otherwise: int


class ActionPreviewShape(Listed[ActionLineShape]):
    """What an action would do. `shown` names this very preview: send it along with the action.

    `changes`, `stays`, `cannot`: how many change, have it already, cannot be changed like this. `turn_…`: who gets that
    colour overall, of those who change; `judged_no_more`: who is not judged afterwards.
    """

    changes: int
    stays: int
    cannot: int
    turn_red: int
    turn_blue: int
    turn_yellow: int
    turn_green: int
    judged_no_more: int
    named_red: list[WorkerShort]
    courses: list[CourseEffectShape]
    shown: str


class DoneShape(Shape):
    changed: int
    stayed: int
    could_not: int


def _line(shown: ShownLine) -> dict[str, Any]:
    line, why = shown.line, shown.line.why
    return {
        "worker": shown.worker,
        "outcome": line.outcome,
        "code": why.code if why else "",
        "message": why.words if why else "",
        "before": plain_fields(line.before, line.names, names=False),
        "after": plain_fields(line.after, line.names),
        "status_before": shown.status_before,
        "status_after": shown.status_after,
    }


def _preview(effect: MassEffect) -> dict[str, Any]:
    courses = [
        {
            "course": {"id": one.course_id, "code": one.code, "title": one.title},
            "anew": one.anew,
            "no_more": one.no_more,
            "otherwise": one.otherwise,
        }
        for one in effect.courses
    ]
    return {
        **vars(effect),
        "changes": effect.changing,
        "stays": effect.staying,
        "cannot": effect.unable,
        "courses": courses,
        "items": [_line(one) for one in effect.page.items],
        "next_cursor": effect.page.next_cursor,
        "total": effect.page.total,
    }


@router.post("/workers/actions/preview", response={200: ActionPreviewShape})
@refuses_first(need_admin)
def preview_worker_action(request: HttpRequest, payload: ActionBody, filters: Query[PageFilters]) -> Any:
    """What an action would do to each of these workers, and who would turn Red. Writes nothing."""
    me = caller(request)
    need_admin(me.actor)

    def work() -> Any:
        found = mass_effect(
            payload.mass_action(),
            payload.workers(),
            by=me.actor,
            at=me.at,
            limit=filters.limit,
            cursor=filters.cursor,
        )
        return _preview(found)

    return once(request, 200, work)


@router.post("/workers/actions", response={200: DoneShape})
@refuses_first(need_admin)
def act_on_many_workers(request: HttpRequest, payload: DoBody) -> Any:
    """Do it, all or nothing. 409 CHANGED_SINCE with `worker_ids` of who changed since the preview; NOTHING_CHANGES."""
    me = caller(request)

    def work() -> Any:
        need_admin(me.actor)
        return act_on_workers(
            payload.mass_action(), payload.workers(), payload.reason, shown=payload.shown, by=me.actor, at=me.at
        )

    return once(request, 200, work)
