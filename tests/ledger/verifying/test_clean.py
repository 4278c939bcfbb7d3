"""A sound site has no problem: after everything that can happen, in any order, wholly and in parts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.verifying.world import LOOKS_AT, STEPS, looked, sign, small_site, whole_history
from titan.evidence.queries import Files
from titan.ledger.models import Leaf, LeafType
from titan.ledger.verifying.passing import SLICES, Scope
from titan.training.verify import Within

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(site: Any) -> None:
    """Every test has the site."""


def test_after_everything_nothing_is_wrong(settings: Any) -> None:
    whole_history(1, settings)
    written = set(Leaf.objects.values_list("type", flat=True))
    assert written == {*LeafType}
    assert looked() == []


def test_every_slice_is_clean(settings: Any) -> None:
    whole_history(2, settings)
    for turn in range(SLICES):
        within = Within(Scope(Leaf.objects.count() - 5, turn), Files(3, turn, SLICES), LOOKS_AT)
        assert looked(within) == []


@pytest.mark.parametrize("seed", range(2))
def test_after_random_histories_nothing_is_wrong(seed: int) -> None:
    verify_histories(seed, 8)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 125))
def test_a_thousand_clean_verifications(seed: int) -> None:
    verify_histories(seed, 40)


def verify_histories(seed: int, steps: int) -> None:
    """Verify after each of `steps` random steps."""
    site = small_site(seed)
    sign(site)
    for number in range(steps):
        step = site.random.choice(STEPS)
        step(site)
        sign(site)
        assert looked() == [], (seed, number, step.__name__)
