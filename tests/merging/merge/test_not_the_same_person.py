""" "Not the same person" is remembered."""

from __future__ import annotations

import pytest

from tests import cast
from tests.merging.merge.refusing import refused
from tests.merging.people import Site, merge
from tests.training.acting import ADMIN, AT, said
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound, SoftBlocked
from titan.personnel.commands.distinct import say_distinct

pytestmark = pytest.mark.django_db


def test_not_the_same_person_is_remembered(place: Site) -> None:
    one, other = place.person(), place.person()
    for pair in ((one, other), (other, one)):
        say_distinct(pair[0].pk, pair[1].pk, by=ADMIN, at=AT)
    assert len(said("worker.told_apart")) == 1
    refusal = refused("SOFT_BLOCKED", one, other)
    assert isinstance(refusal, SoftBlocked)
    assert [warning.code for warning in refusal.warnings] == ["SAID_DISTINCT"]
    assert "said that these are two people" in refusal.warnings[0].message
    assert [one.code for one in merge(one, other, override=["SAID_DISTINCT"]).warnings] == ["SAID_DISTINCT"]


def test_of_whom_it_cannot_be_said(place: Site) -> None:
    one, other, gone = (place.person() for _ in range(3))
    merge(gone, one)
    with pytest.raises(Forbidden):
        say_distinct(one.pk, other.pk, by=cast.actor(Role.AUDITOR), at=AT)
    with pytest.raises(NotFound):
        say_distinct(2**70, other.pk, by=ADMIN, at=AT)
    with pytest.raises(Conflict) as merged:
        say_distinct(gone.pk, other.pk, by=ADMIN, at=AT)
    assert merged.value.code == "WORKER_MERGED"
    for nobody, code in ((one.pk, "SAME_ROW"), (999_999, "UNKNOWN")):
        with pytest.raises(Invalid) as refusal:
            say_distinct(one.pk, nobody, by=ADMIN, at=AT)
        assert [error.code for error in refusal.value.errors] == [code]
