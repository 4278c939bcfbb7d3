"""A small ledger and its audit pack, made by hand from docs/ledger-format.md alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "titan-00c0ffee1234/1"
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\0" + leaf).digest()


def split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def root_of(hashes: list[bytes]) -> bytes:
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = split(len(hashes))
    return node(root_of(hashes[:k]), root_of(hashes[k:]))


def path_of(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if index < k:
        return [*path_of(index, hashes[:k]), root_of(hashes[k:])]
    return [*path_of(index - k, hashes[k:]), root_of(hashes[:k])]


def key_id(name: str, key: Ed25519PrivateKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n\1" + key.public_key().public_bytes_raw()).digest()[:4]


def vkey(key: Ed25519PrivateKey = KEY, name: str = ORIGIN) -> str:
    return f"{name}+{key_id(name, key).hex()}+{b64(bytes([1]) + key.public_key().public_bytes_raw())}"


def note(size: int, root: bytes, origin: str = ORIGIN, keys: Iterable[Ed25519PrivateKey] = (KEY,)) -> bytes:
    text = f"{origin}\n{size}\n{b64(root)}\n"
    lines = [f"\u2014 {origin} {b64(key_id(origin, key) + key.sign(text.encode()))}\n" for key in keys]
    return (text + "\n" + "".join(lines)).encode()


class Person:
    """A worker, with a person key that no leaf holds."""

    def __init__(self, seed: str, name: str, badge: str, company: str = "Mərkəz MMC") -> None:
        self.key = hashlib.sha256(seed.encode()).digest()
        person = hmac.digest(self.key, b"titan/person", "sha256").hex()
        self.identity = {"company": company, "employee_id": badge, "name": name, "person": person}
        self.erased = False


@dataclass
class Ledger:
    """The leaves, and how those about people are opened."""

    leaves: list[bytes] = field(default_factory=list)
    openings: dict[int, tuple[Person, str, dict[str, str], dict[str, str] | None]] = field(default_factory=dict)

    def add(self, kind: str, **more: Any) -> int:
        at = f"2026-11-23T02:56:{len(self.leaves):02d}.000000Z"
        self.leaves.append(canonical({"at": at, "by": 1, "type": kind, "v": 1, **more}))
        return len(self.leaves) - 1

    def add_about(self, person: Person, kind: str, texts: dict[str, str] | None = None, **more: Any) -> int:
        nonce = hashlib.sha256(f"nonce {len(self.leaves)}".encode()).digest()[:16]
        salt = hmac.digest(person.key, nonce, "sha256")
        subject = hashlib.sha256(b"titan/subject/v1\n" + salt + canonical(person.identity)).hexdigest()
        if texts is not None:
            sealed = hashlib.sha256(b"titan/note/v1\n" + salt + canonical(texts)).hexdigest()
            more["note"] = sealed if any(texts.values()) else None
        index = self.add(kind, nonce=nonce.hex(), subject=subject, **more)
        self.openings[index] = (person, salt.hex(), dict(person.identity), texts)
        return index

    @property
    def hashes(self) -> list[bytes]:
        return [leaf_hash(leaf) for leaf in self.leaves]

    @property
    def root(self) -> bytes:
        return root_of(self.hashes)

    def entry(self, index: int) -> dict[str, Any]:
        person, salt, identity, texts = self.openings.get(index, (None, None, None, None))
        hidden = person is None or person.erased
        return {
            "index": index,
            "leaf": b64(self.leaves[index]),
            "proof": [b64(sibling) for sibling in path_of(index, self.hashes)],
            "salt": None if hidden else salt,
            "identity": None if hidden else identity,
            "texts": None if hidden else texts,
            "restated": None,
        }


def evidence_line(data: bytes, withheld: str | None = None, parts: Iterable[bytes] = ()) -> dict[str, Any]:
    sha256 = hashlib.sha256(data).hexdigest()
    return {
        "sha256": sha256,
        "size": len(data),
        "media_type": "application/pdf",
        "original_name": "vərəqə.pdf",
        "file": None if withheld else f"evidence/{sha256}.pdf",
        "withheld": withheld,
        "parts": [hashlib.sha256(part).hexdigest() for part in parts],
    }


def lines(rows: Iterable[Any]) -> bytes:
    return b"".join(row if isinstance(row, bytes) else canonical(row) + b"\n" for row in rows)


@dataclass
class Pack:
    """What goes into the ZIP; each part can be changed before it is written."""

    ledger: Ledger
    entries: list[Any]
    evidence: list[Any]
    files: dict[str, bytes]
    checkpoint: bytes
    about: dict[str, Any]
    key_txt: str = vkey() + "\n"
    extra: list[tuple[str, bytes]] = field(default_factory=list)

    def entry(self, kind: str) -> dict[str, Any]:
        """The first entry whose leaf is of that kind."""
        for entry in self.entries:
            if json.loads(base64.b64decode(entry["leaf"]))["type"] == kind:
                return dict(entry, place=self.entries.index(entry))
        raise LookupError(kind)

    def seal(self) -> None:
        """State everything anew, and prove every entry anew, after the ledger was changed."""
        size, root = len(self.ledger.leaves), self.ledger.root
        self.checkpoint = note(size, root)
        self.about["checkpoint"] = {"origin": ORIGIN, "size": size, "root": root.hex()}
        self.count()

    def count(self) -> None:
        self.about["counts"] = {"entries": len(self.entries), "evidence": len(self.evidence)}

    def contents(self) -> list[tuple[str, bytes]]:
        return [
            ("README.txt", b"Run verify.py.\n"),
            ("cover.pdf", b"%PDF-1.7\n"),
            ("verify.py", b""),
            ("key.txt", self.key_txt.encode()),
            ("checkpoint.txt", self.checkpoint),
            ("pack.json", canonical(self.about)),
            ("entries.jsonl", lines(self.entries)),
            ("evidence.jsonl", lines(self.evidence)),
            *self.files.items(),
            *self.extra,
        ]

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.contents():
                archive.writestr(name, data)
        return path


COURSE = {"code": "HSE-01", "version": 2}
# The sheet and the letter are of one length: only their hashes tell them apart.
SHEET, PHOTO, LETTER, WITHHELD = b"%PDF sheet", b"\xff\xd8 photo", b"%PDF paper", b"%PDF withheld"


def key_of(data: bytes) -> dict[str, str]:
    sha256 = hashlib.sha256(data).hexdigest()
    return {"key": f"ev/{sha256[:4]}", "sha256": sha256}


def record(number: int, **more: Any) -> dict[str, Any]:
    return {
        "adopted": False,
        "completed_on": "2026-11-20",
        "corrects": None,
        "course": COURSE,
        "evidence": key_of(SHEET),
        "expires_on": None,
        "record": number,
        "result": "PASSED",
        "score": 90,
        "session": 7,
        "source": "SESSION",
        "trainer": 3,
        **more,
    }


def good_pack() -> Pack:
    """Three people, one of them erased; a session's whole batch; what ended a record; withheld evidence."""
    ledger = Ledger()
    ali, leyla, gone = Person("a", "Əli Məmmədov", "B-1"), Person("l", "Leyla Quliyeva", "B-2"), Person("g", "X", "B-3")
    silent = {"provider": "", "remarks": ""}
    ledger.add("ledger.epoch", adopted=0, epoch=1, lost=None, note=None, origin=ORIGIN)
    ledger.add("ledger.key", key=vkey(), previous=None)
    ledger.add_about(Person("o", "Other", "B-9"), "training.record", silent, **record(10, session=6))
    chosen = [
        ledger.add_about(ali, "training.record", {"provider": "", "remarks": 'gecikdi \u2028 "5" dəq'}, **record(11)),
        ledger.add_about(leyla, "training.record", silent, **record(12)),
        ledger.add_about(gone, "training.record", {"provider": "", "remarks": "secret"}, **record(13)),
        ledger.add_about(
            leyla,
            "competency.opened",
            adopted=False,
            competency=5,
            completed_on="2026-11-20",
            course=COURSE,
            evidence=key_of(SHEET),
            score=None,
            session=7,
            trainer=3,
        ),
    ]
    first = chosen[0]
    chosen += [
        ledger.add(
            "session.finalized",
            adopted=False,
            code="S-7",
            competencies=1,
            completed_on="2026-11-20",
            course=COURSE,
            evidence=key_of(SHEET),
            failed=0,
            first=first,
            leaves=4,
            no_show=0,
            present=4,
            records=3,
            session=7,
            trainer=3,
        ),
        ledger.add(
            "session.finalized",
            adopted=True,
            code="S-1",
            competencies=2,
            completed_on="2024-01-20",
            course=COURSE,
            evidence=key_of(WITHHELD),
            failed=0,
            first=None,
            leaves=0,
            no_show=0,
            present=4,
            records=2,
            session=1,
            trainer=3,
        ),
        ledger.add_about(
            leyla,
            "competency.decided",
            {"remarks": "əla"},
            adopted=False,
            assessed_by=4,
            assessed_on="2026-11-21",
            competency=5,
            evidence=None,
            method="OBS",
            record=None,
            status="NOT_COMPETENT",
        ),
        ledger.add_about(ali, "record.revoked", {"reason": "wrong day"}, adopted=False, record=11),
    ]
    ledger.add("evidence.superseded", new=key_of(LETTER), old=key_of(PHOTO), session=2)
    letter = record(14, corrects=12, source="CORRECTION", evidence=key_of(LETTER))
    chosen.append(ledger.add_about(leyla, "training.record", silent, **letter))
    chosen.append(ledger.add_about(leyla, "record.corrected", adopted=False, corrected_by=14, record=12))
    leyla.identity = dict(leyla.identity, name="Leyla Əliyeva")
    restated = ledger.add_about(leyla, "subject.restated")
    chosen += [restated, ledger.add_about(gone, "subject.erased")]
    gone.erased = True
    entries = [ledger.entry(index) for index in chosen]
    for entry in entries:
        if entry["identity"] and entry["identity"]["person"] == leyla.identity["person"]:
            entry["restated"] = restated
    evidence = [
        evidence_line(SHEET, parts=(PHOTO,)),
        evidence_line(PHOTO, withheld="bound into another file"),
        evidence_line(LETTER),
        evidence_line(WITHHELD, withheld="shows other people"),
    ]
    files = {evidence_line(data)["file"]: data for data in (SHEET, LETTER)}
    about = {"format": "titan-pack/1", "made_at": "2026-11-23T03:00:00.000000Z", "about": {"session": "S-7"}}
    pack = Pack(ledger, entries, evidence, files, b"", about)
    pack.seal()
    return pack
