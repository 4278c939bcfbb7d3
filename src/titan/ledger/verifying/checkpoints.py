"""Checkpoints: each is a note that a key of the ledger signed about a tree that it has, and so is the one outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from titan.ledger.beside import kept_beside
from titan.ledger.models import Checkpoint, Head, Leaf, LeafType
from titan.ledger.queries.tree import root_at
from titan.ledger.rules import notes
from titan.ledger.rules.canonical import read
from titan.ledger.rules.notes import VerifierKey, read_vkey
from titan.ledger.sql import rows
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.tree import Mark
from titan.ledger.verifying.writing import is_framed

ORIGIN = re.compile("titan-[0-9a-f]{12}/[1-9][0-9]*")
COLUMNS = "id, origin, size, root, key_id, note"


KEYS = {
    LeafType.KEY: {"key", "previous"},
    LeafType.EPOCH: {"adopted", "epoch", "lost", "note", "origin"},
}
"""What the leaves about the ledger itself say, beside what every leaf says."""


@dataclass(frozen=True)
class Told:
    """What the ledger says of itself: its keys, its origins with the index of the leaf that opened each, and more.

    adopted: how many leaves about earlier records follow the first two. began_at: the moment of leaf 0, as it says.
    """

    keys: tuple[VerifierKey, ...]
    origins: dict[str, int]
    adopted: int
    began_at: str


def told() -> tuple[Told, list[Problem]]:
    """Return what the ledger says of itself, and what is wrong with that; one statement."""
    table = Leaf._meta.db_table
    found = rows(
        f"SELECT leaf_index, type, data FROM {table} WHERE type IN (%s, %s) OR leaf_index < 2 ORDER BY leaf_index",
        [LeafType.KEY, LeafType.EPOCH],
    )
    keys: list[VerifierKey] = []
    origins: dict[str, int] = {}
    adopted, began_at = 0, ""
    wrong: list[Problem] = []
    for index, _type, data in found:
        try:
            said = _said(bytes(data))
            if said["type"] == LeafType.KEY:
                wrong += _chained(index, said, keys)
                keys.append(read_vkey(said["key"]))
            elif said["type"] == LeafType.EPOCH:
                wrong += _opened(index, said, origins)
                origins[said["origin"]] = index
                adopted, began_at = (said["adopted"], said["at"]) if index == 0 else (adopted, began_at)
        except (ValueError, KeyError, TypeError, AttributeError):
            wrong.append(alarm("LEAF_UNREADABLE", "leaf", index, "it does not say what a leaf of its kind says"))
    return Told(tuple(keys), origins, adopted, began_at), wrong


def _said(data: bytes) -> dict[str, Any]:
    """Return what a leaf about the ledger itself says; ValueError when it is not written as one of its kind."""
    said = read(data)
    keys = KEYS.get(said["type"])
    if keys is not None and (said.keys() != keys | {"at", "by", "type", "v"} or not is_framed(said)):
        raise ValueError(f"This is no {said['type']}.")
    if said["type"] == LeafType.EPOCH:
        if [type(said[name]) for name in ("adopted", "epoch", "note", "origin")] != [int, int, type(None), str]:
            raise ValueError("Its numbers are none.")
        if said["lost"] is not None:
            notes.read_note(said["lost"])
    return said


def _chained(index: int, said: dict[str, Any], keys: list[VerifierKey]) -> Iterator[Problem]:
    if said["previous"] != (str(keys[-1]) if keys else None):
        yield alarm("KEY_UNCHAINED", "leaf", index, "the key before it is not the one that it names")


def _opened(index: int, said: dict[str, Any], origins: dict[str, int]) -> Iterator[Problem]:
    name, _slash, epoch = said["origin"].rpartition("/")
    names = {one.rpartition("/")[0] for one in origins} or {name}
    if (
        not ORIGIN.fullmatch(said["origin"])
        or names != {name}
        or epoch != str(said["epoch"])
        or said["epoch"] != len(origins) + 1
    ):
        yield alarm("EPOCH_UNCHAINED", "leaf", index, "its origin does not follow the one before it")


class Signatures:
    """Checks single checkpoints against what the ledger says of itself."""

    def __init__(self, known: Told) -> None:
        self.known = known
        self._public = {key.public for key in known.keys}
        order = sorted(known.origins.items(), key=lambda one: one[1])
        ends = [start for _origin, start in order[1:]]
        self._epochs = {
            origin: (start, ends[at] if at < len(ends) else None) for at, (origin, start) in enumerate(order)
        }

    def within(self, spans: Sequence[tuple[int, int]], newest: int) -> tuple[list[Mark], list[Problem]]:
        """Return the roots signed within `spans`, in order, and what is wrong there; one statement.

        spans: each above how many leaves and up to how many. newest: the last checkpoint to look at.
        """
        if not spans:
            return [], []
        near = " OR ".join(f"(size > {int(start)} AND size <= {int(end)})" for start, end in spans)
        found = rows(
            f"SELECT {COLUMNS} FROM {Checkpoint._meta.db_table} WHERE id <= %s AND ({near}) ORDER BY size, id", [newest]
        )
        return self._checked(found)

    def beyond(self, newest: int) -> list[Problem]:
        """Return what is wrong with checkpoints that no tree of this ledger can have; one statement."""
        found = rows(
            f"SELECT {COLUMNS} FROM {Checkpoint._meta.db_table} WHERE id <= %s AND (size <= 0"
            f" OR size > (SELECT COALESCE(MAX(size), 0) FROM {Head._meta.db_table})) ORDER BY id",
            [newest],
        )
        _marks, wrong = self._checked(found)
        for number, _origin, size, *_rest in found:
            words = f"it speaks of {size} leaves, and the ledger does not have them"
            wrong.append(alarm("CHECKPOINT_BEYOND", "checkpoint", number, words))
        return wrong

    def _checked(self, found: Sequence[tuple[Any, ...]]) -> tuple[list[Mark], list[Problem]]:
        marks, wrong = [], []
        for number, origin, size, root, key_id, note in found:
            reason = self.reason_against(note, (origin, size, bytes(root), key_id))
            if reason is None:
                marks.append(Mark(size, bytes(root), number))
            else:
                wrong.append(alarm(reason[0], "checkpoint", number, reason[1]))
        return marks, wrong

    def reason_against(self, note: str, columns: tuple[str, int, bytes, str] | None = None) -> tuple[str, str] | None:
        """Return why `note` proves nothing, as code and words; None when it is signed as it must be.

        columns: origin, size, root and key id that stand beside it.
        """
        try:
            said, signatures = notes.read_note(note)
        except ValueError as error:
            return "CHECKPOINT_UNREADABLE", f"its note cannot be read: {error}"
        if columns is not None and columns[:3] != (said.origin, said.size, said.root):
            return "CHECKPOINT_COLUMNS", "its origin, size or root are not those of its note"
        start, end = self._epochs.get(said.origin, (said.size, None))
        if said.size <= start or (end is not None and said.size > end):
            return "CHECKPOINT_ORIGIN", f"this ledger never had {said.size} leaves as {said.origin}"
        return self._unsigned(said, signatures, columns[3] if columns is not None else None)

    def _unsigned(
        self, said: notes.Checkpoint, signatures: Sequence[notes.Signature], wanted: str | None
    ) -> tuple[str, str] | None:
        by_id = {VerifierKey(said.origin, public).key_id: public for public in self._public}
        for one in signatures:
            public = by_id.get(one.key_id)
            if public is None or one.name != said.origin or wanted not in {None, one.key_id.hex()}:
                continue
            try:
                _opened_key(public).verify(one.signature, said.text().encode())
            except InvalidSignature:
                return "CHECKPOINT_SIGNATURE", "its signature is not over what it says"
            return None
        return "CHECKPOINT_KEY", "no key that the ledger announced signed it, or not the one named beside it"


@lru_cache(maxsize=64)
def _opened_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def newest_id() -> int:
    """Return the number of the newest checkpoint, 0 before the first; one statement."""
    return int(rows(f"SELECT COALESCE(MAX(id), 0) FROM {Checkpoint._meta.db_table}")[0][0])


def beside_problems(signatures: Signatures, origin: str) -> list[Problem]:
    """Return what is wrong with the checkpoint kept beside the evidence: it is neither ahead, behind, nor another.

    origin: of the head. Raises EvidenceUnavailable.
    """
    # Before the table, which only grows: what lies outside was in it first.
    note = kept_beside()
    stored = rows(
        f"SELECT size, root FROM {Checkpoint._meta.db_table} WHERE origin = %s ORDER BY size DESC, id DESC LIMIT 1",
        [origin],
    )
    if note is None:
        words = "the checkpoint beside the evidence is gone: a restored database would not be noticed"
        return [alarm("BESIDE_MISSING", "ledger", 1, words)] if stored else []
    reason = signatures.reason_against(note)
    try:
        said, _signatures = notes.read_note(note)
    except ValueError:
        said = None
    if said is None or (reason is not None and reason[0] != "CHECKPOINT_ORIGIN"):
        words = reason[1] if reason else "its note cannot be read"
        return [alarm("BESIDE_UNREADABLE", "ledger", 1, f"of the checkpoint beside the evidence, {words}")]
    return _contradictions(said, origin, stored[0][0] if stored else None)


def _contradictions(said: notes.Checkpoint, origin: str, newest: int | None) -> list[Problem]:
    """Return what stands between what lies outside and the database. newest: size of the newest checkpoint there."""
    name, _slash, epoch = said.origin.rpartition("/")
    mine, _slash, now = origin.rpartition("/")
    if name != mine:
        return [_ledger("LEDGER_FORKED", f"beside the evidence lies a checkpoint of {said.origin}")]
    if epoch.isdigit() and now.isdigit() and int(epoch) < int(now):
        # What a restore lost is quoted by the new epoch; the next signature takes its place.
        return [_ledger("BESIDE_OLD", f"beside the evidence lies a checkpoint of {said.origin}")] if newest else []
    if said.origin != origin or said.size > _size():
        return [_ledger("LEDGER_BEHIND", f"{said.origin} was signed at {said.size} leaves, the database has fewer")]
    if said.root not in _roots_at(said):
        return [_ledger("LEDGER_FORKED", f"at {said.size} leaves another root was signed than the database has")]
    return _at_another(said.size, newest or 0)


def _at_another(outside: int, newest: int) -> list[Problem]:
    if newest < outside:
        words = f"the checkpoint of {outside} leaves lies beside the evidence, and is gone from the database"
        return [_ledger("CHECKPOINT_MISSING", words)]
    if newest > outside:
        return [_ledger("BESIDE_OLD", f"beside the evidence lies an older checkpoint, of {outside} leaves")]
    return []


def _ledger(code: str, words: str) -> Problem:
    return alarm(code, "ledger", 1, words)


def _size() -> int:
    head = rows(f"SELECT size FROM {Head._meta.db_table} WHERE id = 1")
    return int(head[0][0]) if head else 0


def _roots_at(said: notes.Checkpoint) -> list[bytes]:
    """Return what the database says the root was: what was signed there, and what its nodes lead to."""
    found = rows(
        f"SELECT root FROM {Checkpoint._meta.db_table} WHERE origin = %s AND size = %s", [said.origin, said.size]
    )
    roots = [bytes(root) for (root,) in found]
    with suppress(ValueError, KeyError):
        roots.append(root_at(said.size))
    return roots
