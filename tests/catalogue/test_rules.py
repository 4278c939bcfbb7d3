"""Course versions in their bounds, prerequisites without circles."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.catalogue.rules import (
    VersionChanges,
    VersionContent,
    changed_content,
    checked_content,
    prerequisite_circle,
)
from titan.core.given import Wrong

GOOD = VersionContent(title={"en": "Fire Safety"}, duration_minutes=240, validity_months=12)


def wrong_fields(content: VersionContent) -> list[tuple[str, str]]:
    wrong = Wrong()
    checked_content(content, wrong)
    return [(error.field, error.code) for error in wrong.errors]


@pytest.mark.parametrize(
    "changes",
    [
        {"validity_months": 0},
        {"validity_months": 600},
        {"duration_minutes": 5},
        {"duration_minutes": 52_560},
        {"min_pass_score": 0},
        {"min_pass_score": 100},
        {"title": {"en": "Fire", "tr": "Yangın", "pt-br": "Fogo", "az": "Yanğın", "ar": "حريق"}},
        {"category": ""},
        {"prerequisite_ids": (1, 2)},
    ],
)
def test_values_within_bounds(changes: dict[str, Any]) -> None:
    assert wrong_fields(replace(GOOD, **changes)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"validity_months": -1}, ("validity_months", "OUT_OF_RANGE")),
        ({"validity_months": 601}, ("validity_months", "OUT_OF_RANGE")),
        ({"validity_months": 10_000}, ("validity_months", "OUT_OF_RANGE")),
        ({"duration_minutes": 4}, ("duration_minutes", "OUT_OF_RANGE")),
        ({"duration_minutes": 52_561}, ("duration_minutes", "OUT_OF_RANGE")),
        ({"min_pass_score": -1}, ("min_pass_score", "OUT_OF_RANGE")),
        ({"min_pass_score": 101}, ("min_pass_score", "OUT_OF_RANGE")),
        ({"delivery_method": "TELEPATHY"}, ("delivery_method", "UNKNOWN_CHOICE")),
        ({"title": {}}, ("title.en", "REQUIRED")),
        ({"title": {"tr": "Yangın"}}, ("title.en", "REQUIRED")),
        ({"title": {"en": " \u200b "}}, ("title.en", "REQUIRED")),
        ({"title": {"en": "Fire", "tr": ""}}, ("title.tr", "REQUIRED")),
        ({"title": {"en": "Fire", "EN": "Fire"}}, ("title", "LANGUAGE_UNKNOWN")),
        ({"title": {"en": "Fire", "klingon!": "Qul"}}, ("title", "LANGUAGE_UNKNOWN")),
        ({"title": {"en": "F\x00ire"}}, ("title.en", "CONTROL_CHARACTERS")),
        ({"title": {"en": "F\ud800ire"}}, ("title.en", "CONTROL_CHARACTERS")),
        ({"title": {"en": "x" * 201}}, ("title.en", "TOO_LONG")),
        ({"category": "x" * 61}, ("category", "TOO_LONG")),
        ({"prerequisite_ids": (3, 3)}, ("prerequisite_ids", "TWICE")),
        ({"prerequisite_ids": tuple(range(1, 52))}, ("prerequisite_ids", "TOO_MANY")),
    ],
)
def test_values_out_of_bounds(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert wrong_fields(replace(GOOD, **changes)) == [expected]


def test_all_that_is_wrong_is_reported_at_once() -> None:
    content = replace(GOOD, validity_months=-1, duration_minutes=0, title={}, min_pass_score=500)
    assert len(wrong_fields(content)) == 4


def test_texts_are_composed_and_trimmed() -> None:
    clean = checked_content(replace(GOOD, title={"en": " Cafe\u0301 "}, category=" GAS "), Wrong())
    assert (clean.title, clean.category) == ({"en": "Café"}, "GAS")


def test_changes_leave_the_rest() -> None:
    changed = changed_content(replace(GOOD, min_pass_score=70), VersionChanges(min_pass_score=None))
    assert changed == GOOD


@pytest.mark.parametrize(
    ("wanted", "asks_for", "circle"),
    [
        ((), {}, None),
        ((2,), {2: {3}, 3: {4}}, None),
        ((1,), {}, (1, 1)),
        ((2,), {2: {1}}, (1, 2, 1)),
        ((2, 3), {2: {4}, 4: {5}, 3: {1}}, (1, 3, 1)),
        ((2,), {2: {3}, 3: {4}, 4: {1}}, (1, 2, 3, 4, 1)),
        ((2,), {2: {3}, 3: {2}}, None),
        ((2,), {1: {2}}, None),
    ],
)
def test_prerequisite_circle(
    wanted: tuple[int, ...], asks_for: dict[int, set[int]], circle: tuple[int, ...] | None
) -> None:
    assert prerequisite_circle(1, wanted, asks_for) == circle


@given(
    st.dictionaries(st.integers(1, 9), st.sets(st.integers(1, 9), max_size=4)),
    st.sets(st.integers(1, 9), max_size=4),
)
def test_a_circle_is_found_exactly_when_the_course_can_be_reached(
    asks_for: dict[int, set[int]], wanted: set[int]
) -> None:
    reached, waiting = set(wanted), list(wanted)
    while waiting:
        for following in asks_for.get(waiting.pop(), set()) - reached:
            reached.add(following)
            waiting.append(following)
    circle = prerequisite_circle(1, wanted, asks_for)
    assert (circle is not None) == (1 in reached)
    if circle:
        assert circle[0] == circle[-1] == 1
        steps = {**asks_for, 1: wanted}
        assert all(after in steps[here] for here, after in pairwise(circle))
