"""The form of a session's details: what is stored as fields, what was typed as a plan, and two editors' changes merged.

Everything typed is kept as text until it is saved, so that nothing is lost when something is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from titan.core.errors import FieldError
from titan.core.settings import Site
from titan.training.commands import Plan
from titan.training.queries.changes import Change
from titan.training.queries.sessions import SessionView
from titan.training.rules import SlotTime

_TIME = re.compile(r"(\d{1,2})(?::?(\d{2}))?(?::(\d{2}))?", re.ASCII)
FIELDS = ("course_id", "trainer_id", "venue_id", "title", "notes")
MOST_ROWS = 200


@dataclass(frozen=True)
class SlotRow:
    """One line of the times: site day, start and end as typed. An end up to its start means the next day."""

    day: str = ""
    starts: str = ""
    ends: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.day or self.starts or self.ends)

    @property
    def date(self) -> date | None:
        """The day as a value; None for what is no day."""
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return None

    @property
    def over_night(self) -> bool:
        """Whether the end lies on the next day."""
        starts, ends = read_time(self.starts), read_time(self.ends)
        return starts is not None and ends is not None and ends <= starts


@dataclass(frozen=True)
class PlanForm:
    """What the details hold, as text. errors: messages by field; rows by `slots.{number}`.

    ticked: codes of the soft blocks that were acknowledged; seen: those shown then, as (code, subject).
    """

    course_id: str
    trainer_id: str
    venue_id: str
    title: str
    notes: str
    rows: tuple[SlotRow, ...]
    version: int
    ticked: frozenset[str] = frozenset()
    seen: frozenset[tuple[str, str]] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def acknowledged(self) -> frozenset[tuple[str, str]]:
        """The soft blocks that somebody saw and ticked: never one that appeared in the meantime."""
        return frozenset(pair for pair in self.seen if pair[0] in self.ticked)

    @property
    def shown_rows(self) -> Sequence[SlotRow]:
        return self.rows or (SlotRow(),)


def stored_form(session: SessionView, site: Site) -> PlanForm:
    """Return the form of a session as it is stored."""
    return PlanForm(
        course_id=str(session.course_id),
        trainer_id=str(session.trainer_id or ""),
        venue_id=str(session.venue_id or ""),
        title=session.title,
        notes=session.notes,
        rows=slot_rows(session.slots, site),
        version=session.version,
    )


def slot_rows(slots: Sequence[SlotTime], site: Site) -> tuple[SlotRow, ...]:
    """Return slots as lines in site time."""
    return tuple(_row(slot.starts_at.astimezone(site.zone), slot.ends_at.astimezone(site.zone)) for slot in slots)


def _row(starts_at: datetime, ends_at: datetime) -> SlotRow:
    return SlotRow(starts_at.date().isoformat(), _clock(starts_at), _clock(ends_at))


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M" if not moment.second else "%H:%M:%S")


def typed_form(data: QueryDict, session: SessionView, site: Site) -> PlanForm:
    """Return the form as it was typed; what was not sent is as stored."""
    stored = stored_form(session, site)
    texts = {name: data.get(name, getattr(stored, name)).strip() for name in FIELDS}
    if "\r" in texts["notes"]:
        texts["notes"] = texts["notes"].replace("\r\n", "\n")
    days, starts, ends = (data.getlist(name)[:MOST_ROWS] for name in ("day", "starts", "ends"))
    rows = tuple(
        row
        for day, begin, end in zip(days, starts, ends, strict=False)
        if not (row := SlotRow(day.strip(), begin.strip(), end.strip())).is_blank
    )
    version = data.get("version", "")
    seen = (pair.split(" ", 1) for pair in data.getlist("seen") if " " in pair)
    return PlanForm(
        **texts,
        rows=rows if "day" in data else stored.rows,
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else session.version,
        ticked=frozenset(data.getlist("override")),
        seen=frozenset((code, subject) for code, subject in seen),
    )


@dataclass(frozen=True)
class ReadPlan:
    """A form as values. Its errors are those of reading; slots whose line cannot be read are left out."""

    course_id: int
    trainer_id: int | None
    venue_id: int | None
    slots: list[SlotTime]
    errors: dict[str, str]


def read_plan(form: PlanForm, session: SessionView, site: Site) -> ReadPlan:
    """Return the values of a form, with a message at each field that cannot be read."""
    errors: dict[str, str] = {}
    ids: dict[str, int | None] = {}
    for name in ("course_id", "trainer_id", "venue_id"):
        text = getattr(form, name)
        ids[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        if text and ids[name] is None:
            errors[name] = _("Choose one from the list.")
    slots = []
    for number, row in enumerate(form.rows):
        slot = _read_row(row, site)
        if slot is None:
            errors[f"slots.{number}"] = _("Give the date, the start and the end, such as 08:00.")
        else:
            slots.append(slot)
    if form.rows == stored_form(session, site).rows:
        slots = list(session.slots)
    return ReadPlan(ids["course_id"] or session.course_id, ids["trainer_id"], ids["venue_id"], slots, errors)


def read_time(text: str) -> time | None:
    """Return a time of day as people type it: 8, 8:30, 0830, 08:30; None for what is none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _read_row(row: SlotRow, site: Site) -> SlotTime | None:
    day, starts, ends = row.date, read_time(row.starts), read_time(row.ends)
    if day is None or starts is None or ends is None:
        return None
    try:
        last = day + timedelta(days=1) if ends <= starts else day
    except OverflowError:
        return None
    return SlotTime(datetime.combine(day, starts, site.zone), datetime.combine(last, ends, site.zone))


def changed_plan(form: PlanForm, read: ReadPlan, session: SessionView, site: Site) -> Plan:
    """Return what differs from what is stored: other edits of a scheduled session ask for nothing again."""
    stored = stored_form(session, site)
    values: dict[str, Any] = {name: getattr(read, name) for name in ("trainer_id", "venue_id")}
    values |= {"course_id": read.course_id, "title": form.title, "notes": form.notes, "slots": read.slots}
    old: dict[str, Any] = {name: getattr(session, name) for name in values if name != "slots"}
    changed = {name: value for name, value in values.items() if name != "slots" and value != old[name]}
    if form.rows != stored.rows:
        changed["slots"] = read.slots
    return Plan(**changed, version=form.version)


def with_errors(form: PlanForm, errors: Sequence[FieldError]) -> PlanForm:
    """Return the form with a refusal's messages at its fields."""
    said = dict(form.errors)
    for error in errors:
        parts = error.field.split(".")
        key = ".".join(parts[:2]) if parts[0] == "slots" else parts[0]
        said[key] = f"{said[key]} {error.message}" if key in said else error.message
    return replace(form, errors=said)


@dataclass(frozen=True)
class Merged:
    """A form after somebody else saved first. theirs: fields taken over; clashes: fields that both changed."""

    form: PlanForm
    theirs: tuple[str, ...]
    clashes: tuple[str, ...]


def merge(form: PlanForm, session: SessionView, changes: Sequence[Change], site: Site) -> Merged:
    """Return the typed form on top of what somebody else saved meanwhile: nothing of either is lost.

    A field that only they changed becomes theirs; one that both changed keeps what was typed and is named as a clash.
    """
    stored, original = stored_form(session, site), _originals(changes, site)
    theirs, clashes, values = [], [], {}
    for name, before in original.items():
        mine, now = getattr(form, name), getattr(stored, name)
        if mine == now:
            continue
        if mine == before:
            theirs.append(name)
            values[name] = now
        else:
            clashes.append(name)
    return Merged(replace(form, version=session.version, **values), tuple(theirs), tuple(clashes))


def _originals(changes: Sequence[Change], site: Site) -> dict[str, Any]:
    """Return what the fields held before the first of `changes`, as the form shows it."""
    found: dict[str, Any] = {}
    for change in changes:
        for name, value in change.before.items():
            if name == "slots":
                found.setdefault("rows", slot_rows(_slots_in(value), site))
            elif name in FIELDS:
                found.setdefault(name, "" if value is None else str(value))
    return found


def _slots_in(plain: list[dict[str, str]]) -> list[SlotTime]:
    return [SlotTime(*(datetime.fromisoformat(slot[name]) for name in ("starts_at", "ends_at"))) for slot in plain]
