"""How values are shown: colours, numbers, dates, in the words of the visitor's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from titan.compliance.models import Severity
from titan.compliance.rules import COLOURS, Colour
from titan.core.settings import Site
from titan.core.text import in_language
from titan.exchange.exports.words import compliance_words, session_words
from titan.training.models import SessionStatus
from titan.training.queries.sessions import SessionView
from titan.training.queries.today import Task, Todo
from titan.web.language import language_of_titles

if TYPE_CHECKING:
    from titan.web.visit import Visit

TOKENS = {Colour.RED: "red", Colour.YELLOW: "amber", Colour.BLUE: "blue", Colour.GREEN: "green"}


@dataclass(frozen=True)
class BarPart:
    """One stretch of a stacked bar, in thousandths of its length."""

    colour: str
    x: int
    width: int
    label: str


@dataclass(frozen=True)
class State:
    """The state of a piece of work: its colour and its word."""

    colour: str
    word: str


def by_colour(counts: dict[str, int]) -> dict[Colour, int]:
    """Return counts by status as counts by colour, worst first."""
    totals = dict.fromkeys((Colour.RED, Colour.BLUE, Colour.YELLOW, Colour.GREEN), 0)
    for status, n in counts.items():
        totals[COLOURS[Severity[status]]] += n
    return totals


def named_colours(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return token, word and count of each colour, worst first."""
    words = _colour_words(translation.get_language())
    return [(TOKENS[colour], words[colour], n) for colour, n in by_colour(counts).items()]


@lru_cache(maxsize=64)
def _colour_words(_language: str | None) -> dict[Colour, str]:
    # Each row of a list says one; looking the catalogue up each time is half of what the row costs.
    return {Colour.RED: _("Red"), Colour.BLUE: _("Blue"), Colour.YELLOW: _("Yellow"), Colour.GREEN: _("Green")}


def colours(counts: dict[str, int]) -> list[BarPart]:
    """Return the stacked bar of `counts`; whatever is there at all is wide enough to be seen."""
    named = named_colours(counts)
    there = [(token, word, n) for token, word, n in named if n]
    whole = sum(n for _token, _word, n in there)
    parts, x = [], 0
    for position, (token, word, n) in enumerate(there, start=1):
        width = 1000 - x if position == len(there) else max(8, round(n / whole * 1000))
        parts.append(BarPart(token, x, width, f"{n} {word}"))
        x += width
    return parts


def total(counts: dict[str, int]) -> int:
    return sum(counts.values())


def percent(counts: dict[str, int]) -> str:
    """Return the share of green workers, with one digit after the point."""
    whole = total(counts)
    return number(counts["COMPLIANT"] / whole * 100 if whole else 0.0, digits=1)


def number(value: float, digits: int = 0) -> str:
    """Return a number as the visitor's language groups it."""
    return formats.number_format(value, decimal_pos=digits, force_grouping=True)


def local(texts: dict[str, str]) -> str:
    """Return a text that is kept by language, in the visitor's."""
    return in_language(texts, language_of_titles())


def day(moment: datetime, site: Site | None = None) -> str:
    """Return a moment's site day, such as Tue 24 Nov 2026."""
    return formats.date_format(_on_site(moment, site), "D j M Y")


def clock(moment: datetime, site: Site | None = None) -> str:
    """Return a moment's time of day on the site, such as 08:00."""
    return f"{_on_site(moment, site):%H:%M}"


def _on_site(moment: datetime, site: Site | None) -> datetime:
    return moment.astimezone(site.zone) if site else moment


def session_state(session: SessionView, now: datetime) -> State:
    """Return how a session stands, as work: done, waiting, due, stuck."""
    if session.status != SessionStatus.SCHEDULED:
        done = session.status == SessionStatus.COMPLETED
        return State("green" if done else "none", session_words()[session.status])
    if session.cannot_run:
        return State("red", _("Cannot run: trainer not qualified"))
    if session.slots and session.slots[-1].ends_at <= now:
        return State("amber", _("Held, to finalize") if session.evidence else _("Held, needs its sheet"))
    if session.slots and session.slots[0].starts_at <= now:
        return State("blue", _("Running"))
    return State("none", _("Scheduled"))


def initials(name: str) -> str:
    """Return up to two initials of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def theme(request: HttpRequest) -> str:
    """Return the theme that the visitor chose, or nothing: then the system's preference rules."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""


@dataclass(frozen=True)
class NavigationEntry:
    """One place in the main navigation."""

    key: str
    label: str
    href: str


def navigation(visit: Visit) -> tuple[NavigationEntry, ...]:
    """Return the places that the visitor's role leads to; a place whose pages are not there is left out."""
    return _navigation(
        visit.reads_all, visit.takes_packs, visit.actor.is_admin, translation.get_language(), get_script_prefix()
    )


@lru_cache(maxsize=64)
def _navigation(
    reads_all: bool, reads_ledger: bool, imports: bool, _language: str | None, _prefix: str
) -> tuple[NavigationEntry, ...]:
    places = [("today", _("Today"), "today")]
    if reads_all:
        places += [
            ("matrix", _("Matrix"), "matrix"),
            ("sessions", _("Sessions"), "sessions"),
            ("workers", _("Workers"), "workers"),
            ("verify", _("Verify"), "verify"),
            ("library", _("Library"), "library"),
        ]
    if imports:
        places.append(("imports", _("Import"), "imports"))
    if reads_all:
        places.append(("audit", _("Audit log"), "audit"))
    if reads_ledger:
        places.append(("ledger", _("Ledger"), "ledger"))
    return tuple(NavigationEntry(key, label, address) for key, label, name in places if (address := maybe_url(name)))


@dataclass(frozen=True)
class TaskWords:
    """A task in words: its colour, what it waits for, the detail, and what the button does."""

    colour: str
    state: str
    detail: str
    act: str


def task_words(task: Task) -> TaskWords:
    """Return what a session waits for, in words."""
    people = task.people
    if task.todo is Todo.CANNOT_RUN:
        return TaskWords("red", _("Cannot run"), _("The trainer is not qualified any more"), _("Change the trainer"))
    if task.todo is Todo.MARKS:
        unmarked = ngettext("%(n)d mark is missing", "%(n)d marks are missing", people) % {"n": people}
        return TaskWords("amber", _("Marks"), unmarked if people else _("Nobody is on the list"), _("Mark"))
    if task.todo is Todo.EVIDENCE:
        return TaskWords("amber", _("Signed sheet"), _("The class was held and marked"), _("Upload"))
    if task.todo is Todo.FINALIZE:
        return TaskWords("amber", _("Finalize"), _("Marked, and the sheet is there"), _("Finalize"))
    red = ngettext("%(n)d Red worker waits in it", "%(n)d Red workers wait in it", people) % {"n": people}
    return TaskWords("none", _("Draft"), red, _("Schedule"))


def date_words(day: date) -> str:
    """Return a day in words, such as 24 Nov 2026."""
    return formats.date_format(day, "j M Y")


def maybe_url(name: str, *args: object) -> str:
    """Return the address of a page, or nothing where the pages of that name are not mounted."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def statuses() -> list[tuple[str, str]]:
    """Return every compliance status with its words, worst first."""
    return list(compliance_words().items())


def status_words(status: str) -> State:
    """Return a compliance status as its colour and one word."""
    colour = COLOURS[Severity[status]]
    return State(TOKENS[colour], _colour_words(translation.get_language())[colour])


def status_chip(status: str | None) -> Markup:
    """Return the chip of a compliance status; None: of somebody who is not judged."""
    return _status_chip(status, translation.get_language())


@lru_cache(maxsize=64)
def _status_chip(status: str | None, _language: str | None) -> Markup:
    said = status_words(status) if status else State("none", _("Not judged"))
    return _chip("chip", said.colour, said.word)


def count_chips(counts: dict[str, int]) -> Markup:
    """Return a chip for each colour of which `counts` has any, worst first."""
    return _count_chips(tuple(counts.items()), translation.get_language())


@lru_cache(maxsize=4096)
def _count_chips(counts: tuple[tuple[str, int], ...], _language: str | None) -> Markup:
    chips = (_chip("", colour, f"{n} {word}") for colour, word, n in named_colours(dict(counts)) if n)
    return Markup().join(chips)


def _chip(kind: str, colour: str, text: str) -> Markup:
    # As the macro `chip` of parts/ui.html makes it.
    return Markup('<span class="status {}" data-status="{}">{}</span>').format(kind, colour, text)


DAY_BEGINS, DAY_ENDS = 6, 18


def on_track(starts_at: datetime, ends_at: datetime, day: date, site: Site) -> tuple[int, int]:
    """Return where a slot lies between 06:00 and 18:00 of a day, as start and width in thousandths."""

    def place(moment: datetime) -> float:
        local_time = moment.astimezone(site.zone)
        hours = (local_time.date() - day).days * 24 + local_time.hour + local_time.minute / 60
        return min(1.0, max(0.0, (hours - DAY_BEGINS) / (DAY_ENDS - DAY_BEGINS)))

    begins, ends = place(starts_at), place(ends_at)
    return round(begins * 1000), max(10, round((ends - begins) * 1000))


def weekday(day: date) -> str:
    """Return a day of a week in short, such as Tue 24."""
    return formats.date_format(day, "D j")


def hours_words(hours: float) -> str:
    """Return hours without needless digits: 4 or 7.5."""
    return number(hours, digits=0 if float(hours).is_integer() else 1)


def waiting_words() -> dict[str, dict[str, str]]:
    """Return what a browser says of marks and files that wait in it for a session; %n is a number."""
    return {
        "marks": {"one": _("1 mark waits for the network"), "many": _("%n marks wait for the network")},
        "files": {"one": _("1 file waits for the network"), "many": _("%n files wait for the network")},
        "refused": {"one": _("1 was not saved: open it"), "many": _("%n were not saved: open it")},
    }


def globals_of_templates() -> dict[str, Any]:
    """Return what every template may call."""
    functions = (
        named_colours,
        colours,
        total,
        percent,
        hours_words,
        number,
        local,
        on_track,
        weekday,
        day,
        clock,
        date_words,
        maybe_url,
        statuses,
        task_words,
        status_words,
        status_chip,
        count_chips,
        session_state,
        waiting_words,
        initials,
        navigation,
        theme,
    )
    return {function.__name__: function for function in functions} | {"language": translation.get_language}
