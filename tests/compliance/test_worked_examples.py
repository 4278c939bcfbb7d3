"""docs/compliance.md is true: every example in it is read from the page and lived through, day by day.

A fact or a table that this module cannot read is an error, so nothing on the page goes unchecked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.compliance.worlds import World, noon
from tests.oracle import WORST_FIRST, differences, overall_of
from titan.catalogue.models import Course
from titan.compliance.commands import catch_up, rebuild, refresh
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.actor import system_actor
from titan.personnel.models import Area, Worker
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord
from titan.records.rules import expires_on

PAGE = Path(__file__).resolve().parents[2] / "docs" / "compliance.md"
SYSTEM = system_actor()
Row = dict[str, str]


@dataclass
class Section:
    """What stands under one heading: its list items and its tables."""

    title: str
    facts: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def read_page() -> dict[str, Section]:
    """Return the page's sections by title; every table row by its column names."""
    sections: dict[str, Section] = {}
    current = Section("")
    columns: list[str] | None = None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            current = Section(line.lstrip("# "))
            sections[current.title] = current
        if line.startswith("- "):
            current.facts.append(line[2:])
        if not line.startswith("|"):
            columns = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if columns is None:
            columns = cells
        elif not set(line) <= set("|- "):
            current.rows.append(dict(zip(columns, cells, strict=True)))
    return sections


SECTIONS = read_page()
DIARIES = [section for section in SECTIONS.values() if section.rows and "Day" in section.rows[0]]


def colours() -> dict[str, str]:
    rows = [row for row in SECTIONS["The four questions"].rows if "When" in row]
    return {row["Status"].strip("`"): row["Colour"] for row in rows} | {"none": "none"}


def day_of(text: str) -> date | None:
    return None if text in {"—", "never expires"} else date.fromisoformat(text)


# ------------------------------------------------------------------------------------------------ facts


class Example:
    """One worker, one course, and what happens to them: facts become events, each on its day."""

    def __init__(self) -> None:
        self.world = World()
        self.course: Course = self.world.course()
        self.worker: Worker = self.world.worker(None, None)
        self.events: list[tuple[date, Callable[[], object]]] = []
        self.pending: CompetencyRecord | None = None

    def add(self, fact: str) -> None:
        """Understand one line of the page, or fail."""
        for pattern, method in FACTS.items():
            match = re.fullmatch(pattern, fact)
            if match:
                getattr(self, method)(**match.groupdict())
                return
        raise AssertionError(f"docs/compliance.md says what no test understands: {fact}")

    def on(self, day: str, happens: Callable[[], object]) -> None:
        self.events.append((date.fromisoformat(day), happens))

    def asked(self, who: str, grace: str | None = None, day: str | None = None) -> None:
        days = int(grace) if grace else None
        since = date.fromisoformat(day) if day else date(2020, 1, 1)
        if who == "the role":
            role = self.world.role()
            self.world.require(role, self.course, days)
            self.on(since.isoformat(), lambda: self.take_role(since))
            return
        area = self.world.area()
        self.world.require(area, self.course, days)
        own: Area = self.world.area(area) if who == "the area above another" else area
        self.on(since.isoformat(), lambda: self.world.place(self.worker, own, since))

    def take_role(self, since: date) -> None:
        self.worker.role, self.worker.role_assigned_on = self.world.roles[0], since
        self.worker.save()

    def passed(self, day: str, expires: str) -> None:
        self.on(
            day,
            lambda: self.world.record(self.worker, self.course, date.fromisoformat(day), date.fromisoformat(expires)),
        )

    def failed(self, day: str) -> None:
        completed = date.fromisoformat(day)
        self.on(day, lambda: self.world.record(self.worker, self.course, completed, None, "FAILED"))

    def waits(self, day: str) -> None:
        def happens() -> None:
            self.pending = self.world.competency(self.worker, self.course, date.fromisoformat(day))

        self.on(day, happens)

    def judged(self, day: str, outcome: str, expires: str | None = None) -> None:
        def happens() -> None:
            assert self.pending is not None
            assessed_on = date.fromisoformat(day)
            if outcome == "not competent":
                self.world.settle(self.pending, "NOT_COMPETENT", assessed_on)
                return
            assert expires is not None
            proof = self.world.record(self.worker, self.course, assessed_on, date.fromisoformat(expires))
            CompetencyRecord.objects.filter(pk=self.pending.pk).update(
                status=CompetencyStatus.COMPETENT,
                method=self.world.method,
                assessed_on=assessed_on,
                record=proof,
            )

        self.on(day, happens)

    def revoked(self, day: str, completed: str) -> None:
        self.on(day, lambda: self.world.revoke(TrainingRecord.objects.get(completed_on=completed)))

    def becomes(self, day: str, status: str) -> None:
        def happens() -> None:
            self.worker.status = status.upper()
            self.worker.save()

        self.on(day, happens)


DAY = r"\d{4}-\d\d-\d\d"
WHO = r"(?P<who>the role|an area|the area above another)"
FACTS = {
    rf"Asked by {WHO}: pre-mob(, assigned on (?P<day>{DAY}))?\.": "asked",
    rf"Asked by {WHO}: post-mob, (?P<grace>\d+) days' grace, assigned on (?P<day>{DAY})\.": "asked",
    rf"Passed on (?P<day>{DAY}), valid through (?P<expires>{DAY})\.": "passed",
    rf"Failed on (?P<day>{DAY})\.": "failed",
    rf"Class passed on (?P<day>{DAY}), awaits its sign-off\.": "waits",
    rf"Judged (?P<outcome>competent) on (?P<day>{DAY}), valid through (?P<expires>{DAY})\.": "judged",
    rf"Judged (?P<outcome>not competent) on (?P<day>{DAY})\.": "judged",
    rf"On (?P<day>{DAY}) the record of (?P<completed>{DAY}) is revoked\.": "revoked",
    rf"On (?P<day>{DAY}) the worker becomes (?P<status>inactive|active)\.": "becomes",
}


# ------------------------------------------------------------------------------------------------ tests


@pytest.mark.django_db
@pytest.mark.parametrize("section", DIARIES, ids=lambda section: section.title)
def test_an_example_lived_day_by_day(section: Section) -> None:
    """Nights are swept, events refresh their worker; on the days of the table the item is as printed."""
    example = Example()
    for fact in section.facts:
        example.add(fact)
    rows = {date.fromisoformat(row["Day"]): row for row in section.rows}
    assert len(rows) == len(section.rows)
    # Night after night around whatever happens; the long quiet months between are skipped.
    days = {day for row in rows for day in (row - timedelta(days=1), row, row + timedelta(days=1))}
    start = min(days)
    days |= {day for day, _ in example.events if day > start}
    happen(example, date.min, start)
    rebuild(at=noon(start), by=SYSTEM)
    for day in sorted(days - {start}):
        catch_up(at=noon(day))
        happen(example, day, day)
        assert differences(day) == []
        if day in rows:
            check_row(example, day, rows[day])


@pytest.mark.django_db
@pytest.mark.parametrize("section", DIARIES, ids=lambda section: section.title)
def test_an_example_when_nobody_looked_in_between(section: Section) -> None:
    """The same, with every night between two rows missed."""
    example = Example()
    for fact in section.facts:
        example.add(fact)
    before = date.min
    for row in section.rows:
        day = date.fromisoformat(row["Day"])
        happen(example, before, day)
        catch_up(at=noon(day))
        check_row(example, day, row)
        before = day + timedelta(days=1)


def happen(example: Example, first: date, last: date) -> None:
    """Let what lies between two days happen; each event refreshes its worker on its own day."""
    for day, event in sorted(example.events, key=lambda pair: pair[0]):
        if first <= day <= last:
            event()
            refresh({example.worker.pk}, None, today=day)


def check_row(example: Example, day: date, row: Row) -> None:
    assert differences(day) == []
    item = ComplianceItem.objects.filter(worker=example.worker, course=example.course).first()
    status = Severity(item.severity).name if item else "none"
    due, following = (item.due_on, item.next_change_on) if item else (None, None)
    assert (status, colours()[status]) == (row["Status"], row["Colour"])
    assert following == day_of(row["Next"])
    if "Due on" in row:
        assert due == day_of(row["Due on"])
    overall = WorkerVerdict.objects.filter(worker=example.worker).first()
    assert (Severity(overall.severity).name if overall else "none") == status


@pytest.mark.django_db
@pytest.mark.parametrize("row", SECTIONS["Midnight"].rows, ids=lambda row: " ".join(row.values()))
def test_midnight(row: Row) -> None:
    world = World(timezone=row["Time zone of the site"])
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, date(2026, 1, 1))
    world.record(worker, course, date(2026, 1, 1), date.fromisoformat(row["Valid through"]))
    moment = datetime.fromisoformat(row["Moment (UTC)"]).replace(tzinfo=UTC)
    rebuild(at=moment, by=SYSTEM)
    assert differences(date.fromisoformat(row["Day on the site"])) == []
    item = ComplianceItem.objects.get(worker=worker, course=course)
    assert Severity(item.severity).name == row["Status"]


@pytest.mark.parametrize("row", SECTIONS["How long a pass is valid"].rows, ids=lambda row: " ".join(row.values()))
def test_how_long_a_pass_is_valid(row: Row) -> None:
    assert expires_on(date.fromisoformat(row["Completed"]), int(row["Months"])) == day_of(row["Valid through"])


def test_the_statuses_are_all_there_with_their_colours() -> None:
    assert colours() == {
        "COMPLIANT": "green",
        "EXPIRING": "yellow",
        "IN_GRACE": "yellow",
        "AWAITING_VERIFICATION": "blue",
        "NON_COMPLIANT": "red",
        "none": "none",
    }
    assert list(WORST_FIRST) == [severity.name for severity in sorted(Severity)]


def test_the_overall_status_is_the_worst() -> None:
    rows = [row for row in SECTIONS["The four questions"].rows if "Overall" in row]
    assert len(rows) >= 5
    for row in rows:
        items = [] if row["Items"] == "none" else row["Items"].split(", ")
        assert set(items) <= set(WORST_FIRST)
        assert overall_of(items) == row["Overall"]


def test_the_page_is_read_whole() -> None:
    """No table is left out, and the examples show every status."""
    tables = {section.title for section in SECTIONS.values() if section.rows}
    others = {"The four questions", "How long a pass is valid", "Midnight"}
    assert tables == others | {section.title for section in DIARIES}
    assert len(DIARIES) >= 8
    assert {row["Status"] for section in DIARIES for row in section.rows} == {*WORST_FIRST, "none"}
