"""What clients send and get: bases of bodies, filters and shapes, and the types of their fields.

Bodies are strict: "5" is no number, 1 is no boolean, unknown fields are refused. Queries and paths are text, so there
"5" is a number; dates, moments and booleans have exactly one spelling everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from titan.api.caller import caller

MAX_INTEGER = 2**63 - 1
FIRST_YEAR, LAST_YEAR = 1900, 2999

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)(.*)")
_OFFSET = re.compile(r"[Zz]|[+-][0-9]{2}:[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Body(BaseModel):
    """What a client sends as JSON: strict types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, as values: for PATCH."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Filters(BaseModel):
    """What a client sends as a query. Names that are not declared are refused (requests.py)."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Shape(BaseModel):
    """What a client gets: read from the attributes of a query's rows."""

    model_config = ConfigDict(from_attributes=True)


Lax = Field(strict=False)
"""For enums in bodies: `Annotated[Kind, Lax]`, since JSON has only their text."""

UNSET: Any = None
"""The default of a PATCH field that may be left out but not be null; `changes()` leaves it out."""


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("DATE_INVALID", "Give a date as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("DATE_INVALID", "Give a date that exists, as YYYY-MM-DD.") from error
    return _in_years(day)


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("DATETIME_INVALID", "Give a time such as 2026-11-24T09:00:00+04:00.")
    if not _OFFSET.fullmatch(match[3]):
        raise PydanticCustomError("OFFSET_MISSING", "Give the time with its offset, such as +04:00 or Z.")
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3].upper()}")
    except ValueError as error:
        raise PydanticCustomError("DATETIME_INVALID", "Give a time that exists, with its offset.") from error
    return _in_years(moment).astimezone(UTC)


Dated = TypeVar("Dated", date, datetime)


def _in_years(value: Dated) -> Dated:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise PydanticCustomError("OUT_OF_RANGE", f"Give a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return value


def _time_of_day(value: Any) -> Any:
    if isinstance(value, time):
        return value
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("TIME_INVALID", "Give a time of day as HH:MM.")
    return time(int(match[1]), int(match[2]))


def _flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("WRONG_TYPE", "Give true or false.")


def _strict_flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    raise PydanticCustomError("WRONG_TYPE", "Give true or false.")


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("CONTROL_CHARACTER", "Give one line of text, without control characters.")
    if not value.strip():
        raise PydanticCustomError("REQUIRED", "Give some text.")
    return value.strip()


def _some_lines(value: str) -> str:
    return value.strip()


def _something(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("REQUIRED", "Give some text.")
    return value.strip()


def _in_language(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, Mapping):
        return value
    language = caller(info.context["request"]).language if info.context else "en"
    return value.get(language) or value.get("en") or next(iter(value.values()), "")


Id = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["08:00"]}),
]
Flag = Annotated[bool, BeforeValidator(_strict_flag)]
QueryFlag = Annotated[bool, BeforeValidator(_flag)]
# For readers of the document; that it is not only blanks is said by _one_line alone.
_ONE_LINE = Field(json_schema_extra={"pattern": r"^[^\x00-\x1F\x7F]+$"})
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_one_line), _ONE_LINE]
Line = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_one_line), _ONE_LINE]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line), _ONE_LINE]
Email = Annotated[str, StringConstraints(min_length=3, max_length=254), AfterValidator(_one_line)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_some_lines)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_something)]
SearchText = Annotated[str, StringConstraints(max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
PaperLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,4})?$")]
Titles = Annotated[
    dict[Language, Name],
    Field(
        min_length=1,
        max_length=20,
        json_schema_extra={"required": ["en"], "additionalProperties": False, "examples": [{"en": "Fire safety"}]},
    ),
]
LocalText = Annotated[str, BeforeValidator(_in_language)]
