"""Labels and keys."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.evidence.rules import MAX_LABEL, UNNAMED, key_of, label_of, sha256_of

SHA256 = "ab12" + "0" * 60

LABELS = {
    "../../x": "../../x",
    "C:\\sheets\\a.pdf": "C:\\sheets\\a.pdf",
    "təlim vərəqi – Şəki.pdf": "təlim vərəqi – Şəki.pdf",
    "كشف الحضور.pdf": "كشف الحضور.pdf",
    "лист явки.pdf": "лист явки.pdf",
    "e\u0301.pdf": "e\u0301.pdf",
    "می‌خواهم.pdf": "می‌خواهم.pdf",
    "<script>alert(1)</script>.pdf": "<script>alert(1)</script>.pdf",
    "a\x00b\nc\r\td\x7f\x85.pdf": "abcd.pdf",
    "sheet\u202efdp.exe": "sheetfdp.exe",
    "broken \udce9.pdf": "broken .pdf",
    "": UNNAMED,
    " \n ": UNNAMED,
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_keeps_what_can_be_shown(name: str) -> None:
    assert label_of(name) == LABELS[name]


@given(st.text(st.characters(exclude_categories=[]), max_size=600))
def test_any_name_becomes_a_label_that_every_database_stores(name: str) -> None:
    label = label_of(name)
    assert 1 <= len(label) <= MAX_LABEL
    assert label.encode()
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in label)
    assert label_of(label) == label


def test_keys_name_their_hash_and_nothing_else() -> None:
    assert key_of(SHA256) == f"sha256/ab/12/{SHA256}"
    assert sha256_of(key_of(SHA256)) == SHA256
    for key in ("", SHA256, f"sha256/ab/13/{SHA256}", "../../etc/passwd", f"sha256/ab/12/{SHA256}\n"):
        assert sha256_of(key) is None
    for sha256 in ("", "../x", SHA256.upper(), SHA256 + "0"):
        with pytest.raises(ValueError, match="not a SHA-256"):
            key_of(sha256)
