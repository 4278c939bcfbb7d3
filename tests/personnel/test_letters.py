"""Letters of names and badges find workers through an index that follows every change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests import cast
from titan.core import guards
from titan.personnel.models import Worker
from titan.personnel.queries.letters import anywhere, has_letters, is_indexed, telling, who_has_letters

pytestmark = pytest.mark.django_db


def found(words: str) -> set[int]:
    indexed = is_indexed(words)
    condition = has_letters("w", "%(like)s", indexed=indexed)
    by_scan, *by_index = (
        f"FROM personnel_worker w WHERE {has_letters('w', '%(like)s', indexed=False)}",
        f"FROM personnel_worker w WHERE {condition}",
        who_has_letters("w", "%(like)s", "%(telling)s", indexed=indexed),
    )
    whom = those(by_scan, words)
    assert all(those(way, words) == whom for way in by_index)
    return whom


def those(way: str, words: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT w.id {way}", {"like": anywhere(words), "telling": telling(words)})
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("words", ["Əliyeva", "eliye", "YEV", "w-77", "a_b", "50%", "x\\y", "li", "Иванов"])
def test_whoever_has_the_letters_is_found(words: str) -> None:
    chosen = cast.make_worker(last_name="Əliyeva a_b 50% x\\y Иванов", employee_id="W-77")
    cast.make_worker(last_name="Nobody", first_name="Other", employee_id="Z-1")
    assert found(words) == {chosen.pk}


def test_a_badge_is_told_by_its_last_digits_and_found_by_all_of_it() -> None:
    ours, theirs = (cast.make_worker(last_name="Same", employee_id=badge) for badge in ("W-1000123", "X-9000123"))
    assert telling("W-1000123") == "%000123%"
    assert telling("Same W-12") == anywhere("Same W-12"), "two digits are too few for the index"
    assert found("W-1000123") == {ours.pk}
    assert found("000123") == {ours.pk, theirs.pk}


def test_a_new_name_is_found_and_the_old_one_forgotten() -> None:
    worker = cast.make_worker(last_name="Before")
    worker.last_name = "Afterwards"
    worker.save()
    assert found("afterw") == {worker.pk}
    assert found("before") == set()


@pytest.mark.django_db(transaction=True)
def test_names_changed_while_nobody_kept_the_index_are_found_afterwards() -> None:
    worker = cast.make_worker(last_name="Before")
    guards.remove()
    values: dict[str, Any] = {"last_name": "Meanwhile", "search_key": "meanwhile"}
    Worker.objects.filter(pk=worker.pk).update(**values)
    guards.install()
    assert found("meanwhile") == {worker.pk}
    assert found("before") == set()
