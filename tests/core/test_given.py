"""Values as people give them: cleaned, and refused all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from titan.core.errors import Invalid
from titan.core.given import UNCHANGED, Unchanged, Wrong, given_in, is_id, possible_ids
from titan.core.text import in_language, is_found

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("value", "clean", "code"),
    [
        ("  Əliyev ", "Əliyev", None),
        ("Cafe\u0301", "Café", None),
        ("محمد\u200c", "محمد\u200c", None),
        ("", "", "REQUIRED"),
        ("\u00a0\u2003", "", "REQUIRED"),
        ("\u200b\u2060", "\u200b\u2060", "REQUIRED"),
        ("a\x00b", "ab", "CONTROL_CHARACTERS"),
        ("a\nb", "a\nb", "CONTROL_CHARACTERS"),
        ("a\ud800b", "a\ud800b", "CONTROL_CHARACTERS"),
        ("a\u2028b", "a\u2028b", "CONTROL_CHARACTERS"),
        ("x" * 11, "x" * 11, "TOO_LONG"),
    ],
)
def test_text(value: str, clean: str, code: str | None) -> None:
    wrong = Wrong()
    assert wrong.text("name", value, limit=10, required=True) == clean
    assert [error.code for error in wrong.errors] == ([code] if code else [])


def test_several_lines_where_lines_are_asked_for() -> None:
    wrong = Wrong()
    wrong.text("reason", "a\r\nb\tc", limit=10, lines=True)
    assert wrong.errors == []


@pytest.mark.parametrize(
    ("day", "fits"),
    [(date(1950, 1, 1), True), (TODAY, True), (date(1949, 12, 31), False), (date(2026, 11, 23), False)],
)
def test_days(day: date, fits: bool) -> None:
    wrong = Wrong()
    wrong.day("day", day, TODAY)
    assert (wrong.errors == []) == fits


@pytest.mark.parametrize("language", ["en", "tr", "az", "aze", "pt-br", "zh-hans"])
def test_languages(language: str) -> None:
    wrong = Wrong()
    wrong.translations("title", {"en": "x", language: "y"}, limit=10)
    assert wrong.errors == []


@pytest.mark.parametrize("language", ["", "e", "EN", "english", "e1", "pt-", "ру", "en us", "en-"])
def test_what_is_no_language(language: str) -> None:
    wrong = Wrong()
    wrong.translations("title", {"en": "x", language: "y"}, limit=10)
    assert [(error.field, error.code) for error in wrong.errors] == [("title", "LANGUAGE_UNKNOWN")]


def test_everything_is_refused_at_once_under_the_code_all_share() -> None:
    wrong = Wrong()
    wrong.refuse()
    wrong.code("code", "")
    wrong.text("name", "", limit=5, required=True)
    with pytest.raises(Invalid) as refusal:
        wrong.refuse()
    assert (refusal.value.code, len(refusal.value.errors)) == ("REQUIRED", 2)
    wrong.within("seats", 0, 1, 10)
    with pytest.raises(Invalid) as refusal:
        wrong.refuse()
    assert refusal.value.code == "INVALID"


@dataclass(frozen=True)
class Changes:
    name: str | Unchanged = UNCHANGED
    email: str | Unchanged | None = UNCHANGED


def test_what_was_given_is_told_from_what_was_not() -> None:
    assert given_in(Changes()) == {}
    assert given_in(Changes(email=None)) == {"email": None}


def test_ids_that_no_database_can_hold() -> None:
    assert possible_ids([0, -1, 1, 2**63 - 1, 2**63]) == [1, 2**63 - 1]
    assert not is_id(2**70)


def test_texts_by_language() -> None:
    assert in_language({"en": "Fire", "tr": "Yangın"}, "tr") == "Yangın"
    assert in_language({"en": "Fire", "pt": "Fogo"}, "pt-br") == "Fogo"
    assert in_language({"tr": "Yangın"}, "az") == "Yangın"
    assert in_language({}, "en") == ""


@pytest.mark.parametrize("search", ["insaat", "İNŞAAT", "  sirket   inşaat ", "ş"])
def test_people_find_what_they_mean(search: str) -> None:
    assert is_found(search, "Şirkət", "İnşaat")
    assert not is_found(search, "Titan")
