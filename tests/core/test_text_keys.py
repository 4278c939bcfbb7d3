"""Names sort and are found alike on both databases, in every script (domain.md §4)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from titan.core.text import SEPARATOR, like_pattern, search_key, sort_key
from titan.personnel.models import Company, Worker

NAMES = [
    "Əliyev",
    "ƏLİYEV",
    "Aliyev",
    "aliyev",
    "Zeynalov",
    "Çelik",
    "Ĉelik",
    "Ivanov",
    "İvanov",
    "ıvanov",
    "Ольга",
    "ольга",
    "عبد",
    "e\u0301clair",
    "éclair",
    "O'Neil",
    "O-Neil",
    "van der Berg",
    "Van Der Berg",
    "Ünal",
    "李",
    "🦺",
    "Straße",
    "STRASSE",
]


@pytest.mark.django_db
def test_both_databases_sort_by_code_point() -> None:
    for name in NAMES:
        cast.make_worker(last_name=name, first_name="A")
    by_database = list(Worker.objects.order_by("name_key").values_list("name_key", flat=True))
    assert by_database == sorted(by_database)
    for cut in (by_database[3], by_database[11]):
        after = list(Worker.objects.filter(name_key__gt=cut).order_by("name_key").values_list("name_key", flat=True))
        assert after == by_database[by_database.index(cut) + 1 :]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8), min_size=2))
def test_any_names_sort_alike(names: list[str]) -> None:
    company = cast.make_company()
    made = [cast.make_worker(company=company, last_name=name, first_name="") for name in names]
    ids = [worker.pk for worker in made]
    keys = list(Worker.objects.filter(pk__in=ids).order_by("name_key").values_list("name_key", flat=True))
    assert keys == sorted(keys)


def test_case_and_form_do_not_matter() -> None:
    assert sort_key("STRASSE") == sort_key("Straße")
    assert sort_key("e\u0301clair") == sort_key("éclair")
    assert sort_key("  Ali ") == sort_key("ali")


def test_parts_sort_one_after_the_other() -> None:
    assert sort_key("Ali", "Zed") < sort_key("Ali B", "Abe")
    assert sort_key("Ali", "B") == f"ali{SEPARATOR}b"


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("aliyev", "Əliyev"),
        ("eliyev", "Əliyev"),
        ("ƏLİ", "Əliyev"),
        ("ivan", "İvanov"),
        ("ıvan", "Ivanov"),
        ("IVAN", "ıvanov"),
        ("eclair", "e\u0301clair"),
        ("éclair", "ECLAIR"),
        ("strasse", "Straße"),
        ("celik", "Çelik"),
        ("ОЛЬ", "Ольга"),
        ("عبد", "عبد الرحمن"),
        ("  jo   n ", "Jo N"),
    ],
)
def test_search_finds_whatever_the_spelling(search: str, name: str) -> None:
    folded = like_pattern(search).strip("%")
    if search == "aliyev":
        assert folded not in search_key(name), "ə is e, not a"
    else:
        assert folded in search_key(name)


@pytest.mark.django_db
@pytest.mark.parametrize("search", ["100%", "a_b", "back\\slash", "%", "_", "\\"])
def test_wildcards_are_letters(search: str) -> None:
    for name in ("100%", "a_b", "back\\slash", "1000", "axb", "plain"):
        cast.make_company(name=name, search_key=search_key(name))
    where = "search_key LIKE %s ESCAPE '\\'"
    found = {one.name for one in Company.objects.extra(where=[where], params=[like_pattern(search)])}  # noqa: S610
    assert found == {name for name in ("100%", "a_b", "back\\slash") if search in name}
