"""Merging two workers: who may, and of whom (decision 16)."""

from __future__ import annotations

import pytest

from tests import cast
from tests.merging.merge.refusing import refused
from tests.merging.people import Site, merge
from tests.training.acting import ADMIN, AT
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import update_worker
from titan.personnel.rules import WorkerChanges

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_merge(place: Site, role: Role) -> None:
    with pytest.raises(Forbidden):
        merge_workers(place.person().pk, place.person().pk, "Same", by=cast.actor(role), at=AT)


def test_nobody_merges_the_worker_they_are(place: Site) -> None:
    one, other = place.person(), place.person()
    for mine in (one, other):
        with pytest.raises(Forbidden) as refusal:
            merge_workers(one.pk, other.pk, "Same", by=cast.actor(worker_id=mine.pk), at=AT)
        assert refusal.value.code == "OWN_WORKER"


def test_a_reason_and_two_workers_are_needed(place: Site) -> None:
    one, other = place.person(), place.person()
    for reason, into, code, field in (
        (" ", other.pk, "REQUIRED", "reason"),
        ("Same", one.pk, "SAME_ROW", "into_id"),
        ("Same", 2**70, "UNKNOWN", "into_id"),
        ("Same", 999_999, "UNKNOWN", "into_id"),
    ):
        with pytest.raises(Invalid) as refusal:
            merge_workers(one.pk, into, reason, by=ADMIN, at=AT)
        assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]
    with pytest.raises(Invalid) as unknown:
        merge_workers(one.pk, other.pk, "Same", override=["TAMPERED"], by=ADMIN, at=AT)
    assert unknown.value.code == "OVERRIDE_UNKNOWN"
    for nobody in (999_999, 2**70):
        with pytest.raises(NotFound):
            merge_workers(nobody, other.pk, "Same", by=ADMIN, at=AT)


def test_who_was_merged_or_erased_is_not_merged_again(place: Site) -> None:
    first, second, third = place.person(), place.person(), place.person(status="INACTIVE")
    merge(first, second)
    assert refused("WORKER_MERGED", first, third).extra == {"worker_id": second.pk}
    assert refused("WORKER_MERGED", third, first).detail == (
        f"{first.employee_id} is now {second.employee_id}: that is the one to change."
    )
    third.anonymised_at = AT
    third.save()
    refused("WORKER_ANONYMISED", third, second)
    refused("WORKER_ANONYMISED", second, third)


def test_two_logins_are_one_too_many(place: Site) -> None:
    one, other = (place.person(user=cast.make_user(email=f"{name}@titan.example")) for name in ("a", "b"))
    refusal = refused("TWO_LOGINS", one, other)
    assert "a@titan.example, b@titan.example" in refusal.detail
    update_worker(one.pk, WorkerChanges(user_id=None), by=cast.actor(Role.SUPER_ADMIN), at=AT)
    merge(one, other)


def test_nobody_comes_to_supervise_themselves(place: Site) -> None:
    gone, stays = place.person(), place.person()
    between = place.person(supervisor=gone)
    update_worker(stays.pk, WorkerChanges(supervisor_id=between.pk), by=ADMIN, at=AT)
    refusal = refused("SUPERVISOR_CIRCLE", gone, stays)
    assert f"{between.employee_id} → " in refusal.detail
    update_worker(between.pk, WorkerChanges(supervisor_id=place.boss.pk), by=ADMIN, at=AT)
    merge(gone, stays)


def test_one_may_have_supervised_the_other(place: Site) -> None:
    above = place.person(supervisor=place.boss)
    below = place.person(supervisor=above)
    merge(above, below)
    below.refresh_from_db()
    assert below.supervisor_id == place.boss.pk
