"""The site's settings."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Language, Name, PaperLanguage, Shape, TimeOfDay
from titan.api.order import refuses_first
from titan.core import settings
from titan.core.actor import Role
from titan.core.permit import need_role

router = Router(tags=["settings"])


class SettingsChanges(Body):
    name: Name = UNSET
    timezone: Annotated[str, Field(min_length=1, max_length=64)] = UNSET
    warning_days: Annotated[int, Field(ge=0, le=365)] = UNSET
    work_starts: TimeOfDay = UNSET
    work_ends: TimeOfDay = UNSET
    break_starts: TimeOfDay = UNSET
    break_ends: TimeOfDay = UNSET
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)] = UNSET
    paper_languages: Annotated[list[PaperLanguage], Field(max_length=2)] = UNSET


class SettingsShape(Shape):
    name: str
    timezone: str
    warning_days: int
    work_starts: TimeOfDay
    work_ends: TimeOfDay
    break_starts: TimeOfDay
    break_ends: TimeOfDay
    languages: list[str]
    paper_languages: list[str]


@router.get("/settings", response=SettingsShape)
def site_settings(request: HttpRequest) -> Any:
    """The site's settings in force."""
    return caller(request).site


@router.patch("/settings", response=SettingsShape)
@refuses_first(lambda by: need_role(by, Role.SUPER_ADMIN))
def update_settings(request: HttpRequest, payload: SettingsChanges) -> Any:
    """Change settings, as a super admin; what held before is kept. The time zone cannot change.

    `paper_languages`: of printed papers, one, or two side by side; none is the language of whoever prints.
    """
    me = caller(request)
    changes = payload.changes()
    if "languages" in changes:
        changes["languages"] = tuple(dict.fromkeys(changes["languages"]))
    if "paper_languages" in changes:
        changes["paper_languages"] = tuple(changes["paper_languages"])
    return settings.update_settings(changes, by=me.actor, at=me.at)
