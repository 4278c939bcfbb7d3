"""All evidence moves to another store: whole, once, and as often as somebody asks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.cast import actor
from tests.evidence.tree import Hands, LocalHands, overwrite, store_bytes, upload
from tests.files import jpeg_bytes, pdf_bytes, png_bytes
from titan.evidence.commands import record_evidence, stage
from titan.evidence.copying import copy_all
from titan.evidence.storage import LocalStore, Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> LocalStore:
    """Another store, in a folder."""
    return LocalStore(tmp_path / "other" / "evidence")


def test_everything_cited_is_copied_there_and_back(
    store: Store, hands: Hands, folder: LocalStore, at: datetime
) -> None:
    first = record_evidence(stage([upload(pdf_bytes())]), by=actor(), at=at)
    record_evidence(stage([upload(pdf_bytes())]), by=actor(), at=at)
    bound = record_evidence(stage([upload(jpeg_bytes()), upload(png_bytes())]), by=actor(), at=at)
    (orphan,) = store_bytes(pdf_bytes("orphan"))
    cited = sorted({first.key, bound.key, *(part.key for part in bound.parts)})

    assert [step for step in copy_all(store, folder) if not step.copied] == []
    assert LocalHands(folder.root).files() == cited
    assert not any(step.copied or step.wrong for step in copy_all(store, folder)), "again: all is there"

    for key in cited:
        hands.remove(key)
    assert [step.key for step in copy_all(folder, store) if step.copied] == cited
    assert hands.files() == sorted([*cited, orphan])


def test_what_is_damaged_is_named_and_the_rest_is_copied(
    store: Store, hands: Hands, folder: LocalStore, at: datetime
) -> None:
    views = [
        record_evidence(stage([upload(content)]), by=actor(), at=at)
        for content in (pdf_bytes("1"), pdf_bytes("2"), pdf_bytes("3"), pdf_bytes("4"))
    ]
    damaged, lost, taken, good = (view.key for view in views)
    hands.overwrite(damaged, b"x" * views[0].size)
    hands.remove(lost)
    with store.open(taken) as file, folder.receive(file, limit=10**7) as draft:
        assert draft is not None
        folder.keep(draft)
    overwrite(folder.root / taken, b"other")
    seen: list[tuple[int, int]] = []
    steps = {step.key: step for step in copy_all(store, folder, lambda done, total: seen.append((done, total)))}
    assert "other bytes where it comes from" in steps[damaged].wrong
    assert "cannot be read where it comes from" in steps[lost].wrong
    assert "with other bytes" in steps[taken].wrong
    assert steps[good].copied
    assert LocalHands(folder.root).files() == sorted([good, taken])
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
