"""What a folder as the store must bear: full and broken disks, links and pipes in the place of files (ledger.md §3)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence.tree import CONTENT, KEY, an_hour_ago, files_in, keep, make_old, overwrite, verdict
from titan.core.errors import Conflict
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.storage import LocalStore, Verdict
from titan.evidence.storage.drafts import Drafts

STORES = ("local",)
Write = Callable[[int, bytes], int]


def test_bytes_lie_under_their_hash_and_are_read_only(store: LocalStore) -> None:
    assert keep(store) == KEY
    assert files_in(store.root) == [KEY]
    assert stat.S_IMODE((store.root / KEY).stat().st_mode) == 0o440
    assert stat.S_IMODE(store.root.stat().st_mode) & 0o007 == 0
    with store.open(KEY) as file:
        assert file.read() == CONTENT
    assert verdict(store) is Verdict.OK


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
    monkeypatch.setattr(Drafts, "new", lambda self: (store.root / "x", os.open("/dev/full", os.O_WRONLY)))
    with pytest.raises(EvidenceUnavailable, match="full"):
        keep(store)


def test_a_failing_sync_is_refused(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(EvidenceUnavailable, match="Input/output error"):
        keep(store)
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


def test_when_damaged_bytes_were_changed_stays_to_be_seen(store: LocalStore) -> None:
    keep(store)
    overwrite(store.root / KEY, CONTENT[:-1] + b"!")
    changed_at = (store.root / KEY).stat().st_mtime_ns
    with pytest.raises(Conflict):
        keep(store)
    assert (store.root / KEY).stat().st_mtime_ns == changed_at


def test_the_same_bytes_stay_the_same_file(store: LocalStore) -> None:
    keep(store)
    inode = (store.root / KEY).stat().st_ino
    keep(store)
    assert (store.root / KEY).stat().st_ino == inode


IN_ITS_PLACE: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("name", IN_ITS_PLACE)
def test_what_is_no_plain_file_is_tampering(name: str, store: LocalStore) -> None:
    keep(store)
    (store.root / KEY).unlink()
    IN_ITS_PLACE[name](store.root / KEY)
    assert verdict(store) is Verdict.TAMPERED


def test_what_cannot_be_read_is_no_proof(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store)

    def fails(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "open", fails)
    assert verdict(store) is Verdict.UNREADABLE


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
