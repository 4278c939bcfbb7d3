"""What logins and tokens may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.accounts.rules import (
    TOKEN_MAX_DAYS,
    login_errors,
    looks_like_token,
    make_token,
    token_errors,
    token_expiry,
    token_hash,
)

AT = datetime(2028, 2, 28, 20, 30, tzinfo=UTC)


def test_a_token_is_long_random_and_known_by_its_hash() -> None:
    made = [make_token() for _ in range(200)]
    assert len({token.secret for token in made}) == 200
    for token in made:
        assert token.secret.startswith(token.prefix + "_")
        assert len(token.secret) - len(token.prefix) > 43
        assert token.sha256 == token_hash(token.secret)
        assert len(token.prefix) == 12
        assert looks_like_token(token.secret)


@pytest.mark.parametrize("text", ["", "titan", "Titan_x", "titan_é", "titan_" + "x" * 100, "Bearer titan_x"])
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not looks_like_token(text)


@given(st.integers(1, TOKEN_MAX_DAYS))
def test_a_token_lives_whole_days(days: int) -> None:
    assert token_expiry(days, AT) - AT == timedelta(days=days)


@pytest.mark.parametrize(
    ("name", "days", "codes"),
    [
        ("script", 1, []),
        ("script", 365, []),
        ("  ", 90, ["NAME_LENGTH"]),
        ("x" * 101, 90, ["NAME_LENGTH"]),
        ("script", 0, ["OUT_OF_RANGE"]),
        ("script", -1, ["OUT_OF_RANGE"]),
        ("script", 366, ["OUT_OF_RANGE"]),
        ("", 366, ["NAME_LENGTH", "OUT_OF_RANGE"]),
    ],
)
def test_a_token_has_a_name_and_an_end(name: str, days: int, codes: list[str]) -> None:
    assert [error.code for error in token_errors(name, days)] == codes


@pytest.mark.parametrize(
    ("email", "name", "codes"),
    [
        ("a@b", "A", []),
        ("rəşad@şirkət.az", "Rəşad Əliyev", []),
        ("a@b.example", "محمد", []),
        ("a b@c", "A", ["EMAIL_INVALID"]),
        ("@b", "A", ["EMAIL_INVALID"]),
        ("a@", "A", ["EMAIL_INVALID"]),
        ("ab", "A", ["EMAIL_INVALID"]),
        ("a@b\x00", "A\x00", ["EMAIL_INVALID", "NAME_LENGTH"]),
        ("x" * 254 + "@b", "A", ["EMAIL_INVALID"]),
        ("a@b", "", ["NAME_LENGTH"]),
        ("a@b", "x" * 201, ["NAME_LENGTH"]),
    ],
)
def test_a_login_has_an_e_mail_and_a_name(email: str, name: str, codes: list[str]) -> None:
    assert [error.code for error in login_errors(email, name)] == codes
