"""Making an audit pack (docs/ledger-format.md §7): asked for, noted in the audit log, and sent while it is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files

from titan.accounts.queries import user_names
from titan.core.actor import Actor, Role
from titan.core.command import command, say
from titan.core.errors import Conflict
from titan.core.language import _
from titan.core.permit import need_role
from titan.evidence.commands import note_opening, report_tampering
from titan.evidence.queries import EvidenceView
from titan.ledger.commands.sign import sign_quietly
from titan.ledger.queries.checkpoints import CheckpointView, newest_checkpoint, vkeys
from titan.packs.archive import Sending
from titan.packs.cover import cover
from titan.packs.entries import Told, lines
from titan.packs.proofs import RESTRICTED, Piece, closed_to_most, files_named, opened
from titan.packs.scope import About, Scope, indexes_of, need_scope, whole_person

FORMAT = "titan-pack/1"
FILES_AT_ONCE = 100
ENTITIES = {About.WORKER: "worker", About.SESSION: "session", About.COMPANY: "company", About.PERIOD: "site_settings"}

README = """\
An audit pack of Titan: records of safety training, the evidence they rest on, and the proof that nothing was changed.

To read:   cover.pdf
To check:  python3 verify.py        (in this folder; Python 3.11 or newer, no network, nothing to install)
           python3 verify.py PACK.zip   does the same without unpacking.

It says what it checked and ends with 0; or it names the first thing that is not as it should be and ends with 1.

Who signed? key.txt came in the same file as everything else. Ask for the site's key on another way (paper, telephone,
an earlier pack) and give it: python3 verify.py --key KEY. If you kept a checkpoint or a certificate from before,
compare its size and root: two states of one ledger of the same size must have the same root.

What is in it
  cover.pdf        what the pack is about, for people
  checkpoint.txt   the signed state of the ledger that every proof leads to
  key.txt          the keys that the ledger announced
  entries.jsonl    one line for each entry: its bytes, its proof, and who and what it is about
  evidence.jsonl   one line for each file of evidence, also for those that are withheld, and why
  evidence/        the files as they were uploaded, named by their SHA-256
  pack.json        what the pack is about, and how much it holds
  verify.py        the verifier

It proves that what stands here was written as it stands, in this order, and was not changed since it was signed. It
does not prove that what people entered was true, nor that nothing else exists.
"""


@dataclass(frozen=True)
class Pack:
    """An audit pack: the name of its file, and its bytes as they come to be."""

    name: str
    chunks: Iterator[bytes]


def need_packer(by: Actor) -> None:
    """Raise Forbidden unless `by` may take names and signed sheets along: HSE admins, auditors and super admins."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)


@command
def note_pack(scope: Scope, *, by: Actor, at: datetime) -> None:
    """Say in the audit log that a pack was made; raises Forbidden, NotFound, Invalid."""
    need_packer(by)
    need_scope(scope)
    say("pack.made", ENTITIES[scope.about], scope.number or 1, after=dict(scope.as_json()))


def make_pack(scope: Scope, *, by: Actor, at: datetime, languages: Sequence[str]) -> Pack:
    """Return the pack about `scope` as it stands now, with its cover in one language, or in two side by side.

    Its bytes are made while they are taken, in pieces of some hundred kilobytes, however large it is. Raises Forbidden,
    NotFound, Invalid; Conflict NOT_SIGNED when no checkpoint of the ledger could be signed.
    """
    need_packer(by)
    scope = whole_person(scope)
    note_pack(scope, by=by, at=at)
    sign_quietly()
    signed = newest_checkpoint()
    if signed is None:
        raise Conflict("NOT_SIGNED", _("The ledger is not signed yet: look at its key with titan doctor."))
    return Pack(_name(scope, at), _Making(scope, signed, by, at, languages).chunks())


def _name(scope: Scope, at: datetime) -> str:
    number = f"-{scope.number}" if scope.number else ""
    days = "".join(f"-{day.isoformat()}" for day in (scope.first, scope.last) if day)
    return f"titan-{scope.about.value}{number}{days}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip"


class _Making:
    """One pack on its way."""

    def __init__(self, scope: Scope, signed: CheckpointView, by: Actor, at: datetime, languages: Sequence[str]) -> None:
        self.scope, self.signed, self.by, self.at, self.languages = scope, signed, by, at, languages
        self.told = Told()
        self.pieces: list[Piece] = []

    def chunks(self) -> Iterator[bytes]:
        moment = self.at.astimezone(UTC)
        sending = Sending((moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
        yield from sending.add("README.txt", [README.encode()])
        yield from sending.add("verify.py", [(files("titan.packs") / "verify.py").read_bytes()])
        yield from sending.add("key.txt", [f"{key}\n".encode() for key in vkeys()])
        yield from sending.add("checkpoint.txt", [self.signed.note.encode()])
        indexes = indexes_of(self.scope, self.signed.size)
        yield from sending.add("entries.jsonl", lines(indexes, size=self.signed.size, told=self.told))
        yield from self._evidence(sending)
        yield from sending.add("evidence.jsonl", (piece.line() for piece in self.pieces))
        yield from sending.add("pack.json", [self._summary()])
        yield from sending.add("cover.pdf", [self._cover()], packed=False)
        yield from sending.end()

    def _evidence(self, sending: Sending) -> Iterator[bytes]:
        hashes = list(self.told.hashes)
        seen: set[str] = set()
        for start in range(0, len(hashes), FILES_AT_ONCE):
            found = files_named(hashes[start : start + FILES_AT_ONCE])
            new = [one for one in found if one.sha256 not in seen]
            seen.update(one.sha256 for one in new)
            closed = closed_to_most(new)
            for one in new:
                yield from self._file(sending, one, is_closed=one.id in closed)

    def _file(self, sending: Sending, one: EvidenceView, *, is_closed: bool) -> Iterator[bytes]:
        if is_closed:
            if self.by.role not in {Role.SUPER_ADMIN, Role.AUDITOR}:
                self.pieces.append(Piece(one, RESTRICTED))
                return
            note_opening(one.id, by=self.by, at=self.at)
        proof = opened(one)
        if isinstance(proof, str):
            report_tampering([one.id], by=self.by, at=self.at)
            self.pieces.append(Piece(one, proof))
            return
        piece = Piece(one)
        self.pieces.append(piece)
        yield from sending.add(piece.name, proof.chunks(), packed=False)

    def _summary(self) -> bytes:
        signed = self.signed
        told = {
            "about": self.scope.as_json(),
            "checkpoint": {"origin": signed.origin, "root": signed.root.hex(), "size": signed.size},
            "counts": {"entries": self.told.entries, "evidence": len(self.pieces)},
            "format": FORMAT,
            "made_at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        return json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"

    def _cover(self) -> bytes:
        withheld = sum(bool(piece.withheld) for piece in self.pieces)
        return cover(
            self.scope,
            self.told,
            self.signed,
            evidence=len(self.pieces) - withheld,
            withheld=withheld,
            made_by=user_names([self.by.user_id]).get(self.by.user_id, "") if self.by.user_id else "",
            languages=self.languages,
            at=self.at,
        )
