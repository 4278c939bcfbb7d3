"""An exported list that nobody changed changes nothing when it is imported: the demo site, in both formats."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest

from tests import cast
from tests.exchange.exports.test_headings import KINDS
from tests.exchange.exports.world import asked, listing
from titan.catalogue.models import Course
from titan.core.actor import Via, system_actor
from titan.core.language import list_separator, words_in
from titan.demo import SITE
from titan.evidence.commands import Upload
from titan.exchange.exports.files import Format, export_file
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands.at_once import open_and_check
from titan.exchange.imports.queries.imports import import_rows, one_import
from titan.exchange.imports.queries.views import Counts
from titan.exchange.imports.rules.states import Outcome
from titan.exchange.site_folder.commands import load_site

BY = system_actor(Via.CLI)
ROWS = {
    "workers": 2_000,
    "companies": 12,
    "roles": 25,
    "role-requirements": 181,
    "areas": 16,
    "area-requirements": 13,
    "courses": 50,
    "trainers": 24,
    "venues": 8,
}


def come_back(name: str, form: Format, language: str, **wanted: Any) -> tuple[Any, ...]:
    """Export a list and import the file; return its kind, what is asked, its counts, and what is not as it was."""
    with words_in(language):
        found = listing(name, asked(language=language), **wanted)
        file = export_file(found, form, at=cast.AT, separator=list_separator())
    upload = Upload(file.name, io.BytesIO(b"".join(file.chunks)))
    number, _checked = open_and_check(upload, Given(), by=BY, at=cast.AT)
    view = one_import(number, by=BY, at=cast.AT)
    other = [
        (row.place, row.outcome.value, row.changes, [(problem.code, problem.message) for problem in row.problems])
        for outcome in (Outcome.CREATED, Outcome.CHANGED, Outcome.REFUSED, Outcome.IGNORED)
        for row in import_rows(number, by=BY, outcome=outcome, limit=5).items
    ]
    return view.sheets[0].kind, [question.text for question in view.questions], view.counts, other


@pytest.mark.django_db
def test_nothing_changes(at: datetime) -> None:
    load_site(SITE, by=BY, at=at)
    for form, language in ((Format.XLSX, "en"), (Format.CSV, "tr")):
        for name, rows in ROWS.items():
            assert come_back(name, form, language) == (KINDS[name], [], Counts(unchanged=rows), []), (name, form)
        course = Course.objects.get(code="HSE-001").pk
        records = listing("records", course_id=course)
        n = sum(1 for _row in records.rows())
        assert n > 1_000
        assert come_back("records", form, language, course_id=course) == ("RECORDS", [], Counts(unchanged=n), [])


@pytest.mark.long
@pytest.mark.django_db
def test_nothing_changes_in_the_whole_register(at: datetime) -> None:
    load_site(SITE, by=BY, at=at)
    for form in Format:
        assert come_back("records", form, "en") == ("RECORDS", [], Counts(unchanged=16_403), [])


def test_nothing_changes_of_strange_things(world: Any) -> None:
    """Names that begin like formulas are refused, as the import refuses all of them; nothing is made or changed."""
    for form in Format:
        for name in KINDS:
            kind, asked_about, counts, other = come_back(name, form, "en")
            assert (kind, asked_about) == (KINDS[name], []), name
            assert (counts.created, counts.changed, counts.ignored) == (0, 0, 0), (name, other)
            codes = {code for _place, _outcome, _changes, problems in other for code, _message in problems}
            assert codes <= {"LOOKS_LIKE_FORMULA", "SHORTENED_NUMBER"}, (name, other)
