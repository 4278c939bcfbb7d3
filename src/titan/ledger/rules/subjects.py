"""Who a leaf is about, without saying so: salted commitments that one person key opens (docs/ledger-format.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from titan.ledger.rules.canonical import canonical

SUBJECT, NOTE, PERSON = b"titan/subject/v1\n", b"titan/note/v1\n", b"titan/person"
INTO = "into"
"""Under which key the texts of a `subject.merged` leaf hold the pseudonym of whoever the person is."""
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class Identity(NamedTuple):
    """Who a worker is at a moment. name: first and last name joined by a blank; company: its name."""

    company: str
    employee_id: str
    name: str

    def bytes_for(self, key: bytes) -> bytes:
        """Return the canonical bytes that a subject commits to, with the person's pseudonym under `key`."""
        return canonical(
            {"company": self.company, "employee_id": self.employee_id, "name": self.name, "person": person(key)}
        )


def name_of(first_name: str, last_name: str) -> str:
    """Return the name as identities hold it."""
    return f"{first_name} {last_name}" if last_name else first_name


def person(key: bytes) -> str:
    """Return the pseudonym that all leaves of the holder of `key` share once they are opened."""
    return hmac_sha256(key, PERSON).hex()


def salt(key: bytes, nonce: bytes) -> bytes:
    """Return the salt of the leaf with this nonce (16 bytes)."""
    return hmac_sha256(key, nonce)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) under a key of at most 64 bytes.

    As the standard library's, in a fifth of its time: a batch asks for two of them for each person, and OpenSSL looks
    its hash up anew each time.
    """
    padded = key.ljust(_BLOCK, b"\0")
    return sha256(padded.translate(_OUTER) + sha256(padded.translate(_INNER) + message).digest()).digest()


def subject(salt: bytes, identity: bytes) -> str:
    """Return the commitment to an identity, given as `Identity.bytes_for`."""
    return sha256(SUBJECT + salt + identity).hexdigest()


def note(salt: bytes, texts: Mapping[str, str]) -> str | None:
    """Return the commitment to free texts; None when all are empty."""
    if not any(texts.values()):
        return None
    return sha256(NOTE + salt + canonical(dict(texts))).hexdigest()
