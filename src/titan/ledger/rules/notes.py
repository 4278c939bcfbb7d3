"""Checkpoints as C2SP signed notes, and `.tlog-proof` files (docs/ledger-format.md §3, §4)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class VerifierKey:
    """A public key under the name of an origin. name: the origin. public: 32 bytes."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each signature."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_encoded(ED25519 + self.public)}"


def read_vkey(text: str) -> VerifierKey:
    """Return the key that `text` names (`name+id+base64`); raise ValueError when it is none or its id is another."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("A verifier key looks like name+12ab34cd+base64.") from None
    key = VerifierKey(name, data[1:])
    if data[:1] != ED25519 or len(data) != 33 or key.key_id.hex() != key_id:
        raise ValueError("This verifier key is damaged: its id does not fit.")
    return key


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: the tree of `origin` had `size` leaves and this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n"


@dataclass(frozen=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Return the line as it stands in the note."""
        return f"— {self.name} {_encoded(self.key_id + self.signature)}\n"


def sign(checkpoint: Checkpoint, *keys: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note signed by each of `keys` under the name of its origin."""
    text = checkpoint.text()
    lines = []
    for key in keys:
        known = VerifierKey(checkpoint.origin, key.public_key().public_bytes_raw())
        lines.append(Signature(known.name, known.key_id, key.sign(text.encode())).line())
    return text + "\n" + "".join(lines)


def read_note(note: str) -> tuple[Checkpoint, list[Signature]]:
    """Return what `note` says and who signed it, unchecked; raise ValueError when it is no checkpoint."""
    text, blank, signed = note.partition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) != 3 or not signed.endswith("\n"):
        raise ValueError("This is no checkpoint: three lines, an empty one, then signatures.")
    origin, size, root = lines
    if not origin or not size.isascii() or not size.isdigit() or size != str(int(size)):
        raise ValueError("This is no checkpoint: the second line is its size.")
    checkpoint = Checkpoint(origin, int(size), _decoded(root, 32))
    return checkpoint, [_signature(line) for line in signed[:-1].split("\n")]


def is_signed_by(note: str, key: VerifierKey) -> bool:
    """Tell whether `key` signed the note. Raises ValueError when it is no checkpoint."""
    checkpoint, signatures = read_note(note)
    for one in signatures:
        if (one.name, one.key_id) == (key.name, key.key_id):
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(one.signature, checkpoint.text().encode())
            except InvalidSignature:
                return False
            return True
    return False


def proof_text(index: int, path: Sequence[bytes], note: str) -> str:
    """Return the `.tlog-proof` of leaf `index`, whose path leads to the root of the checkpoint `note`."""
    hashes = "".join(f"{_encoded(one)}\n" for one in path)
    return f"{PROOF_HEADER}\nindex {index}\n{hashes}\n{note}"


def read_proof(text: str) -> tuple[int, list[bytes], str]:
    """Return index, path and checkpoint of a `.tlog-proof`; raise ValueError when it is none."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines[0] != PROOF_HEADER:
        raise ValueError(f"A proof begins with {PROOF_HEADER}.")
    del lines[0]
    if lines and lines[0].startswith("extra "):
        del lines[0]
    if not lines or not lines[0].startswith("index ") or not lines[0][6:].isdigit():
        raise ValueError("The second line of a proof is its index.")
    return int(lines[0][6:]), [_decoded(line, 32) for line in lines[1:]], note


def _signature(line: str) -> Signature:
    dash, name, encoded = (*line.split(" "), "", "")[:3]
    if dash != "—" or not name or line.count(" ") != 2:
        raise ValueError("A signature line is a dash, a name and base64.")
    data = _decoded(encoded, 68)
    return Signature(name, data[:4], data[4:])


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str, length: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("This is not base64.") from None
    if len(data) != length or _encoded(data) != text:
        raise ValueError(f"These are not {length} bytes in base64.")
    return data
