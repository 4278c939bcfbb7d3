"""The small site that imports come to, and what tests ask of an import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import actor
from tests.exchange.folders import write
from tests.exchange.imports.files import upload, workbook
from titan.core.actor import Role, Via, system_actor
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands import answer_questions, apply_import, open_import
from titan.exchange.imports.queries.imports import import_rows, one_import
from titan.exchange.imports.queries.views import ImportView, Question
from titan.exchange.imports.rules.states import Outcome
from titan.exchange.site_folder.commands import load_site

BY = actor(Role.HSE_ADMIN)


@pytest.fixture
def loaded(db: None, tmp_path: Path, at: datetime) -> None:
    """The good folder's site, loaded an hour ago."""
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=at - timedelta(hours=1))


class Desk:
    """Somebody at work on imports, at one moment."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def open(self, content: bytes, given: Given | None = None, name: str = "list.xlsx") -> ImportView:
        return self.look(open_import(upload(content, name), given, by=BY, at=self.at))

    def sheet(self, *rows: Sequence[Any], name: str = "Sheet1", given: Given | None = None) -> ImportView:
        return self.open(workbook((name, rows)), given)

    def look(self, number: int) -> ImportView:
        return one_import(number, by=BY, at=self.at)

    def answer(self, view: ImportView, **answers: str | None) -> ImportView:
        """Answer questions by kind (lower case)."""
        keys = {question.kind.value.lower(): question.key for question in view.questions}
        answer_questions(view.id, {keys[kind]: text for kind, text in answers.items()}, by=BY, at=self.at)
        return self.look(view.id)

    def apply(self, view: ImportView, *, skip: bool = False) -> ImportView:
        apply_import(view.id, by=BY, at=self.at, skip_refused=skip, version=view.version)
        return self.look(view.id)

    def rows(self, view: ImportView, outcome: Outcome | None = None) -> Any:
        return import_rows(view.id, by=BY, outcome=outcome, limit=200).items

    def refused(self, view: ImportView) -> dict[str, str]:
        """Return codes by place, without the sheet's name."""
        return {
            problem.place.rpartition("!")[2]: problem.code
            for row in self.rows(view, Outcome.REFUSED)
            for problem in row.problems
        }

    def question(self, view: ImportView, kind: str) -> Question:
        return next(question for question in view.questions if question.kind == kind)


@pytest.fixture
def desk(loaded: None, at: datetime) -> Desk:
    return Desk(at)


Counted = Callable[[ImportView], tuple[int, int, int, int, int]]


@pytest.fixture
def counted() -> Counted:
    """Return how many rows are created, changed, unchanged, refused, ignored."""
    return lambda view: (
        view.counts.created,
        view.counts.changed,
        view.counts.unchanged,
        view.counts.refused,
        view.counts.ignored,
    )
