"""The events of the audit log as a reader sees them, on a page and in a file: names for ids, what changed in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from titan.audit.queries import Event
from titan.core.language import _
from titan.exchange.exports.audit_words import action_words, label_words
from titan.training.queries.names import Named, names_of

NAMES_SHOWN = 12
NOTHING = "–"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")
# Fields that hold ids, and of what.
REFERENCES = {
    **{f"{name}_id": name for name in ("worker", "trainer", "role", "course", "area", "company", "venue", "session")},
    **{f"{name}_ids": name for name in ("worker", "course", "area", "session")},
    "supervisor_id": "worker",
    "user_id": "user",
    "method_id": "assessment_method",
    "parent_id": "area",
    "prerequisite_ids": "course",
    "qualifications": "course",
    **dict.fromkeys(("merged_id", "merged_into_id", "other_id", "reports", "distinct_pairs"), "worker"),
    "sessions": "session",
    "workers": "worker",
    "attendees": "worker",
}


@dataclass(frozen=True)
class Difference:
    """One field of a change in words; what was not there is empty."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One event in words. thing: what it is called today, else its number."""

    event: Event
    actor: str
    action: str
    thing: str
    differences: list[Difference]


@dataclass(frozen=True)
class Dates:
    """How days and moments are written."""

    day: Callable[[date], str]
    moment: Callable[[datetime], str]


def audit_lines(events: Iterable[Event], dates: Dates, *, language: str) -> list[Line]:
    """Return events in words: a statement for each kind of thing that they speak of. language: of titles."""
    found = list(events)
    words = Words(names_of(_mentioned(found), language=language), dates)
    return [_line(event, words) for event in found]


def entity_words() -> dict[str, str]:
    """Return every kind of thing that the log speaks of, with its word."""
    return {
        "course": _("Course"),
        "role": _("Role"),
        "area": _("Area"),
        "company": _("Company"),
        "worker": _("Worker"),
        "trainer": _("Trainer"),
        "venue": _("Venue"),
        "session": _("Session"),
        "training_record": _("Training record"),
        "competency_record": _("Competency record"),
        "evidence": _("Evidence"),
        "assessment_method": _("Assessment method"),
        "user": _("User"),
        "api_token": _("API token"),
        "calendar_feed": _("Calendar feed"),
        "calendar_events": _("Calendars"),
        "site_settings": _("Site settings"),
        "compliance": _("Compliance"),
        "consequence_case": _("Consequences"),
        "validity_extension": _("Extension of validity"),
        "import": _("Import"),
    }


def _mentioned(events: Iterable[Event]) -> dict[str, set[int]]:
    """Return the ids that the events speak of, by kind of thing."""
    ids: dict[str, set[int]] = defaultdict(set)
    for event in events:
        ids[event.entity].add(event.entity_id)
        if event.actor_id is not None:
            ids["user"].add(event.actor_id)
        for values in (event.before, event.after):
            for kind, pk in _references(values or {}):
                ids[kind].add(pk)
    return ids


def _references(value: Any, key: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _references(inner, name)
    elif isinstance(value, list):
        for inner in value[:NAMES_SHOWN]:
            yield from _references(inner, key)
    elif key in REFERENCES and type(value) is int:
        yield REFERENCES[key], value


def _line(event: Event, words: Words) -> Line:
    return Line(
        event=event,
        actor=words.names.get(("user", event.actor_id or 0), "") or _("Titan itself"),
        action=action_words(event.action),
        thing=words.names.get((event.entity, event.entity_id), "") or f"{event.entity_id}",
        differences=_differences(event, words),
    )


def _differences(event: Event, words: Words) -> list[Difference]:
    before, after = event.before or {}, event.after or {}
    return [
        Difference(
            label_words(name),
            words.of(before[name], name) if name in before else "",
            words.of(after[name], name) if name in after else "",
        )
        for name in dict.fromkeys([*before, *after])
        if name not in before or name not in after or before[name] != after[name]
    ]


@dataclass(frozen=True)
class Words:
    """Says values of the log in words: ids by the names that they have today."""

    names: Named
    dates: Dates

    def of(self, value: Any, key: str) -> str:
        """Return the value of the field `key` in words."""
        if value is None or value in ("", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dict):
            said = [
                f"{label_words(name)} {words}" for name in value if (words := self.of(value[name], name)) != NOTHING
            ]
            return ", ".join(said) or NOTHING
        if isinstance(value, list):
            return self._list(value, key)
        if key in REFERENCES and type(value) is int:
            return self.names.get((REFERENCES[key], value), f"{value}")
        return self._text(str(value))

    def _list(self, values: list[Any], key: str) -> str:
        shown = [self.of(inner, key) for inner in values[:NAMES_SHOWN]]
        more = len(values) - len(shown)
        rest = [_("and %(n)d more") % {"n": more}] if more > 0 else []
        joint = "; " if any(isinstance(inner, dict) for inner in values) else ", "
        return joint.join([*shown, *rest])

    def _text(self, text: str) -> str:
        try:
            if MOMENT.fullmatch(text):
                moment = datetime.fromisoformat(text)
                return self.dates.moment(moment) if moment.tzinfo else text
            return self.dates.day(date.fromisoformat(text)) if DATE.fullmatch(text) else text
        except ValueError:
            return text
