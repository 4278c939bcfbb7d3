"""Requirements in bodies and answers: of roles and of areas alike."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from titan.api.fields import Body, Id, Lax, Shape
from titan.api.shapes import CourseShort
from titan.compliance.models import RequirementType
from titan.compliance.requirements.rules import LONGEST_GRACE, MOST_REQUIREMENTS, RequirementGiven

Grace = Annotated[int, Field(ge=1, le=LONGEST_GRACE)]


class RequirementBody(Body):
    """`PRE_MOB`: before site entry. `POST_MOB`: within `grace_period_days`."""

    course_id: Id
    type: Annotated[RequirementType, Lax]
    grace_period_days: Grace | None = None


def _bare_list_too(schema: dict[str, Any]) -> None:
    whole = {name: schema.pop(name) for name in list(schema) if name not in {"title", "description"}}
    schema["anyOf"] = [whole["properties"]["requirements"], whole]


class RequirementsBody(Body):
    """All requirements, as a list or as `{"requirements": [...]}`: what is not named ends."""

    model_config = ConfigDict(json_schema_extra=_bare_list_too)

    requirements: Annotated[list[RequirementBody], Field(max_length=MOST_REQUIREMENTS)]

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return {"requirements": value} if isinstance(value, list) else value

    def given(self) -> list[RequirementGiven]:
        return [RequirementGiven(**asked.model_dump()) for asked in self.requirements]


class AreaShort(Shape):
    id: int
    code: str
    name: str


class RequirementShape(Shape):
    """`area`: where it comes from; null for a role's."""

    course_id: int
    course: CourseShort
    type: RequirementType
    grace_period_days: int | None
    area: AreaShort | None


class RequirementList(Shape):
    """All of them: there is no further page."""

    items: list[RequirementShape]
    next_cursor: None
    total: int


def listed(requirements: list[Any]) -> dict[str, Any]:
    """Return requirements as a list of one page."""
    return {"items": requirements, "next_cursor": None, "total": len(requirements)}
