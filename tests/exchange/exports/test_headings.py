"""The headings of an exported list tell the import what is what, in each language that our words are written in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.conf import settings

from tests.exchange.exports.world import listing
from titan.core.language import words_in
from titan.exchange.exports import words
from titan.exchange.imports.rules import words as readings
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.headers.columns import propose_columns
from titan.exchange.imports.rules.states import Kind

KINDS = {
    "workers": Kind.WORKERS,
    "companies": Kind.COMPANIES,
    "roles": Kind.ROLES,
    "role-requirements": Kind.ROLE_REQUIREMENTS,
    "areas": Kind.AREAS,
    "area-requirements": Kind.AREA_REQUIREMENTS,
    "courses": Kind.COURSES,
    "trainers": Kind.TRAINERS,
    "venues": Kind.VENUES,
    "records": Kind.RECORDS,
}
# What the import calls otherwise than the API.
NAMES = {"provider": "provider_code"}


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("name", KINDS)
def test_the_import_knows_our_headings(world: SimpleNamespace, name: str, language: str) -> None:
    with words_in(language):
        columns = listing(name).columns
    fields = {field.name for field in FIELDS[KINDS[name]]}
    wanted = {number: NAMES.get(one.name, one.name) for number, one in enumerate(columns)}
    found = propose_columns([one.heading for one in columns], KINDS[name])
    assert {number: mapped.field for number, mapped in found.items()} == {
        number: field for number, field in wanted.items() if field in fields
    }


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_import_knows_our_words(language: str) -> None:
    known = {
        words.worker_status_words: readings.STATUSES,
        words.delivery_words: readings.DELIVERY_METHODS,
        words.trainer_type_words: readings.TRAINER_TYPES,
        words.requirement_words: readings.REQUIREMENT_TYPES,
        words.result_words: readings.RESULTS,
    }
    with words_in(language):
        for said, read in known.items():
            assert {value: read.get(fold(text)) for value, text in said().items()} == {value: value for value in said()}
        assert {read: readings.YES_NO.get(fold(text)) for read, text in words.yes_words().items()} == {
            True: "yes",
            False: "no",
        }
