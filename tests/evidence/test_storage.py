"""The store keeps bytes whole, once, for good, and never says so before it is true (ledger.md §3)."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence.tree import files_in, make_old, overwrite
from titan.core.errors import Conflict
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.rules import key_of
from titan.evidence.storage import LocalStore, Verdict

CONTENT = b"a signed sheet" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = key_of(SHA256)
Write = Callable[[int, bytes], int]


def keep(store: LocalStore, content: bytes = CONTENT) -> str:
    with store.receive(io.BytesIO(content), limit=10**6) as draft:
        assert draft is not None
        return store.keep(draft)


def verdict(store: LocalStore) -> Verdict:
    return store.verify(KEY, SHA256, len(CONTENT))


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def test_bytes_lie_under_their_hash_and_are_read_only(store: LocalStore) -> None:
    assert keep(store) == KEY
    assert files_in(store.root) == [KEY]
    assert stat.S_IMODE((store.root / KEY).stat().st_mode) == 0o440
    assert stat.S_IMODE(store.root.stat().st_mode) & 0o007 == 0
    with store.open(KEY) as file:
        assert file.read() == CONTENT
    assert verdict(store) is Verdict.OK


def test_the_same_bytes_are_kept_once(store: LocalStore) -> None:
    first = keep(store)
    inode = (store.root / KEY).stat().st_ino
    make_old(store.root / KEY)
    assert keep(store) == first
    assert (store.root / KEY).stat().st_ino == inode
    assert files_in(store.root) == [KEY]
    assert not list(store.aged(an_hour_ago())), "used again, so young again"


def test_too_many_bytes_are_cut_off_early(store: LocalStore) -> None:
    with store.receive(io.BytesIO(CONTENT), limit=len(CONTENT) - 1) as draft:
        assert draft is None
    with store.receive(io.BytesIO(CONTENT), limit=len(CONTENT)) as draft:
        assert draft is not None
    assert files_in(store.root) == []


def test_short_writes_lose_nothing(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    whole: Write = os.write

    def short(descriptor: int, chunk: bytes) -> int:
        sizes.append(whole(descriptor, chunk[:1000]))
        return sizes[-1]

    monkeypatch.setattr(os, "write", short)
    keep(store)
    assert len(sizes) == 14, "the fault happened"
    assert verdict(store) is Verdict.OK


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_or_broken_disk_is_refused_and_leaves_nothing(
    error: int, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    whole: Write = os.write

    def fails(descriptor: int, chunk: bytes) -> int:
        calls.append(descriptor)
        if len(calls) > 2:
            raise OSError(error, os.strerror(error))
        return whole(descriptor, chunk[:1000])

    monkeypatch.setattr(os, "write", fails)
    with pytest.raises(EvidenceUnavailable, match="cannot be used" if error == errno.EIO else "full"):
        keep(store)
    assert len(calls) == 3, "the fault happened"
    assert files_in(store.root) == []
    monkeypatch.undo()
    assert keep(store) == KEY


def test_a_disk_that_writes_nothing_is_full(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", lambda descriptor, chunk: 0)
    with pytest.raises(EvidenceUnavailable, match="full"):
        keep(store)


def test_a_real_full_device_is_refused(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalStore, "_new_draft", lambda self: (store.root / "x", os.open("/dev/full", os.O_WRONLY)))
    with pytest.raises(EvidenceUnavailable, match="full"):
        keep(store)


def test_a_failing_sync_is_refused(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(EvidenceUnavailable, match="Input/output error"):
        keep(store)
    assert files_in(store.root) == []


def test_a_draft_that_reads_back_differently_is_not_kept(store: LocalStore) -> None:
    with store.receive(io.BytesIO(CONTENT), limit=10**6) as draft:
        assert draft is not None
        draft.path.chmod(0o600)
        draft.path.write_bytes(CONTENT[:-1] + b"!")
        with pytest.raises(EvidenceUnavailable, match="read back"):
            store.keep(draft)
    assert files_in(store.root) == []


def test_file_and_folders_are_synced_before_the_store_speaks(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, link = os.fsync, os.link

    def noted(descriptor: int) -> None:
        steps.append(os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), store.root))
        sync(descriptor)

    def linked(source: Path, target: Path) -> None:
        steps.append("linked")
        link(source, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "link", linked)
    keep(store)
    folder = Path(KEY).parent
    assert steps[0] == ".."
    assert steps[1].startswith("tmp/")
    assert steps[2:] == ["linked", str(folder), str(folder.parent), "sha256", "."]


def test_damaged_bytes_are_never_overwritten(store: LocalStore) -> None:
    keep(store)
    overwrite(store, KEY, CONTENT[:-1] + b"!")
    changed_at = (store.root / KEY).stat().st_mtime_ns
    with pytest.raises(Conflict) as refused:
        keep(store)
    assert refused.value.code == "TAMPERED"
    assert (store.root / KEY).read_bytes() == CONTENT[:-1] + b"!"
    assert (store.root / KEY).stat().st_mtime_ns == changed_at, "when it was changed stays to be seen"
    assert files_in(store.root) == [KEY]


def _remove(path: Path) -> None:
    path.unlink()


def _replace(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


TAMPERING: dict[str, tuple[Callable[[LocalStore], object], Verdict]] = {
    "one byte": (lambda store: overwrite(store, KEY, CONTENT[:-1] + b"!"), Verdict.TAMPERED),
    "cut off": (lambda store: overwrite(store, KEY, CONTENT[:-1]), Verdict.TAMPERED),
    "more": (lambda store: overwrite(store, KEY, CONTENT + b"!"), Verdict.TAMPERED),
    "emptied": (lambda store: overwrite(store, KEY, b""), Verdict.TAMPERED),
    "gone": (lambda store: _remove(store.root / KEY), Verdict.MISSING),
    "a link": (
        lambda store: _replace(store.root / KEY, lambda path: path.symlink_to("/etc/passwd")),
        Verdict.TAMPERED,
    ),
    "a pipe": (lambda store: _replace(store.root / KEY, os.mkfifo), Verdict.TAMPERED),
    "a folder": (lambda store: _replace(store.root / KEY, Path.mkdir), Verdict.TAMPERED),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found(name: str, store: LocalStore) -> None:
    tamper, expected = TAMPERING[name]
    keep(store)
    assert verdict(store) is Verdict.OK
    tamper(store)
    assert verdict(store) is expected


def test_a_key_that_names_other_bytes_is_tampering(store: LocalStore) -> None:
    keep(store)
    assert store.verify("../../etc/passwd", SHA256, 1) is Verdict.TAMPERED
    assert store.verify(KEY, "0" * 64, len(CONTENT)) is Verdict.TAMPERED
    assert store.verify(KEY, SHA256, len(CONTENT) + 1) is Verdict.TAMPERED
    with pytest.raises(FileNotFoundError):
        store.open("../../etc/passwd")


def test_what_cannot_be_read_is_no_proof(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store)

    def fails(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", fails)
    assert verdict(store) is Verdict.UNREADABLE


def test_only_old_files_are_set_aside(store: LocalStore) -> None:
    keep(store)
    assert list(store.aged(an_hour_ago())) == []
    assert not store.quarantine(KEY, before=an_hour_ago())
    make_old(store.root / KEY)
    assert list(store.aged(an_hour_ago())) == [KEY]
    assert store.quarantine(KEY, before=an_hour_ago())
    (aside,) = files_in(store.root)
    assert aside.startswith(f"quarantine/{SHA256}")
    assert (store.root / aside).read_bytes() == CONTENT
    assert not store.quarantine(KEY, before=an_hour_ago()), "it is gone already"
    assert keep(store) == KEY


def test_a_file_used_again_while_it_is_set_aside_comes_back(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store)
    make_old(store.root / KEY)
    move = Path.rename

    def used_meanwhile(self: Path, target: Path) -> Path:
        os.utime(self)
        return move(self, target)

    monkeypatch.setattr(Path, "rename", used_meanwhile)
    assert not store.quarantine(KEY, before=an_hour_ago())
    assert files_in(store.root) == [KEY]
    assert verdict(store) is Verdict.OK


def test_a_file_that_vanishes_while_it_is_used_again_is_kept_anew(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store)
    make_old(store.root / KEY)
    touch = os.utime
    moved: list[bool] = []

    def swept_first(path: Path, **options: bool) -> None:
        if not moved:
            moved.append(store.quarantine(KEY, before=an_hour_ago()))
        touch(path, **options)

    monkeypatch.setattr(os, "utime", swept_first)
    assert keep(store) == KEY
    assert moved == [True], "the fault happened"
    assert verdict(store) is Verdict.OK


def test_old_drafts_are_discarded(store: LocalStore) -> None:
    store.check()
    (store.root / "tmp" / "new").write_bytes(b"1")
    (store.root / "tmp" / "old").write_bytes(b"1")
    make_old(store.root / "tmp" / "old")
    assert store.discard_drafts(an_hour_ago()) == 1
    assert files_in(store.root) == ["tmp/new"]


def test_a_store_that_cannot_be_written_says_so(store: LocalStore) -> None:
    store.root.write_bytes(b"not a folder")
    with pytest.raises(EvidenceUnavailable, match="cannot be used"):
        store.check()


def test_processes_that_keep_the_same_bytes_agree(store: LocalStore) -> None:
    script = (
        "import io, sys, pathlib\n"
        "from titan.evidence.storage.local import LocalStore\n"
        "store = LocalStore(pathlib.Path(sys.argv[1]))\n"
        "for number in range(40):\n"
        "    with store.receive(io.BytesIO(b'sheet %d' % (number // 4)), limit=99) as draft:\n"
        "        store.keep(draft)\n"
    )
    workers = [subprocess.Popen([sys.executable, "-c", script, str(store.root)]) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0, 0, 0, 0]
    expected = [key_of(hashlib.sha256(b"sheet %d" % number).hexdigest()) for number in range(10)]
    assert files_in(store.root) == sorted(expected)
