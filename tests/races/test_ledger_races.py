"""Several processes append at once: one ledger, no gap, whole batches, one history of checkpoints (ledger.md §1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests import cast
from tests.races.steps import finalize
from tests.races.track import Racers, refusals
from tests.training.acting import PASSED, held, settle, time_of
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import Checkpoint, Head, Leaf
from titan.ledger.queries.tree import root_at
from titan.ledger.rules.canonical import read


@pytest.mark.parametrize("heat", range(2))
def test_four_finalizations_at_once_take_their_places(racers: Racers, at: datetime, heat: int) -> None:
    cast.make_site()
    course, people = cast.make_course(), [cast.make_worker() for _ in range(12)]
    settle()
    # The same people in all of them: whoever comes first makes their keys.
    sessions = [held(course, dict.fromkeys(people, PASSED), time_of(-9 * place - 9, on=at)).pk for place in range(4)]
    size = Head.objects.get().size
    outcomes = racers.race(finalize, [{"session_id": session, "at": at} for session in sessions])
    assert not refusals(outcomes), [one for one in outcomes if not one.won]
    assert Head.objects.get().size == size + 4 * 13
    found = dict(Leaf.objects.values_list("index", "data"))
    assert sorted(found) == list(range(size + 4 * 13))
    for outcome in outcomes:
        closing = _read(found[outcome.result["ledger_entry"]])
        batch = [_read(found[closing["first"] + place]) for place in range(closing["leaves"])]
        assert closing["first"] + closing["leaves"] == outcome.result["ledger_entry"]
        assert {leaf["session"] for leaf in batch} == {closing["session"]}
    sign_head()
    for checkpoint in Checkpoint.objects.all():
        assert root_at(checkpoint.size) == bytes(checkpoint.root)
    assert root_at(size + 52) == bytes(Head.objects.get().root)


def _read(data: Any) -> dict[str, Any]:
    return read(bytes(data))
