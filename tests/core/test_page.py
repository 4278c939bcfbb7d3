"""Cursors: what comes out is what went in, and nothing made elsewhere is taken."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.core.errors import Invalid
from titan.core.page import decode_cursor, encode_cursor

IDS = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)
KEYS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(KEYS, IDS)
def test_a_position_comes_back(key: str, pk: int) -> None:
    assert decode_cursor(encode_cursor(key, pk), str, int) == [key, pk]


def cursor_of(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "ə",
        "AAAA",
        "W10",
        cursor_of([]),
        cursor_of({}),
        cursor_of("x"),
        cursor_of(None),
        cursor_of(["a"]),
        cursor_of(["a", 1, 2]),
        cursor_of([1, "a"]),
        cursor_of(["a", "1"]),
        cursor_of(["a", True]),
        cursor_of(["a", 1.5]),
        cursor_of(["a", None]),
        cursor_of(["a", 2**63]),
        cursor_of(["a", -(2**70)]),
        cursor_of(["a\x00b", 1]),
        cursor_of([["a"], 1]),
        "A" * 100_001,
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
    ids=lambda cursor: cursor[:20],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        decode_cursor(cursor, str, int)
    assert (refused.value.status, refused.value.code) == (422, "CURSOR_INVALID")
    assert [error.field for error in refused.value.errors] == ["cursor"]


@given(st.text())
def test_no_text_at_all_is_an_error(text: str) -> None:
    with suppress(Invalid):
        decode_cursor(text, str, int)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(Invalid):
        decode_cursor(base64.urlsafe_b64encode(b'["\\ud800", 1]').decode(), str, int)
