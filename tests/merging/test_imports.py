"""Files that name people who were merged, and files that bring people who look like somebody who is there already."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cast import actor
from tests.exchange.folders import write
from tests.exchange.imports.files import upload, workbook
from titan.core.actor import Role, Via, system_actor
from titan.core.errors import Conflict
from titan.exchange.imports.commands import answer_questions, apply_import, open_import, undo_import
from titan.exchange.imports.queries.imports import import_rows, one_import
from titan.exchange.imports.queries.views import ImportView, Question
from titan.exchange.imports.rules.states import Outcome, State
from titan.exchange.site_folder.commands import load_site
from titan.personnel.commands.merge import merge_workers
from titan.personnel.models import DistinctPair, Worker
from titan.personnel.queries.similar import duplicates
from titan.records.models import TrainingRecord

BY = actor(Role.HSE_ADMIN)
HEAD = ["Badge", "First name", "Last name", "Company", "Supervisor badge"]
TRAINED = ["Badge", "Course code", "Completed on"]


@pytest.fixture(autouse=True)
def _loaded(db: None, tmp_path: Path, at: datetime) -> None:
    """The good folder's site, loaded an hour ago, with three more people."""
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=at - timedelta(hours=1))
    rows = [
        ["M-1", "Rəşad", "Əliyev", "NGT", ""],
        ["M-2", "Kamran", "Quliyev", "NGT", ""],
        ["M-3", "Ali", "Veli", "NGT"],
    ]
    view = opened([HEAD, *rows], at - timedelta(minutes=50))
    apply_import(view.id, by=BY, at=at - timedelta(minutes=49))


def opened(rows: list[list[object]], at: datetime) -> ImportView:
    number = open_import(upload(workbook(("List", rows)), "list.xlsx"), None, by=BY, at=at)
    return one_import(number, by=BY, at=at)


def worker(badge: str) -> Worker:
    return Worker.objects.get(employee_id=badge)


def merge(gone: str, stays: str, at: datetime) -> None:
    merge_workers(worker(gone).pk, worker(stays).pk, "One person", by=BY, at=at)


def the_question(view: ImportView, kind: str) -> Question:
    (found,) = [question for question in view.questions if question.kind.value == kind]
    return found


def reasons(view: ImportView, outcome: Outcome) -> list[str]:
    rows = import_rows(view.id, by=BY, outcome=outcome, limit=200).items
    return [problem.message for row in rows for problem in row.problems]


def test_a_row_of_a_badge_that_was_merged_is_left_alone(at: datetime) -> None:
    merge("M-1", "M-2", at)
    view = opened([HEAD, ["M-1", "Rəşad", "Əliyev", "NGT", ""], ["M-1", "Other", "Words", "NGT", ""]], at)
    assert reasons(view, Outcome.IGNORED) == 2 * [
        "“M-1” is now M-2: this row is left alone. Give M-2 to change that worker."
    ]
    with pytest.raises(Conflict) as no:
        apply_import(view.id, by=BY, at=at)
    assert no.value.code == "NOTHING_TO_WRITE"


def test_what_a_merged_badge_proved_or_supervises_is_of_whoever_stays(at: datetime) -> None:
    merge("M-1", "M-2", at)
    course = "IND"
    view = opened([TRAINED, ["M-1", course, "2026-10-05"], ["M-2", course, "2026-10-06"]], at)
    assert (view.counts.created, view.counts.refused) == (2, 0)
    apply_import(view.id, by=BY, at=at)
    records = TrainingRecord.objects.filter(completed_on__in=["2026-10-05", "2026-10-06"])
    assert {one.worker_id for one in records} == {worker("M-2").pk}
    assert len(records) == 2
    # Both rows are about one class of one person: the second says nothing new.
    again = opened([TRAINED, ["M-1", course, "2026-10-05"], ["M-2", course, "2026-10-05"]], at)
    assert (again.counts.created, again.counts.unchanged) == (0, 1)
    above = opened([HEAD, ["M-3", "Ali", "Veli", "NGT", "M-1"]], at)
    apply_import(above.id, by=BY, at=at)
    assert worker("M-3").supervisor == worker("M-2")


def test_a_merged_badge_written_otherwise(at: datetime) -> None:
    merge("M-1", "M-2", at)
    view = opened([TRAINED, ["m-01", "IND", "2026-10-05"]], at)
    asked = the_question(view, "BADGE")
    assert (asked.open, view.counts.refused) == (False, 1)
    answer_questions(view.id, {asked.key: "same"}, by=BY, at=at)
    apply_import(view.id, by=BY, at=at)
    assert TrainingRecord.objects.get(completed_on="2026-10-05").worker_id == worker("M-2").pk


def test_a_merge_after_the_preview_is_noticed(at: datetime) -> None:
    view = opened([TRAINED, ["M-1", "IND", "2026-10-05"]], at)
    merge("M-1", "M-2", at)
    with pytest.raises(Conflict) as no:
        apply_import(view.id, by=BY, at=at)
    assert no.value.code == "PREVIEW_CHANGED"
    apply_import(view.id, by=BY, at=at)
    assert TrainingRecord.objects.get(completed_on="2026-10-05").worker_id == worker("M-2").pk


def test_an_import_whose_worker_was_merged_since_is_not_undone(at: datetime) -> None:
    view = opened([HEAD, ["Z-1", "New", "Person", "NGT", ""]], at)
    apply_import(view.id, by=BY, at=at)
    merge("Z-1", "M-3", at)
    with pytest.raises(Conflict) as no:
        undo_import(view.id, "A mistake", by=BY, at=at)
    assert no.value.code == "RESTING"


ALIKE = [
    HEAD,
    ["Z-1", "RASHAD", "ALIYEV", "NGT", ""],
    ["Z-2", "Quliyev", "Kamran", "NGT", ""],
    ["Z-3", "Somebody", "Else", "NGT", ""],
]


def test_new_people_who_look_like_standing_ones_are_asked_about_and_never_decided(at: datetime) -> None:
    view = opened(ALIKE, at)
    assert (view.counts.created, view.can_apply) == (3, True)
    assert [(one.value, one.open, one.answer, [(o.value, o.label) for o in one.options]) for one in view.questions] == [
        (
            "Z-1",
            False,
            "new",
            [
                ("new", "No, a new worker"),
                ("same:M-1", "M-1 Rəşad Əliyev (The same name, spelled otherwise, the same company)"),
            ],
        ),
        (
            "Z-2",
            False,
            "new",
            [("new", "No, a new worker"), ("same:M-2", "M-2 Kamran Quliyev (The same name, the same company)")],
        ),
    ]
    apply_import(view.id, by=BY, at=at)
    assert one_import(view.id, by=BY, at=at).state is State.APPLIED
    # Nobody said anything: they are proposed.
    pairs = {(one.one_id, one.other_id) for one in duplicates(by=BY).items}
    assert pairs == {(worker("M-1").pk, worker("Z-1").pk), (worker("M-2").pk, worker("Z-2").pk)}


def test_what_was_answered_is_done_and_remembered(at: datetime) -> None:
    view = opened(ALIKE, at)
    answer_questions(view.id, {"person:Z-1": "same:M-1", "person:Z-2": "new"}, by=BY, at=at)
    view = one_import(view.id, by=BY, at=at)
    assert [(one.value, one.answer) for one in view.questions] == [("Z-1", "same:M-1"), ("Z-2", "new")]
    assert (view.counts.created, view.counts.changed) == (2, 1)
    apply_import(view.id, by=BY, at=at)
    assert not Worker.objects.filter(employee_id="Z-1").exists()
    assert worker("M-1").first_name == "RASHAD"
    (told,) = DistinctPair.objects.values_list("one_id", "other_id")
    assert set(told) == {worker("M-2").pk, worker("Z-2").pk}
    assert duplicates(by=BY).items == []


def test_whoever_was_chosen_and_merged_since_is_whoever_stays(at: datetime) -> None:
    view = opened(ALIKE, at)
    answer_questions(view.id, {"person:Z-1": "same:M-1"}, by=BY, at=at)
    merge("M-1", "M-3", at)
    with pytest.raises(Conflict):
        apply_import(view.id, by=BY, at=at)
    apply_import(view.id, by=BY, at=at)
    assert worker("M-3").first_name == "RASHAD"
    assert worker("M-1").first_name == "Rəşad"
