"""What the pages of an import say: kinds, steps, outcomes, states, and what is being done, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titan.exchange.exports import words
from titan.exchange.imports.queries.views import ColumnView, Counts, ImportView, Question
from titan.exchange.imports.rules.states import KIND_LABELS, Kind, Outcome, QuestionKind, State, Work
from titan.web.shown import State as Shown
from titan.web.shown import number

OUTCOMES = (Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.REFUSED, Outcome.IGNORED)
SHEETS, QUESTIONS, PREVIEW, RESULT = "sheets", "questions", "preview", "result"


@dataclass(frozen=True)
class Step:
    """One step of the way: what `parts/ui.html` draws, and its page."""

    key: str
    name: str
    note: str
    state: str
    current: bool


def kind_words() -> dict[str, str]:
    """Return what each kind of sheet is called."""
    return {kind.value: _(KIND_LABELS[kind]) for kind in Kind}


def outcome_words() -> Mapping[Outcome, str]:
    """Return what applying does with a row, in words."""
    return {
        Outcome.CREATED: _("New"),
        Outcome.CHANGED: _("Changed"),
        Outcome.UNCHANGED: _("As they are"),
        Outcome.REFUSED: _("Refused"),
        Outcome.IGNORED: _("Left out"),
    }


def outcome_colours() -> Mapping[Outcome, str]:
    """Return the colour of each outcome: only what needs a hand has one that warns."""
    return {
        Outcome.CREATED: "green",
        Outcome.CHANGED: "blue",
        Outcome.UNCHANGED: "none",
        Outcome.REFUSED: "red",
        Outcome.IGNORED: "none",
    }


def count_of(counts: Counts, outcome: Outcome) -> int:
    """Return how many rows come to `outcome`."""
    return int(getattr(counts, outcome.value.lower()))


def work_words() -> Mapping[Work, str]:
    """Return what is being done to an import."""
    return {
        Work.CHECKING: _("Checking every row against the site"),
        Work.APPLYING: _("Writing it to the site"),
        Work.UNDOING: _("Taking it back"),
    }


def import_state(view: ImportView) -> Shown:
    """Return how an import stands."""
    if view.working:
        return Shown("blue", work_words()[view.working.what])
    if view.state == State.OPEN and view.failure:
        return Shown("red", _("Failed"))
    if view.state == State.OPEN:
        return Shown("amber", _("Not applied yet"))
    said = {State.APPLIED: _("Applied"), State.DISCARDED: _("Discarded"), State.UNDONE: _("Taken back")}
    return Shown("green" if view.state == State.APPLIED else "none", said[view.state])


def why_words(column: ColumnView) -> str:
    """Return why a column is taken for what it is taken for."""
    return {
        "HEADING": _("by its heading"),
        "REMEMBERED": _("as last time"),
        "SIMILAR": _("by a similar heading"),
        "CHOSEN": _("as you chose"),
    }.get(column.why, "")


def undecided(view: ImportView) -> list[Question]:
    """Return the questions that nobody has answered and that no default answers."""
    return [question for question in view.questions if question.answer is None]


def steps_of(view: ImportView, here: str) -> list[Step]:
    """Return the four steps of an import; `here` is the one on the page."""
    unread = [sheet for sheet in view.sheets if sheet.is_used and sheet.kind is None]
    used = sum(sheet.is_used for sheet in view.sheets)
    waiting = len(undecided(view))
    is_open = view.state == State.OPEN
    refused = view.counts.refused
    notes = {
        SHEETS: _("Say what they hold")
        if unread
        else _("%(used)s of %(all)s used") % {"used": number(used), "all": number(len(view.sheets))},
        QUESTIONS: ngettext("%(n)s not decided", "%(n)s not decided", waiting) % {"n": number(waiting)}
        if waiting
        else (_("All answered") if view.questions else _("None")),
        PREVIEW: ngettext("%(n)s row refused", "%(n)s rows refused", refused) % {"n": number(refused)}
        if refused
        else _("%(n)s to write") % {"n": number(view.counts.writes)},
        RESULT: _("Nothing is written yet") if is_open else import_state(view).word,
    }
    wrong = {SHEETS: bool(unread), QUESTIONS: bool(waiting), PREVIEW: bool(refused), RESULT: False}
    names = {
        SHEETS: _("Sheets and columns"),
        QUESTIONS: _("Questions"),
        PREVIEW: _("Preview"),
        RESULT: _("Result"),
    }
    if view.working:
        notes = dict.fromkeys(notes, "")
    return [
        Step(key, name, notes[key], _step_state(key, here, is_open=is_open, wrong=wrong[key]), key == here)
        for key, name in names.items()
    ]


def _step_state(key: str, here: str, *, is_open: bool, wrong: bool) -> str:
    if not is_open:
        return "done"
    if wrong:
        return "open"
    order = (SHEETS, QUESTIONS, PREVIEW, RESULT)
    return "done" if order.index(key) < order.index(here) else ""


def written_words(view: ImportView) -> list[str]:
    """Return what an applied import did, a sentence for each kind of thing."""
    said = []
    kinds = kind_words()
    for kind, counts in view.by_kind.items():
        parts = [
            _("%(n)s new") % {"n": number(counts.created)} if counts.created else "",
            _("%(n)s changed") % {"n": number(counts.changed)} if counts.changed else "",
            _("%(n)s as they were") % {"n": number(counts.unchanged)} if counts.unchanged else "",
        ]
        told = ", ".join(part for part in parts if part)
        if told:
            said.append(f"{kinds[kind.value]}: {told}")
    return said


UNKNOWN_THINGS = (QuestionKind.COMPANY, QuestionKind.ROLE, QuestionKind.AREA, QuestionKind.COURSE)


def unknown_words() -> dict[QuestionKind, str]:
    """Return the heading above what nothing on the site matches."""
    return {
        QuestionKind.COMPANY: _("Companies that are not on the site"),
        QuestionKind.ROLE: _("Roles that are not on the site"),
        QuestionKind.AREA: _("Areas that are not on the site"),
        QuestionKind.COURSE: _("Courses that are not on the site"),
    }


def choice_words() -> dict[str, str]:
    """Return the words for what a cell can be read as where only some values are possible."""
    return {
        **words.worker_status_words(),
        **words.trainer_type_words(),
        **words.requirement_words(),
        **words.delivery_words(),
        **words.result_words(),
    }


def words_of_import() -> dict[str, Any]:
    """Return what the templates of an import say with."""
    return {
        "choice_words": choice_words(),
        "kinds": kind_words(),
        "outcomes": [(one, outcome_words()[one], outcome_colours()[one]) for one in OUTCOMES],
        "count_of": count_of,
        "why_words": why_words,
        "import_state": import_state,
        "work_words": work_words(),
    }
