"""The store keeps bytes whole, once, for good, and never says so before it is true (ledger.md §3), whatever it is."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.evidence.tree import CONTENT, KEY, SHA256, Hands, an_hour_ago, keep, verdict
from titan.core.errors import Conflict
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.rules import key_of
from titan.evidence.storage import Store, Verdict


def test_bytes_lie_under_their_hash(store: Store, hands: Hands) -> None:
    assert verdict(store) is Verdict.MISSING
    assert keep(store) == KEY
    assert hands.files() == [KEY]
    assert hands.read(KEY) == CONTENT
    with store.open(KEY) as file:
        assert file.read() == CONTENT
    assert verdict(store) is Verdict.OK


def test_a_file_is_read_piece_by_piece(store: Store) -> None:
    content = os.urandom(3_000_000)
    key = keep(store, content)
    with store.open(key) as file:
        pieces = [file.read(1), file.read(999_999), *iter(lambda: file.read(700_001), b"")]
    assert b"".join(pieces) == content
    assert len(pieces) == 5
    with store.open(key) as file:
        assert file.read(1) == content[:1], "and may be left unread"


def test_the_same_bytes_are_kept_once(store: Store, hands: Hands) -> None:
    first = keep(store)
    moment = hands.let_time_pass()
    assert list(store.aged(moment)) == [KEY]
    assert keep(store) == first
    assert hands.files() == [KEY]
    assert not list(store.aged(moment)), "used again, so young again"
    assert not store.quarantine(KEY, before=moment)


def test_too_many_bytes_are_cut_off_early(store: Store, hands: Hands) -> None:
    with store.receive(io.BytesIO(CONTENT), limit=len(CONTENT) - 1) as draft:
        assert draft is None
    with store.receive(io.BytesIO(CONTENT), limit=len(CONTENT)) as draft:
        assert draft is not None
    assert hands.files() == []


def test_a_draft_that_was_changed_is_not_kept(store: Store, hands: Hands) -> None:
    with store.receive(io.BytesIO(CONTENT), limit=10**6) as draft:
        assert draft is not None
        draft.path.chmod(0o600)
        draft.path.write_bytes(CONTENT[:-1] + b"!")
        with pytest.raises(EvidenceUnavailable, match="other bytes"):
            store.keep(draft)
    assert hands.files() == []


def test_damaged_bytes_are_never_overwritten(store: Store, hands: Hands) -> None:
    keep(store)
    hands.overwrite(KEY, CONTENT[:-1] + b"!")
    with pytest.raises(Conflict) as refused:
        keep(store)
    assert refused.value.code == "TAMPERED"
    assert hands.read(KEY) == CONTENT[:-1] + b"!"
    assert hands.files() == [KEY]


TAMPERING: dict[str, tuple[Callable[[Hands], object], Verdict]] = {
    "one byte": (lambda hands: hands.overwrite(KEY, CONTENT[:-1] + b"!"), Verdict.TAMPERED),
    "cut off": (lambda hands: hands.overwrite(KEY, CONTENT[:-1]), Verdict.TAMPERED),
    "more": (lambda hands: hands.overwrite(KEY, CONTENT + b"!"), Verdict.TAMPERED),
    "emptied": (lambda hands: hands.overwrite(KEY, b""), Verdict.TAMPERED),
    "gone": (lambda hands: hands.remove(KEY), Verdict.MISSING),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found(name: str, store: Store, hands: Hands) -> None:
    tamper, expected = TAMPERING[name]
    keep(store)
    assert verdict(store) is Verdict.OK
    tamper(hands)
    assert verdict(store) is expected


def test_a_key_that_names_other_bytes_is_tampering(store: Store) -> None:
    keep(store)
    assert store.verify("../../etc/passwd", SHA256, 1) is Verdict.TAMPERED
    assert store.verify(KEY, "0" * 64, len(CONTENT)) is Verdict.TAMPERED
    assert store.verify(KEY, SHA256, len(CONTENT) + 1) is Verdict.TAMPERED
    for nothing in ("../../etc/passwd", key_of("0" * 64)):
        with pytest.raises(FileNotFoundError):
            store.open(nothing)


def test_only_old_files_are_set_aside(store: Store, hands: Hands) -> None:
    keep(store)
    assert list(store.aged(an_hour_ago())) == []
    assert not store.quarantine(KEY, before=an_hour_ago())
    moment = hands.let_time_pass()
    assert list(store.aged(moment)) == [KEY]
    assert store.quarantine(KEY, before=moment)
    (aside,) = hands.files()
    assert aside.startswith(f"quarantine/{SHA256}")
    assert hands.read(aside) == CONTENT
    assert verdict(store) is Verdict.MISSING
    assert not store.quarantine(KEY, before=moment), "it is gone already"
    assert keep(store) == KEY


def test_old_drafts_are_discarded(store: Store, hands: Hands) -> None:
    with store.receive(io.BytesIO(CONTENT), limit=10**6) as draft:
        assert draft is not None
        assert store.discard_drafts(an_hour_ago()) == 0
        assert draft.path.exists()
        assert store.discard_drafts(datetime.now(UTC) + timedelta(hours=1)) == 1
    assert hands.files() == []


def test_a_store_that_works_says_so_and_keeps_nothing_of_it(store: Store, hands: Hands) -> None:
    for thoroughly in (False, True, True):
        store.check(thoroughly=thoroughly)
    assert hands.files() == []


def test_processes_that_keep_the_same_bytes_agree(hands: Hands) -> None:
    script = (
        "import io\n"
        "from titan.evidence.storage import evidence_store\n"
        "store = evidence_store()\n"
        "for number in range(20):\n"
        "    with store.receive(io.BytesIO(b'sheet %d' % (number // 4)), limit=99) as draft:\n"
        "        store.keep(draft)\n"
    )
    environ = {**os.environ, **hands.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    workers = [subprocess.Popen([sys.executable, "-c", script], env=environ) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0, 0, 0, 0]
    expected = [key_of(hashlib.sha256(b"sheet %d" % number).hexdigest()) for number in range(5)]
    assert hands.files() == sorted(expected)
