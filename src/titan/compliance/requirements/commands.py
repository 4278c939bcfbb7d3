"""Replacing what a role or an area requires: history only for what really changed (domain.md §3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from titan.catalogue.models import Course
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.compliance.requirements.rules import (
    MOST_REQUIREMENTS,
    Replacement,
    RequirementGiven,
    check_requirements,
    replacement,
)
from titan.core.actor import Actor
from titan.core.bulk import id_set, insert_rows
from titan.core.command import command, nothing_changed, say, touch
from titan.core.errors import NotFound, invalid
from titan.core.expected import need_expected
from titan.core.given import Wrong, possible_ids
from titan.core.language import _
from titan.core.permit import need_admin
from titan.personnel.models import Area, Role

Current = QuerySet[RoleRequirement] | QuerySet[AreaRequirement]


@command
def replace_role_requirements(
    role_id: int,
    wanted: Sequence[RequirementGiven],
    *,
    expected: Collection[RequirementGiven] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Let a role require exactly `wanted`; touches the workers of the role, for the courses that changed.

    Raises NotFound, Invalid with everything that is wrong, or Conflict STALE when no more is required what the editor
    saw (`expected`).
    """
    need_admin(by)
    _need(Role.objects.select_for_update(no_key=True).filter(pk=role_id).exists(), "role", role_id)
    _check(wanted)
    current = RoleRequirement.objects.filter(role_id=role_id, until=None)
    change = _replace(RoleRequirement, current, {"role_id": role_id}, wanted, expected, at=at)
    if _said(change, "role", role_id):
        touch(roles=[role_id], courses=change.course_ids)


@command
def replace_area_requirements(
    area_id: int,
    wanted: Sequence[RequirementGiven],
    *,
    expected: Collection[RequirementGiven] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Let an area require exactly `wanted`; touches the workers there and below, for what changed.

    Raises NotFound, Invalid with everything that is wrong, or Conflict STALE when no more is required what the editor
    saw (`expected`).
    """
    need_admin(by)
    _need(Area.objects.select_for_update(no_key=True).filter(pk=area_id).exists(), "area", area_id)
    _check(wanted)
    current = AreaRequirement.objects.filter(area_id=area_id, until=None)
    change = _replace(AreaRequirement, current, {"area_id": area_id}, wanted, expected, at=at)
    if _said(change, "area", area_id):
        touch(areas=[area_id], courses=change.course_ids)


def _need(found: bool, what: str, identity: int) -> None:
    if not found:
        raise NotFound(what, identity)


def _check(wanted: Sequence[RequirementGiven]) -> None:
    if len(wanted) > MOST_REQUIREMENTS:
        raise invalid(
            "requirements", "TOO_MANY", _("Give at most %(limit)s requirements.") % {"limit": MOST_REQUIREMENTS}
        )
    asked = id_set(possible_ids(given.course_id for given in wanted))
    known = set(Course.objects.filter(pk__in=asked).values_list("id", flat=True))
    wrong = Wrong()
    check_requirements(wanted, known, wrong)
    wrong.refuse()


def _replace(
    model: type[RoleRequirement] | type[AreaRequirement],
    current: Current,
    holder: dict[str, int],
    wanted: Iterable[RequirementGiven],
    expected: Collection[RequirementGiven] | None,
    *,
    at: datetime,
) -> Replacement:
    held = current.values_list("course_id", "type", "grace_period_days")
    now = {row[0]: RequirementGiven(*row) for row in held}
    change = replacement(now, wanted)
    if change.course_ids and expected is not None:
        seen = {"requirements": set(expected)}
        need_expected({"requirements": set(now.values())}, seen, _("list of what is required"))
    if change.ended:
        current.filter(course_id__in=id_set(gone.course_id for gone in change.ended)).update(until=at)
    rows = [{**holder, **asdict(asked), "since": at} for asked in change.begun]
    insert_rows(model, rows, returning=())
    return change


def _said(change: Replacement, entity: str, entity_id: int) -> bool:
    if not change.course_ids:
        nothing_changed()
        return False
    say(
        f"{entity}.requirements_replaced",
        entity,
        entity_id,
        before={"requirements": _plain(change.ended)},
        after={"requirements": _plain(change.begun)},
    )
    return True


def _plain(requirements: Iterable[RequirementGiven]) -> list[dict[str, Any]]:
    return [asdict(asked) for asked in requirements]
