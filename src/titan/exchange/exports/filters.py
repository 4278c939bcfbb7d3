"""Which rows of a list, as a command line says it: company=NGT status=ACTIVE search="ali" from_day=2026-11-01."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from django.db.models import Model

from titan.accounts.models import User
from titan.catalogue.models import Course
from titan.compliance.models import Severity
from titan.core.errors import FieldError, Invalid
from titan.exchange.exports.lists import ListOf
from titan.personnel.models import Area, Company, Role, Worker
from titan.resources.models import Trainer, Venue
from titan.training.models import TrainingSession

# What people call things by, in place of the numbers that queries take.
NATURAL_KEYS: Mapping[str, tuple[type[Model], str]] = {
    "company": (Company, "code"),
    "role": (Role, "code"),
    "area": (Area, "code"),
    "parent": (Area, "code"),
    "course": (Course, "code"),
    "trainer": (Trainer, "code"),
    "venue": (Venue, "name"),
    "session": (TrainingSession, "code"),
    "worker": (Worker, "employee_id"),
    "supervisor": (Worker, "employee_id"),
    "actor": (User, "email"),
}


def filter_names(wanted: ListOf) -> list[str]:
    """Return the names by which the rows of a list may be narrowed."""
    return [_said(field.name) for field in fields(wanted.wanted)]


def filters_of(wanted: ListOf, given: Mapping[str, str]) -> Any:
    """Return which rows `given` asks for. Raises Invalid with each name that is unknown, each value that is none."""
    types = typing.get_type_hints(wanted.wanted)
    names = {_said(name): name for name in types}
    values: dict[str, Any] = {}
    wrong: list[FieldError] = []
    for said, text in given.items():
        try:
            if said not in names:
                raise ValueError(f"There is no filter {said!r}: use {', '.join(names) or 'none here'}.")
            values[names[said]] = _value(said, names[said], types[names[said]], text)
        except ValueError as error:
            wrong.append(FieldError(said, "UNKNOWN", str(error)))
    if wrong:
        raise Invalid(wrong)
    return wanted.wanted(**values)


def _said(name: str) -> str:
    key = name.removesuffix("_id")
    return key if key in NATURAL_KEYS else name


def _value(said: str, name: str, kind: Any, text: str) -> Any:
    if said in NATURAL_KEYS and said != name:
        return _id(said, text)
    kinds = typing.get_args(kind) or (kind,)
    if name == "severity":
        return _severity(text)
    if bool in kinds:
        return _flag(text)
    if date in kinds:
        return _day(text)
    return int(text) if int in kinds else text


def _id(said: str, text: str) -> int:
    model, column = NATURAL_KEYS[said]
    found = model._default_manager.filter(**{column: text}).values_list("pk", flat=True).first()
    if found is None:
        raise ValueError(f"There is no {said} {text!r}.")
    return int(found)


def _severity(text: str) -> int:
    if text not in Severity.names:
        raise ValueError(f"Give one of {', '.join(Severity.names)}, not {text!r}.")
    return Severity[text].value


def _flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(f"Say yes or no, not {text!r}.")
    return text == "yes"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"Give a day that exists, as YYYY-MM-DD, not {text!r}.") from error
