"""Checkpoints: the committed head, signed, and written where a restored database cannot take it back (ledger.md §1)."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, connection, connections, transaction

from titan.core.clock import now
from titan.core.errors import Conflict
from titan.evidence.errors import EvidenceUnavailable
from titan.ledger.alarms import raise_alarm
from titan.ledger.beside import keep_beside, kept_beside
from titan.ledger.keys import KEY_UNKNOWN, KeyMissingError, KeyUnusableError, signing_key, vkey_of
from titan.ledger.models import Alarm, AlarmKind, Checkpoint, Head
from titan.ledger.queries.checkpoints import announced_last
from titan.ledger.queries.tree import root_at
from titan.ledger.rules import notes
from titan.ledger.sql import insert

log = logging.getLogger("titan.ledger")


class _Signer:
    """The one thread of a process that signs behind its answers, and whether it is asked to."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="titan-ledger")
        self.is_due = threading.Event()


_signer = _Signer()


def _begin_anew() -> None:
    global _signer  # noqa: PLW0603 (one per process, by nature)
    _signer = _Signer()


# Threads stay with the parent: what a forked server would ask its parent's for would never be done.
os.register_at_fork(after_in_child=_begin_anew)


def sign_soon() -> None:
    """Sign the committed head behind the answer: once for all commits that come while it waits for its turn."""
    if not _signer.is_due.is_set():
        _signer.is_due.set()
        _signer.thread.submit(_sign_behind)


def signed_by_now() -> None:
    """Wait until what was committed so far is signed."""
    _signer.thread.submit(lambda: None).result()


def sign_quietly() -> None:
    """Sign the committed head; whatever fails is logged and made up for by the next signing.

    What was committed stays committed: nobody is told of an error after it.
    """
    try:
        sign_head()
    except (KeyUnusableError, EvidenceUnavailable, DatabaseError, ValueError):
        log.exception("The ledger's head could not be signed; the next commit, night or start tries again")


def _sign_behind() -> None:
    # What is committed from here on asks again.
    _signer.is_due.clear()
    try:
        sign_quietly()
    finally:
        connections.close_all()


def sign_head() -> notes.Checkpoint | None:
    """Sign the committed head unless it is signed, and return it; None when the ledger may not be signed.

    Raises KeyUnusableError, or DatabaseError.
    """
    # Before the head, which only grows: what lies outside was committed first, by whichever process.
    beside = kept_beside()
    head = Head.objects.filter(pk=1).first()
    if head is None or not head.size or is_behind(head, beside):
        return None
    checkpoint = notes.Checkpoint(head.origin, head.size, bytes(head.root))
    key = _announced_key()
    if key is None:
        return None
    key_id = vkey_of(key, head.origin).key_id.hex()
    note = notes.sign(checkpoint, key)
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            # What it states is safe already; a signature that a power cut takes is made again at the next start.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO OFF")
        insert(
            Checkpoint,
            ("origin", "size", "root", "key_id", "note"),
            [(head.origin, head.size, checkpoint.root, key_id, note)],
            shared={"signed_at": now()},
            ignore=True,
        )
    keep_beside(note)
    return checkpoint


def put_back_beside() -> None:
    """Keep the newest checkpoint beside the evidence where none lies: of a site restored into an empty place.

    What lies there already may know more than what was restored, and stays.
    """
    note = Checkpoint.objects.order_by("-size", "-id").values_list("note", flat=True).first()
    if note is not None and kept_beside() is None:
        keep_beside(note)


def _announced_key() -> Ed25519PrivateKey | None:
    """Return the key if the ledger announced it last; else alarm: nobody could tell whose signature it is."""
    try:
        known = announced_last()
        key = signing_key()
    except Conflict:
        detail = "What the ledger says of its newest key cannot be read."
    except KeyMissingError:
        detail = f"The ledger announced {known}, but its key is not here."
    else:
        if known.public == key.public_key().public_bytes_raw():
            return key
        detail = f"The ledger announced {known}, but another key lies here."
    raise_alarm(AlarmKind.LEDGER, KEY_UNKNOWN, "ledger", 1, detail, at=now())
    return None


def note_key_back() -> None:
    """Let alarms about the key rest once the right one is here again; for starts and nights."""
    alarms = Alarm.objects.filter(kind=AlarmKind.LEDGER, code=KEY_UNKNOWN, resolved_at=None)
    if alarms.exists() and _announced_key() is not None:
        alarms.update(resolved_at=now())


def is_behind(head: Head, note: str | None) -> bool:
    """Tell whether the checkpoint beside the evidence knows more than the database, or something else; then alarm.

    note: that checkpoint, read before the head was.
    """
    if note is None:
        return False
    try:
        known, _signatures = notes.read_note(note)
    except ValueError:
        log.warning("The checkpoint beside the evidence cannot be read; it is written anew")
        return False
    wrong = _contradiction(head, known)
    if wrong is None:
        return False
    code, detail = wrong
    raise_alarm(AlarmKind.LEDGER, code, "ledger", 1, detail, at=now())
    return True


def _contradiction(head: Head, known: notes.Checkpoint) -> tuple[str, str] | None:
    name, _, epoch = known.origin.rpartition("/")
    mine, _, _epoch = head.origin.rpartition("/")
    if name != mine:
        return "LEDGER_FORKED", f"Beside the evidence lies a checkpoint of another ledger: {known.origin}."
    if epoch.isdigit() and int(epoch) < head.epoch:
        # What a restore lost is quoted by the new epoch.
        return None
    if known.origin != head.origin or known.size > head.size:
        return "LEDGER_BEHIND", f"{known.origin} was signed at {known.size} leaves, the database has {head.size}."
    root = bytes(head.root) if known.size == head.size else root_at(known.size)
    if root != known.root:
        return "LEDGER_FORKED", f"At {known.size} leaves another root was signed than the database has."
    return None
