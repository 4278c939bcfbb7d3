"""Copying all evidence to another store, such as from a folder to a bucket: may be stopped and repeated at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from titan.core.errors import Conflict
from titan.evidence.models import EvidenceFile
from titan.evidence.storage import Store, Verdict


@dataclass(frozen=True)
class Step:
    """What became of one file. copied: it was not there before. wrong: why it is not there now, in words."""

    key: str
    copied: bool = False
    wrong: str = ""


def copy_all(source: Store, target: Store, progress: Callable[[int, int], None] | None = None) -> Iterator[Step]:
    """Copy every file that a row speaks of to `target`, unless it is there with the right bytes (two statements).

    Each is hashed on the way out and kept as an upload is; nothing is taken away from `source`, and files that no row
    speaks of stay behind. progress: called with how many files are done and how many there are. Raises
    EvidenceUnavailable when `target` cannot be used.
    """
    rows = EvidenceFile.objects.order_by("key").values_list("key", "sha256", "size").distinct()
    total = rows.count()
    for done, (key, sha256, size) in enumerate(rows.iterator()):
        if progress is not None:
            progress(done, total)
        if target.verify(key, sha256, size) is Verdict.OK:
            yield Step(key)
        else:
            yield _copy(source, target, key, sha256, size)
    if progress is not None:
        progress(total, total)


def _copy(source: Store, target: Store, key: str, sha256: str, size: int) -> Step:
    try:
        with source.open(key) as file, target.receive(file, limit=size) as draft:
            if draft is None or (draft.sha256, draft.size) != (sha256, size):
                return Step(key, wrong="has other bytes where it comes from than the database says")
            target.keep(draft)
            return Step(key, copied=True)
    except Conflict:
        return Step(key, wrong="lies already where it goes to, but with other bytes")
    except OSError as error:
        return Step(key, wrong=f"cannot be read where it comes from ({error.strerror})")
