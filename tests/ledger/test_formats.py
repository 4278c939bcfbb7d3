"""Canonical JSON, signed notes, proofs and commitments: the same bytes as others make (docs/ledger-format.md)."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from titan.ledger.rules import notes, subjects
from titan.ledger.rules.canonical import canonical, read

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CHECKPOINT = notes.Checkpoint("titan-0123456789ab/1", 20852, hashlib.sha256(b"root").digest())
VKEY = notes.VerifierKey(CHECKPOINT.origin, KEY.public_key().public_bytes_raw())

ascii_keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(ascii_keys, values, max_size=5))
def test_canonical_bytes_are_those_of_rfc_8785_and_of_plain_python(value: dict[str, Any]) -> None:
    data = canonical(value)
    assert data == rfc8785.dumps(value)
    assert data == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert read(data) == value


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1}\n', b'{"a":"\\u0041"}', b"[]", b'"x"', b'{"a":1,"a":1}']
)
def test_other_bytes_of_the_same_value_are_not_taken(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read(data)


def test_a_lone_surrogate_has_no_bytes() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"a": "\ud800"})


class TestNotes:
    def test_openssl_takes_the_signature(self, tmp_path: Path) -> None:
        note = notes.sign(CHECKPOINT, KEY)
        text, _, lines = note.partition("\n\n")
        dash, name, encoded = lines.rstrip("\n").split(" ")
        assert (dash, name) == ("—", CHECKPOINT.origin)
        signed = base64.b64decode(encoded)
        (tmp_path / "text").write_bytes((text + "\n").encode())
        (tmp_path / "signature").write_bytes(signed[4:])
        pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / "key.pem").write_bytes(pem)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text"]
        command += ["-sigfile", "signature"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert "Signature Verified Successfully" in done.stdout, done.stdout + done.stderr
        (tmp_path / "text").write_bytes((text + "x\n").encode())
        again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert again.returncode != 0

    def test_the_key_id_is_that_of_signed_note(self) -> None:
        known = hashlib.sha256(CHECKPOINT.origin.encode() + b"\n\x01" + VKEY.public).digest()[:4]
        assert VKEY.key_id == known
        assert notes.read_vkey(str(VKEY)) == VKEY

    def test_there_and_back(self) -> None:
        note = notes.sign(CHECKPOINT, KEY)
        found, signatures = notes.read_note(note)
        assert found == CHECKPOINT
        assert [one.key_id for one in signatures] == [VKEY.key_id]
        assert notes.is_signed_by(note, VKEY)

    def test_another_key_or_name_signed_nothing(self) -> None:
        note = notes.sign(CHECKPOINT, KEY)
        assert not notes.is_signed_by(note, notes.VerifierKey(VKEY.name, OTHER.public_key().public_bytes_raw()))
        assert not notes.is_signed_by(note, notes.VerifierKey("titan-0123456789ab/2", VKEY.public))
        # Of the same id, and yet another key: only the signature tells.
        forged = note.replace(
            note.split(" ")[-1],
            base64.b64encode(VKEY.key_id + OTHER.sign(CHECKPOINT.text().encode())).decode() + "\n",
        )
        assert not notes.is_signed_by(forged, VKEY)

    @given(st.integers(0, 10_000), st.integers(0, 255))
    def test_no_changed_note_is_taken(self, place: int, byte: int) -> None:
        note = notes.sign(CHECKPOINT, KEY).encode()
        changed = bytearray(note)
        changed[place % len(note)] = byte
        if bytes(changed) == note:
            return
        with contextlib.suppress(ValueError):
            assert not notes.is_signed_by(changed.decode(), VKEY)

    @pytest.mark.parametrize(
        "note",
        [
            "",
            "a\n1\n\n",
            "origin\n01\n" + base64.b64encode(bytes(32)).decode() + "\n\n— a b\n",
            "origin\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n\n— a b\n",
            "origin\n1\nAAAA\n\n— a b\n",
            CHECKPOINT.text(),
            CHECKPOINT.text() + "\n",
        ],
    )
    def test_what_is_no_checkpoint(self, note: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            notes.read_note(note)

    @pytest.mark.parametrize(
        "text", ["", "a+b", "a+12ab34cd+AAAA", str(VKEY)[:-4], str(VKEY).replace(VKEY.key_id.hex(), "00000000")]
    )
    def test_what_is_no_key(self, text: str) -> None:
        with pytest.raises(ValueError, match="verifier key"):
            notes.read_vkey(text)

    @given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=40))
    def test_proofs_there_and_back(self, index: int, path: list[bytes]) -> None:
        note = notes.sign(CHECKPOINT, KEY)
        text = notes.proof_text(index, path, note)
        assert text.startswith("c2sp.org/tlog-proof@v1\nindex ")
        assert notes.read_proof(text) == (index, path, note)
        more = text.replace("\nindex", "\nextra AAAA\nindex", 1)
        assert notes.read_proof(more) == (index, path, note)


@given(st.binary(max_size=100), st.binary(max_size=200))
def test_our_hmac_is_that_of_the_standard_library(key: bytes, message: bytes) -> None:
    assert subjects.Secret(key).hmac(message) == hmac.digest(key, message, "sha256")


class TestSubjects:
    KEY = bytes(range(32))
    SECRET = subjects.Secret(KEY)
    NONCE = bytes(range(16))
    WHO = subjects.Identity("Neft Daşları", "NGT-7", "Əli Çələbi")

    def test_as_the_document_says(self) -> None:
        person = hmac.new(self.KEY, b"titan/person", hashlib.sha256).hexdigest()
        salt = hmac.new(self.KEY, self.NONCE, hashlib.sha256).digest()
        identity = rfc8785.dumps(
            {"company": "Neft Daşları", "employee_id": "NGT-7", "name": "Əli Çələbi", "person": person}
        )
        known = hashlib.sha256(b"titan/subject/v1\n" + salt + identity).hexdigest()
        assert self.SECRET.salt(self.NONCE) == salt
        assert subjects.subject(salt, self.WHO.bytes_for(self.SECRET)) == known
        note = hashlib.sha256(b"titan/note/v1\n" + salt + b'{"provider":"","remarks":"x"}').hexdigest()
        assert subjects.note(salt, {"remarks": "x", "provider": ""}) == note
        assert subjects.note(salt, {"remarks": "", "provider": ""}) is None

    def test_the_same_person_is_not_seen_without_the_key(self) -> None:
        first, second = (self.SECRET.salt(bytes([number] * 16)) for number in (1, 2))
        who = self.WHO.bytes_for(self.SECRET)
        assert subjects.subject(first, who) != subjects.subject(second, who)
