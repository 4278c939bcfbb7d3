"""Whatever somebody changes behind Titan's back is found, and the thing that was changed is named."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.ledger.verifying.edits import KINDS, MERGES, ImpossibleError, edited, without_guards
from tests.ledger.verifying.world import looked, whole_history
from titan.training.verify import ledger

pytestmark = pytest.mark.django_db
TRIES = 12


@pytest.fixture(autouse=True)
def _site(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has the site; nobody signs meanwhile, so that nothing is waited for."""
    monkeypatch.setattr(ledger, "A_MOMENT", 0)


def test_every_kind_of_edit_is_found_and_named(settings: Any) -> None:
    missed = find_edits(settings, seed=11, number=len(KINDS), least=len(KINDS))
    assert not missed, "\n".join(missed)


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 5, 8])
def test_whatever_is_done_to_merged_rows_is_found_and_named(settings: Any, seed: int) -> None:
    """Twice each: with a merge that is undone, unsaid, turned round, or after which a record is handed back."""
    missed = find_edits(settings, seed=seed, number=2 * len(MERGES), kinds=MERGES)
    assert not missed, "\n".join(missed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_thousand_random_edits_are_found_and_named(settings: Any, seed: int) -> None:
    missed = find_edits(settings, seed=1_000 + seed, number=112, first=seed * 112)
    assert not missed, "\n".join(missed)


def find_edits(
    settings: Any, *, seed: int, number: int, kinds: Any = KINDS, first: int = 0, least: int = 0
) -> list[str]:
    """Make `number` edits, each kind in its turn from `first` on; return those that nobody found, or named.

    least: how many must have been possible; nine of ten, unless it is said.
    """
    whole_history(seed, settings)
    random, missed, made = Random(seed), [], 0
    assert looked() == []
    with without_guards():
        for turn in range(number):
            kind = kinds[(turn + first) % len(kinds)]
            made += _one(kind, random, missed)
    assert looked() == []
    assert made >= (least or 0.9 * number), made
    return missed


def _one(kind: Any, random: Random, missed: list[str]) -> bool:
    for _try in range(TRIES):
        try:
            with edited(kind, random) as edit:
                problems = looked()
                if not edit.is_named(problems):
                    missed.append(f"{edit.what}; named: {[str(one) for one in problems[:4]]}")
                return True
        except ImpossibleError:
            continue
    return False
