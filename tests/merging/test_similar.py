"""Who may be one person: badges and names as sites write them; proposed with the reason, never decided."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests import cast
from tests.merging.people import merge
from tests.training.acting import ADMIN, AT
from titan.core.actor import Role
from titan.core.errors import Forbidden
from titan.personnel.commands.distinct import say_distinct
from titan.personnel.likeness import (
    ALIKE,
    Band,
    Described,
    badge_letters,
    badge_stem,
    is_company_alike,
    likeness,
    name_likeness,
    name_of,
)
from titan.personnel.models import Company, Worker
from titan.personnel.queries.similar import MOST_OF_ONE_KEY, duplicates, similar_to

SAME = [
    ("Rəşad Əliyev", "ƏLİYEV RƏŞAD"),
    ("Rəşad Əliyev", "  rəşad   əliyev "),
    ("İsmail Işık", "ismail ışık"),
    ("IŞIK İSMAİL", "Ismail ISIK"),
    ("Gülşən Öztürk", "Gulsen Ozturk"),
    ("Nigar Əliyeva qızı", "Əliyeva Nigar"),
    ("Müller Hans", "HANS MULLER"),
]
SOUND = [
    ("Rəşad Əliyev", "Rashad Aliyev"),
    ("Rəşad Əliyev", "Resad Aliev"),
    ("Xəlil Quliyev", "Khalil Guliyev"),
    ("Cavid Həsənov", "Javid Hasanov"),
    ("Ahmet Kaya", "Ahmed Kaya"),
    ("Мирза Алиев", "Mirzə Əliyev"),
    ("Zeynəb Abdullayeva", "Zeyneb Abdulayeva"),
    ("Mehmet Yılmaz", "Mehmet Ylmaz"),
]
SIMILAR = [
    ("Mehmet Yılmaz", "Mehmet Yilmza"),
    ("Mehmet Yılmaz", "Memet Yılmaz"),
    ("Mehmet Yılmaz", "Yılmz Mehmet"),
    ("Süleyman Demirel", "Suleyman Demirek"),
    ("Rəşad Əliyev", "Rəşad Əli oğlu Əliyev"),
    ("Hüseyn Hüseynov", "Huseyn Guseynov"),
]
OTHERS = [
    ("Elçin Məmmədov", "Elşən Məmmədov"),
    ("Rəşad Əliyev", "Rəşid Əliyev"),
    ("Ali Kaya", "Ayşe Kaya"),
    ("Ali Veli", "Ali Deli"),
    ("Ali", "Ali Veli"),
    ("Mehmet Yılmaz", "Ahmet Yıldız"),
    ("Worker 1", "Worker 2"),
    ("", ""),
    ("...", "-"),
]


def alike(one: str, other: str) -> int:
    return name_likeness(name_of(one), name_of(other))


class TestNames:
    @pytest.mark.parametrize(("one", "other"), SAME)
    def test_the_same_letters(self, one: str, other: str) -> None:
        assert alike(one, other) == 100

    @pytest.mark.parametrize(("one", "other"), SOUND)
    def test_the_same_sound(self, one: str, other: str) -> None:
        assert alike(one, other) == 97

    @pytest.mark.parametrize(("one", "other"), SIMILAR)
    def test_a_slip_of_the_pen(self, one: str, other: str) -> None:
        assert ALIKE <= alike(one, other) < 97

    @pytest.mark.parametrize(("one", "other"), OTHERS)
    def test_other_names(self, one: str, other: str) -> None:
        assert alike(one, other) == 0

    @pytest.mark.parametrize(("one", "other"), [*SAME, *SOUND, *SIMILAR])
    def test_who_is_alike_shares_a_key(self, one: str, other: str) -> None:
        assert set(name_of(one).keys) & set(name_of(other).keys)

    @given(st.lists(st.sampled_from(["Rəşad", "Əliyev", "Mehmet", "Yılmaz", "Гасан", "Ли"]), min_size=1, max_size=4))
    def test_the_order_of_its_parts_is_of_no_matter(self, words: list[str]) -> None:
        assert alike(" ".join(words), " ".join(reversed(words))) == 100

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_any_text_has_a_likeness_and_both_ways_the_same(self, one: str, other: str) -> None:
        assert alike(one, other) == alike(other, one)
        assert alike(one, one) in {0, 100}

    @given(st.sampled_from(["Mehmet Yılmaz", "Gülnarə Hüseynova", "Süleyman Demirel"]), st.data())
    def test_one_letter_more_or_less_is_found(self, name: str, data: st.DataObject) -> None:
        """Whatever letter of a long name is lost or doubled, they share a key and are similar at least."""
        place = data.draw(st.sampled_from([place for place, letter in enumerate(name) if letter != " "]))
        for typed in (name[:place] + name[place + 1 :], name[:place] + name[place] + name[place:]):
            assert alike(name, typed) >= ALIKE, typed
            assert set(name_of(name).keys) & set(name_of(typed).keys), typed


class TestBadges:
    @pytest.mark.parametrize("badge", ["GRL-0085", "grl-0085", " GRL 0085 ", "GRL0085", "grl/0085", "ＧＲＬ-0085"])
    def test_one_badge_however_it_is_written(self, badge: str) -> None:
        assert badge_letters(badge) == "grl0085"

    def test_leading_zeros(self) -> None:
        stems = [badge_stem(badge_letters(badge)) for badge in ("GRL-85", "GRL-0085", "0085", "85", "A-00-01", "000")]
        assert stems == ["grl85", "grl85", "85", "85", "a1", "0"]

    @given(st.text(max_size=20))
    def test_any_text(self, badge: str) -> None:
        assert badge_letters(badge_letters(badge)) == badge_letters(badge)
        badge_stem(badge_letters(badge))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Neft Daşları MMC", "NEFT DASLARI", True),
        ("Caspian Drilling LLC", "Caspian Driling Ltd.", True),
        ("A.Ş. Yapı", "Yapi AS", True),
        ("Contractor 10", "Contractor 11", False),
        ("Caspian Drilling", "Caspian Catering", False),
        ("MMC", "LLC", False),
    ],
)
def test_companies(one: str, other: str, same: bool) -> None:
    assert is_company_alike(one, other) is same


def described(badge: str, first: str, last: str, company_id: int | None = 1, company: str = "Neft") -> Described:
    return Described(badge, first, last, company_id, company)


class TestBothTogether:
    ONE = described("GRL-0085", "Rəşad", "Əliyev")

    @pytest.mark.parametrize(
        ("other", "band", "reason"),
        [
            (
                described("grl 0085", "RESHAD", "ALIYEV", 2, "Other"),
                Band.VERY_LIKELY,
                "The same badge, written otherwise, the same name, spelled otherwise",
            ),
            (described("GRL-0085", "Ali", "Kaya", 2, "Other"), Band.POSSIBLE, "The same badge, another name"),
            (
                described("GRL-85", "Rəşad", "Əliyev", 2, "Other"),
                Band.LIKELY,
                "The same badge but for leading zeros, the same name",
            ),
            (described("GRL-85", "Ali", "Kaya", 2, "Other"), None, ""),
            (described("X-1", "Əliyev", "Rəşad"), Band.LIKELY, "The same name, the same company"),
            (
                described("X-1", "Rashad", "Aliyev"),
                Band.LIKELY,
                "The same name, spelled otherwise, the same company",
            ),
            (
                described("X-1", "Rəşad", "Əliyev", None, "NEFT MMC"),
                Band.POSSIBLE,
                "The same name, a similar company",
            ),
            (described("X-1", "Rəşad", "Əliyeva"), Band.POSSIBLE, "A similar name, the same company"),
            # Two doubts at once, or another company: nothing.
            (described("X-1", "Rəşad", "Əliyeva", 2, "Neft MMC"), None, ""),
            (described("X-1", "Rəşad", "Əliyev", 2, "Other"), None, ""),
            (described("", "", ""), None, ""),
        ],
    )
    def test_what_speaks_for_one_person(self, other: Described, band: Band | None, reason: str) -> None:
        for found in (likeness(self.ONE, other), likeness(other, self.ONE)):
            assert (found.band if found else None, found.reason if found else "") == (band, reason)

    def test_no_badge_is_no_common_badge(self) -> None:
        assert likeness(described("", "A", "B"), described("", "C", "D")) is None


@pytest.mark.django_db
class TestOnTheSite:
    @pytest.fixture(autouse=True)
    def _site(self, site: Any) -> None:
        self.company = cast.make_company(name="Neft Daşları MMC")

    def person(self, badge: str, first: str, last: str, **given: Any) -> Worker:
        return cast.make_worker(
            employee_id=badge, first_name=first, last_name=last, **{"company": self.company, **given}
        )

    def asked(self, badge: str, first: str, last: str, company: Company | None = None) -> list[tuple[int, str]]:
        company = company or self.company
        one = Described(badge, first, last, company.pk, company.name)
        return [(match.worker_id, match.band) for match in similar_to([one], by=ADMIN)[0]]

    def test_somebody_new_who_is_there_already(self) -> None:
        same = self.person("A-1", "Rəşad", "Əliyev", status="INACTIVE")
        spelled = self.person("A-2", "Rashad", "Aliyev")
        self.person("A-3", "Rəşad", "Əliyev", company=cast.make_company())
        zeros = self.person("N-0077", "Reşad", "Aliyev", company=cast.make_company())
        assert self.asked("N-77", "Rəşad", "Əliyev") == [
            (zeros.pk, "LIKELY"),
            (same.pk, "LIKELY"),
            (spelled.pk, "LIKELY"),
        ]
        assert self.asked("Z-1", "Somebody", "Else") == []

    def test_a_company_that_is_not_known_yet(self) -> None:
        same = self.person("A-1", "Rəşad", "Əliyev")
        one = Described("B-1", "Rəşad", "Əliyev", None, "NEFT DASLARI")
        assert [match.worker_id for match in similar_to([one], by=ADMIN)[0]] == [same.pk]

    def test_the_badge_of_a_merged_row_finds_who_stays(self) -> None:
        gone, stays = self.person("OLD-1", "Rəşad", "Əliyev"), self.person("NEW-1", "Kamran", "Əliyev")
        merge(gone, stays)
        for badge in ("OLD-1", "old 1"):
            (match,) = similar_to([Described(badge, "X", "Y", None, "")], by=ADMIN)[0]
            assert (match.worker_id, match.reason) == (stays.pk, "An earlier badge of this worker")
        # Whoever was merged is proposed no more.
        assert self.asked("B-1", "Rəşad", "Əliyev") == []

    def test_the_erased_are_found_by_nothing(self) -> None:
        self.person("ANON-1", "Rəşad", "Əliyev", status="INACTIVE", anonymised_at=AT)
        assert self.asked("ANON-1", "Rəşad", "Əliyev") == []

    def test_some_may_be_left_out(self) -> None:
        same = self.person("A-1", "Rəşad", "Əliyev")
        one = Described("A-1", "Rəşad", "Əliyev", self.company.pk, self.company.name)
        assert similar_to([one], by=ADMIN, but=[same.pk]) == [[]]

    def test_pairs_the_likeliest_first_in_pages(self) -> None:
        first, second = self.person("A-1", "Rəşad", "Əliyev"), self.person("a 1", "Əliyev", "Rəşad")
        third = self.person("A-3", "Rashad", "Aliyev")
        slip = self.person("A-4", "Mehmet", "Yılmaz"), self.person("A-5", "Mehmet", "Yilmza")
        whole = duplicates(by=ADMIN)
        assert [(one.one_id, one.other_id, one.band) for one in whole.items] == [
            (first.pk, second.pk, "VERY_LIKELY"),
            (first.pk, third.pk, "LIKELY"),
            (second.pk, third.pk, "LIKELY"),
            (slip[0].pk, slip[1].pk, "POSSIBLE"),
        ]
        assert (whole.total, whole.next_cursor) == (4, None)
        paged, cursor = [], None
        while True:
            page = duplicates(by=ADMIN, limit=1, cursor=cursor)
            paged += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert paged == whole.items
        assert [one.other_id for one in duplicates(by=ADMIN, worker_id=first.pk).items] == [second.pk, third.pk]

    def test_who_was_told_apart_or_merged_is_not_proposed_again(self) -> None:
        first, second, third = (self.person(f"A-{n}", "Rəşad", "Əliyev") for n in range(3))
        say_distinct(second.pk, first.pk, by=ADMIN, at=AT)
        pairs = [(one.one_id, one.other_id) for one in duplicates(by=ADMIN).items]
        assert pairs == [(first.pk, third.pk), (second.pk, third.pk)]
        # The third is the second, who is not the first: nothing is left to ask.
        merge(third, second)
        assert duplicates(by=ADMIN).items == []

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
    def test_admins_alone_ask(self, role: Role) -> None:
        for ask in (duplicates, lambda by: similar_to([], by=by)):
            with pytest.raises(Forbidden):
                ask(by=cast.actor(role))

    def test_thousands_at_once_cost_what_one_does(self) -> None:
        """Set-based: the same statements for one row and for all rows of an import; no comparing of all with all."""
        people = [self.person(f"P-{n:04}", f"Ad{n}", f"Soyad{n}") for n in range(40)]
        costs = []
        for number in (1, 4_000):
            rows = [
                Described(f"N-{n}", f"Ad{n % 40}", f"Soyad{n % 40}", self.company.pk, self.company.name)
                for n in range(number)
            ]
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as statements:
                found = similar_to(rows, by=ADMIN)
            assert time.perf_counter() - began < 5
            costs.append(len(statements))
        assert [match.worker_id for match in found[17]] == [people[17].pk]
        assert costs == [3, 3]
        with CaptureQueriesContext(connection) as statements:
            duplicates(by=ADMIN)
        assert len(statements) == 3

    def test_a_name_that_everybody_has_says_nothing(self) -> None:
        """A site where hundreds are called alike is not compared pair by pair."""
        for number in range(MOST_OF_ONE_KEY + 5):
            self.person(f"Q-{number}", "Əli", "Əliyev")
        assert duplicates(by=ADMIN).total == 0
