"""What cells say of a day, and what a column decides; nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.exchange.imports.rules.days import DayRead, Family, Order, Source, Unclear, read_day
from titan.exchange.imports.rules.months import MONTHS
from titan.exchange.imports.rules.order import DayColumn, said_order

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1950, 1, 1), date(2200, 12, 31))
RECENT = st.dates(date(1970, 1, 1), date(2056, 11, 22))


def read(cell: object, *, is_1904: bool = False) -> DayRead:
    return read_day(cell, is_1904=is_1904, today=TODAY)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-04", (2026, 3, 4)),
        ("2026.3.4", (2026, 3, 4)),
        ("2026/03/04 08:30", (2026, 3, 4)),
        ("2026-03-04T00:00:00", (2026, 3, 4)),
        ("25/12/2025", (2025, 12, 25)),
        ("12/25/2025", (2025, 12, 25)),
        (" 25 . 12 . 2025 ", (2025, 12, 25)),
        ("25.12.25", (2025, 12, 25)),
        ("25.12.1979", (1979, 12, 25)),
        ("25.12.79", (1979, 12, 25)),
        ("01/01/2026", (2026, 1, 1)),
        ("12 Mart 2025", (2025, 3, 12)),
        ("12 AĞUSTOS 2024 Pazartesi", (2024, 8, 12)),
        ("3-Eyl-25", (2025, 9, 3)),
        ("March 12th, 2025", (2025, 3, 12)),
        ("5 января 2024", (2024, 1, 5)),
        ("1 iyun 2023", (2023, 6, 1)),
        ("20260304", (2026, 3, 4)),
        ("25122026", (2026, 12, 25)),
        (20260304, (2026, 3, 4)),
        (45123, (2023, 7, 16)),
        ("45123", (2023, 7, 16)),
        ("45123,5", (2023, 7, 16)),
        (45123.75, (2023, 7, 16)),
        ({"d": "2026-03-04"}, (2026, 3, 4)),
        ({"d": "2026-03-04T23:30:00"}, (2026, 3, 4)),
        ({"f": {"d": "2026-03-04"}, "v": False}, (2026, 3, 4)),
        ("'25.12.2025", (2025, 12, 25)),
        ("\u00a025.12.2025\u200b", (2025, 12, 25)),
    ],
)
def test_a_day_is_read(cell: object, day: tuple[int, int, int]) -> None:
    assert read(cell).day == date(*day)


@pytest.mark.parametrize("cell", ["03/04/2026", "3.4.26", "3-4-2026", "03 04 2026", "03042026", "03/04/2026 10:00"])
def test_a_day_that_could_be_two_is_neither(cell: str) -> None:
    found = read(cell)
    assert found.day is None
    assert (found.dmy, found.mdy) == (date(2026, 4, 3), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("31.02.2026", Unclear.NO_SUCH_DAY),
        ("30/02/2025", Unclear.NO_SUCH_DAY),
        ("29.02.2025", Unclear.NO_SUCH_DAY),
        ("31/04/2025", Unclear.NO_SUCH_DAY),
        ("13/13/2025", Unclear.NO_SUCH_DAY),
        ("2026-02-30", Unclear.NO_SUCH_DAY),
        ("31 Nisan 2025", Unclear.NO_SUCH_DAY),
        ("25.12.0205", Unclear.OUT_OF_RANGE),
        ("25/12/1890", Unclear.OUT_OF_RANGE),
        ("2019", Unclear.DAY_MISSING),
        ("Mart 2025", Unclear.DAY_MISSING),
        (2019, Unclear.NO_DAY),
        ("12-14.03.2025", Unclear.NO_DAY),
        ("geçen hafta", Unclear.NO_DAY),
        ("12 Foo 2025", Unclear.NO_DAY),
        (True, Unclear.NO_DAY),
        ({"t": "08:00:00"}, Unclear.NO_DAY),
        ({"e": "#REF!"}, Unclear.ERROR),
        ({"f": {"d": "2026-03-04"}, "v": True}, Unclear.FORMULA),
        ({"f": None, "v": False}, Unclear.FORMULA),
        ({"f": {"e": "#REF!"}, "v": False}, Unclear.ERROR),
        ("2026-03-04T22:00:00Z", Unclear.HAS_ZONE),
    ],
)
def test_what_is_no_day_says_why(cell: object, why: Unclear) -> None:
    assert read(cell).unclear is why


@pytest.mark.parametrize("cell", [None, "", " ", "-", "—", "N/A", "n/a", "yok", "00.00.0000", "0"])
def test_nothing_is_nothing(cell: object) -> None:
    assert read(cell).is_blank


@pytest.mark.parametrize("cell", ["Süresiz", "SÜRESİZ", "süresız", "Never", "unlimited", "müddətsiz", "бессрочно"])
def test_never_is_never(cell: str) -> None:
    assert read(cell).never


@given(st.dates(date(1950, 1, 1), date(2173, 10, 13)))
def test_both_date_systems_give_the_same_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert read(serial).day == read(str(serial)).day == read(serial - 1462, is_1904=True).day == day


@given(DAYS, st.sampled_from(["/", ".", "-", " "]), st.booleans())
def test_numbers_are_the_day_in_one_order_or_both(day: date, separator: str, pad: bool) -> None:
    shape = "{:02}" if pad else "{}"
    text = separator.join([shape.format(day.day), shape.format(day.month), f"{day.year:04}"])
    found = read(text)
    assert day in {found.day, found.dmy}
    assert found.in_order(Order.DMY) == day
    if found.day is None:
        assert found.mdy == date(day.year, day.day, day.month)
    else:
        assert day.day > 12 or day.day == day.month
        assert found.order is (Order.DMY if day.day > 12 else None)


@given(
    RECENT,
    st.sampled_from(sorted(MONTHS)),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{y} {m} {d}", "{d}-{m}-{y}"]),
)
def test_months_in_letters_are_certain(day: date, name: str, shape: str) -> None:
    day = date(day.year, MONTHS[name], min(day.day, 28))
    assert read(shape.format(d=day.day, m=name.title(), y=day.year)).day == day


@given(RECENT)
def test_a_short_year_is_the_nearest_one(day: date) -> None:
    found = read(f"{day.day}.{day.month}.{day.year % 100:02}").in_order(Order.DMY)
    assert found is not None
    assert found.year % 100 == day.year % 100
    assert TODAY.year - 70 < found.year <= TODAY.year + 30


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = read(text)
    assert sum([found.is_blank, found.day is not None, found.never, found.is_either, found.unclear is not None]) == 1


def column(*cells: object, said: Order | None = None) -> DayColumn:
    told = DayColumn(said=said)
    for row, cell in enumerate(cells):
        told.add(read(cell), row, 0, cell)
    return told


class TestWhatAColumnDecides:
    def test_one_certain_day_decides_for_its_way_of_writing(self) -> None:
        told = column("03/04/2026", "25/12/2025")
        assert (told.decided(Family.OTHER), told.asks_order) == (Order.DMY, False)
        assert column("03-04-2026", "12-25-2025").decided(Family.OTHER) is Order.MDY

    def test_nothing_decides_and_so_it_asks(self) -> None:
        told = column("03/04/2026", "05/06/2026", "2026-01-31", 45123, "12 Mart 2025")
        assert told.asks_order
        assert told.examples == [(0, 0, "03/04/2026"), (1, 0, "05/06/2026")]

    def test_two_minds_decide_nothing(self) -> None:
        assert column("03/04/2026", "25/12/2025", "12/25/2025").asks_order

    def test_dots_are_day_first_unless_some_are_not(self) -> None:
        assert not column("03.04.2026").asks_order
        assert column("03.04.2026", "12.25.2025").asks_order

    def test_dots_say_nothing_about_slashes(self) -> None:
        assert column("03/04/2026", "25.12.2025").asks_order

    @pytest.mark.parametrize(
        ("heading", "order"),
        [
            ("Tarih (gg.aa.yyyy)", Order.DMY),
            ("Date (MM/DD/YYYY)", Order.MDY),
            ("Start date dd/mm/yy", Order.DMY),
            ("Eğitim Tarihi GG/AA/YYYY", Order.DMY),
            ("Date", None),
            ("MM DD", None),
        ],
    )
    def test_a_heading_may_say_it(self, heading: str, order: Order | None) -> None:
        assert said_order(heading) is order
        assert column("03/04/2026", said=order).asks_order == (order is None)

    def test_swapped_days_are_noticed(self) -> None:
        cells = [{"d": f"2026-0{month}-0{month + 1}"} for month in range(1, 7)]
        assert column(*cells, "25/12/2025").asks_swapped
        assert not column(*cells).asks_swapped
        assert not column(*cells, "25/12/2025", {"d": "2026-01-30"}).asks_swapped
        assert not column(*cells, "25/12/2025", "03/04/2025").asks_swapped
        assert not column(*cells[:4], "25/12/2025").asks_swapped

    @given(st.lists(DAYS, min_size=1, max_size=30))
    def test_a_column_of_one_hand_is_read_or_asked(self, days: list[date]) -> None:
        told = column(*(f"{day.day:02}/{day.month:02}/{day.year}" for day in days))
        if any(day.day > 12 for day in days):
            assert told.decided(Family.OTHER) is Order.DMY
        else:
            assert told.asks_order == any(day.day != day.month for day in days)
        assert told.decided(Family.OTHER) is not Order.MDY


def test_serials_are_told_from_cells() -> None:
    assert read(45123).source is Source.SERIAL
    assert read({"d": "2023-07-16"}).source is Source.CELL
    assert read({"d": "2023-07-16"}).day == date(1899, 12, 30) + timedelta(days=45123)
