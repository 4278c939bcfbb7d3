"""What cannot be read, and what means harm: it is refused in words, costs nothing, and breaks nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs.building import (
    LETTER,
    Pack,
    evidence_line,
    good_pack,
    note,
    vkey,
)
from tests.packs.verifier.running import CONTENT, run
from tests.packs.verifier.tampering import forge, prove_anew


@pytest.mark.parametrize(
    "name",
    ["README.txt", "verify.py", "key.txt", "checkpoint.txt", "pack.json", "entries.jsonl", "evidence.jsonl"],
)
def test_what_is_missing_is_named(pack: Pack, target: Path, name: str) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for each, data in pack.contents():
            if each != name:
                archive.writestr(each, data)
    said = run(target)
    assert (said.code, said.err) == (2, f"CANNOT BE READ: 'not in the pack: {name}'\n")


@pytest.mark.parametrize("key", ["", "x", vkey()[:-1], vkey().replace("1234/1", "1235/1"), vkey() + "="])
def test_what_is_not_a_key_is_not_taken_for_one(pack: Pack, target: Path, key: str) -> None:
    said = run(pack.write(target), "--key", key)
    assert said.code == 2
    assert "something that is not a verifier key" in said.err


def test_neither_a_zip_nor_a_directory_with_a_pack(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ZIP")
    for path in (tmp_path, tmp_path / "text", tmp_path / "nothing"):
        said = run(path)
        assert said.code == 2
        assert said.err.startswith("CANNOT BE READ: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xff\xfe",
        b"titan\n",
        note(3, b"r" * 32).replace(b"\n3\n", b"\n03\n"),
        note(3, b"r" * 32) + b"more",
    ],
)
def test_what_is_not_a_checkpoint_cannot_be_read(pack: Pack, target: Path, data: bytes) -> None:
    pack.checkpoint = data
    assert run(pack.write(target)).code == 2


LINES = [
    b"",
    b"null",
    b"7",
    b"[]",
    b'"text"',
    b"{}",
    b"{",
    b"\xef\xbb\xbf{}",
    b"\xff",
    b"NaN",
    b'{"index":NaN}',
    b'{"index":-Infinity}',
    b'{"index":1e400}',
    b'{"index":' + b"9" * 5000 + b"}",
    b'{"index":1,"index":1}',
    b'{"index":"\\ud800"}',
    b'{"\xc9\x99":1}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("name", ["entries", "evidence"])
@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_broken_line_is_a_fault(pack: Pack, target: Path, name: str, line: bytes) -> None:
    rows: list[Any] = getattr(pack, name)
    rows.insert(1, line + b"\n")
    pack.count()
    said = run(pack.write(target))
    assert said.code == 1
    assert f"NOT AS IT SHOULD BE: {name}.jsonl, line 2: " in said.err


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_broken_pack_json_or_leaf_is_a_fault(pack: Pack, target: Path, line: bytes) -> None:
    index = pack.entry("session.finalized")["index"]
    pack.ledger.leaves[index] = line
    prove_anew(pack)
    assert run(pack.write(target)).code == 1
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in good_pack().contents():
            archive.writestr(name, line if name == "pack.json" else data)
    said = run(target)
    assert said.code == 1
    assert "NOT AS IT SHOULD BE: pack.json: " in said.err


@pytest.mark.parametrize(
    ("member", "what"),
    [
        (b'"n":1,"n":1', "a key twice, or not in ASCII"),
        ('"ə":1'.encode(), "a key twice, or not in ASCII"),
        (b'"n":9007199254740992', "a number that is too large"),
        (b'"n":[-9007199254740992]', "a number that is too large"),
        (b'"n":' + b"9" * 5000, "a number that is too large"),
        (b'"n":"\\udfff"', "not as §7 says (UnicodeEncodeError)"),
        (b'"n":0.0', "invalid literal for int()"),
        (b'"n":NaN', "invalid literal for int()"),
    ],
)
def test_json_beyond_the_format_is_a_fault_wherever_it_stands(
    pack: Pack, target: Path, member: bytes, what: str
) -> None:
    pack.about["about"] = "HERE"
    pack.evidence[0]["original_name"] = pack.entries[4]["restated"] = "HERE"
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in pack.contents():
            archive.writestr(name, data.replace(b'"HERE"', b"{" + member + b"}"))
    said = run(target)
    assert said.code == 1
    assert f"NOT AS IT SHOULD BE: evidence.jsonl, line 1: {what}" in said.err
    for name in ("pack.json", "entries.jsonl"):
        with zipfile.ZipFile(target, "w") as archive:
            for each, data in pack.contents():
                archive.writestr(each, data.replace(b'"HERE"', b"{" + member + b"}" if each == name else b"null"))
        said = run(target)
        assert said.code == 1
        assert f"NOT AS IT SHOULD BE: {name}" in said.err
        assert what in said.err


WRONG = [None, True, -1, 2**53 - 1, "", "x", "\x1b[2J", [], [[]], {}, {"sha256": []}, ["x"], {"person": {}}]
ENTRY_KEYS = ("index", "leaf", "proof", "salt", "identity", "texts", "restated")
LINE_KEYS = ("sha256", "size", "file", "withheld", "parts")


@pytest.mark.parametrize("key", ENTRY_KEYS)
def test_a_wrong_type_in_an_entry_is_a_fault(pack: Pack, target: Path, key: str) -> None:
    right = [pack.entries[0][key], *([None] if key == "restated" else [])]
    for value in (value for value in WRONG if not any(value is one for one in right)):
        pack.entries[0][key] = value
        said = run(pack.write(target))
        # An index as `true` or -1 must not pass for 1 or 0 either.
        assert said.code == 1, value
        assert "\x1b" not in said.out + said.err
    del pack.entries[0][key]
    assert run(pack.write(target)).code == 1


@pytest.mark.parametrize("key", LINE_KEYS)
def test_a_wrong_type_in_a_line_of_evidence_is_a_fault(pack: Pack, target: Path, key: str) -> None:
    for value in WRONG:
        if key in {"withheld", "parts"} and not value:
            continue
        pack.evidence[0][key] = value
        said = run(pack.write(target))
        assert said.code in {1, 2}, value
        assert "NOT AS IT SHOULD BE: " in said.err
        assert "\x1b" not in said.out + said.err
    del pack.evidence[0][key]
    assert run(pack.write(target)).code == 1


@pytest.mark.parametrize("key", ["type", "v", "evidence", "first", "leaves", "records", "competencies"])
def test_a_wrong_type_in_a_leaf_never_breaks_the_verifier(pack: Pack, target: Path, key: str) -> None:
    for value in WRONG:
        pack = good_pack()
        forge(pack, "session.finalized", **{key: value})
        said = run(pack.write(target))
        assert said.code in {0, 1}, value
        assert "\x1b" not in said.out + said.err


def test_a_batch_as_long_as_the_world_costs_nothing(pack: Pack, target: Path) -> None:
    index = pack.entry("session.finalized")["index"]
    forge(pack, "session.finalized", first=index - 2**52, leaves=2**52)
    assert "1 only in part" in run(pack.write(target)).out


def test_a_line_that_is_too_long_is_not_held(pack: Pack, target: Path) -> None:
    pack.entries[0]["texts"] = {"remarks": "x" * 20_000_000}
    said = run(pack.write(target))
    assert said.code == 1
    assert "entries.jsonl, line 1: a line that is too long" in said.err


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what is read out of packs, in order."""
    sizes: list[int] = []
    original = zipfile.ZipExtFile.read

    def read(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        data = original(self, n)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read)
    return sizes


def test_a_bomb_of_evidence_is_not_inflated(pack: Pack, target: Path, pieces: list[int]) -> None:
    pack.files[pack.evidence[0]["file"]] = bytes(50_000_000)
    pack.write(target)
    assert f"evidence.jsonl, line 1: {CONTENT}" in run(target).err
    assert 0 < sum(pieces) < 100_000


def test_evidence_is_read_in_pieces(pack: Pack, target: Path, pieces: list[int]) -> None:
    big = b"%PDF" + bytes(3 << 20)
    pack.evidence.append(evidence_line(big))
    pack.files[evidence_line(big)["file"]] = big
    pack.count()
    pack.write(target)
    assert run(target).code == 0
    assert sum(pieces) > len(big)
    assert max(pieces) <= 1 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(pack: Pack, target: Path, method: int) -> None:
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in pack.contents():
            archive.writestr(name, data)
    said = run(target)
    assert (said.code, said.err) == (2, "CANNOT BE READ: 'an unusual compression'\n")


def test_damaged_evidence_is_named(pack: Pack, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in pack.contents():
            archive.writestr(name, data)
    target.write_bytes(target.read_bytes().replace(LETTER, LETTER[::-1], 1))
    said = run(target)
    assert said.code == 1
    assert "NOT AS IT SHOULD BE: evidence.jsonl, line 3: " in said.err


ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w", zipfile.ZIP_DEFLATED) as made:
    for made_name, made_data in good_pack().contents():
        made.writestr(made_name, made_data)


@settings(max_examples=60)
@given(st.data())
def test_no_bytes_break_the_verifier(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(ZIP.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "mutated.zip"
    path.write_bytes(content[: data.draw(st.integers(len(content) - 30, len(content)))])
    said = run(path)
    assert said.code in {0, 1, 2}
    assert (said.code == 0) == (said.err == "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.sampled_from(ENTRY_KEYS), st.sampled_from(LINE_KEYS), JSON, JSON)
def test_no_json_breaks_the_verifier(
    tmp_path_factory: pytest.TempPathFactory, entry_key: str, line_key: str, one: object, other: object
) -> None:
    pack = good_pack()
    entry, line = {**pack.entries[0], entry_key: one}, {**pack.evidence[0], line_key: other}
    pack.entries[0], pack.evidence[0] = (json.dumps(row).encode() + b"\n" for row in (entry, line))
    assert run(pack.write(tmp_path_factory.getbasetemp() / "json.zip")).code in {0, 1, 2}
