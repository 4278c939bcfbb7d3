"""Texts, numbers, lists, names, headings: what real cells and headings mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.exchange.imports.reading.lines import column_index, column_letter
from titan.exchange.imports.reading.parts import padded_format
from titan.exchange.imports.rules import words
from titan.exchange.imports.rules.amounts import Unit, minutes, months, said_unit, whole_number
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.folding import case_key, code_key, fold, fold_heading, tidy
from titan.exchange.imports.rules.headers import Clues, find_header, propose_columns
from titan.exchange.imports.rules.hints import hinted_kind
from titan.exchange.imports.rules.lists import split_list
from titan.exchange.imports.rules.names import Names, code_from
from titan.exchange.imports.rules.rowkinds import NotData, not_data
from titan.exchange.imports.rules.states import Kind
from titan.exchange.imports.rules.texts import NameOrder, Unfit, lost_letters, read_text, split_name


class TestFolding:
    @pytest.mark.parametrize(
        "same", [("İŞE GİRİŞ", "işe giriş"), ("IĞDIR", "Iğdır"), ("Məhəmməd", "MƏHƏMMƏD"), ("STRAẞE", "strasse")]
    )
    def test_case_and_dots_do_not_matter(self, same: tuple[str, str]) -> None:
        assert fold(same[0]) == fold(same[1])

    def test_headings_lose_their_brackets_and_marks(self) -> None:
        assert fold_heading("Sicil\nNo *") == "sicil no"
        assert fold_heading("Süre (saat)") == "sure"
        assert fold_heading("(kod)") == "kod"

    @pytest.mark.parametrize("alike", [("NGT-00123", "ngt 123"), ("00123", "123"), ("A-1", "a1"), ("W 007", "W-7")])
    def test_badges_have_much_in_common(self, alike: tuple[str, str]) -> None:
        assert code_key(alike[0]) == code_key(alike[1])

    @pytest.mark.parametrize("other", [("100", "10"), ("A-10", "A-1"), ("000", "1"), ("12-3", "1-24")])
    def test_others_have_not(self, other: tuple[str, str]) -> None:
        assert code_key(other[0]) != code_key(other[1])

    @given(st.text(max_size=30))
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)
        assert tidy(tidy(text)) == tidy(text)
        assert case_key(text) == case_key(case_key(text))

    @given(st.text(alphabet="abcçdefgğhıijklmnoöprsştuüvyzəxqw ", min_size=1, max_size=30))
    def test_turkish_capitals_are_the_same_word(self, text: str) -> None:
        capitals = text.translate(str.maketrans({"i": "İ", "ı": "I"})).upper()
        assert fold(capitals) == fold(text)
        assert case_key(capitals) == case_key(text)


class TestTexts:
    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            ("  Ali \n Can ", "Ali Can"),
            ("Ali\u00a0Veli", "Ali Veli"),
            ("\ufeffAli\u200b", "Ali"),
            (12345, "12345"),
            (12345.0, "12345"),
            ("00123", "00123"),
            ("'00123", "00123"),
            (994501234567, "994501234567"),
            ("-", ""),
            ("—", ""),
            (None, ""),
        ],
    )
    def test_are_tidied(self, cell: Any, text: str) -> None:
        assert read_text(cell).text == text

    @pytest.mark.parametrize(
        ("cell", "why"),
        [
            ({"f": "Kaya", "v": False}, Unfit.FORMULA),
            ({"f": None, "v": False}, Unfit.FORMULA),
            ("=A1", Unfit.LOOKS_LIKE_FORMULA),
            ("+1+1", Unfit.LOOKS_LIKE_FORMULA),
            ("@SUM(A1)", Unfit.LOOKS_LIKE_FORMULA),
            ("-2+3", Unfit.LOOKS_LIKE_FORMULA),
            ("'=cmd|' /C calc'!A0", Unfit.LOOKS_LIKE_FORMULA),
            ({"e": "#REF!"}, Unfit.ERROR),
            ("#N/A", Unfit.ERROR),
            ("#YOK", Unfit.ERROR),
            ("######", Unfit.ERROR),
            ({"d": "2026-02-01"}, Unfit.IS_A_DATE),
            ({"t": "08:00:00"}, Unfit.IS_A_DATE),
            (True, Unfit.NOT_TEXT),
            ("9.94501E+11", Unfit.SHORTENED),
            (9.94501e20, Unfit.SHORTENED),
        ],
    )
    def test_what_is_no_text_says_why(self, cell: Any, why: Unfit) -> None:
        assert read_text(cell).unfit is why

    def test_a_phone_may_begin_with_a_plus(self) -> None:
        assert read_text("+994 50 123-45-67", is_phone=True).text == "+994 50 123-45-67"
        assert read_text("'+994501234567", is_phone=True).text == "+994501234567"
        assert read_text("+A1", is_phone=True).unfit is Unfit.LOOKS_LIKE_FORMULA

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("?ahin", Unfit.LETTER_LOST),
            ("G\ufffdne\ufffd", Unfit.LETTER_LOST),
            ("Ã–zgÃ¼r", Unfit.GARBLED),
            ("ÅžAHÄ°N", Unfit.GARBLED),
            ("Åkerman", None),
            ("Şahin", None),
            ("O'Neil", None),
            ("Ñandú", None),
        ],
    )
    def test_lost_letters_are_noticed(self, name: str, why: Unfit | None) -> None:
        assert lost_letters(name) is why

    @given(
        st.one_of(st.text(max_size=50), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
    )
    def test_nothing_breaks_it(self, cell: Any) -> None:
        found = read_text(cell)
        assert found.unfit is not None or not found.text.startswith(("=", "+", "-", "@"))

    def test_whole_names(self) -> None:
        assert split_name("Ali Can Demir", NameOrder.FIRST_LAST) == ("Ali Can", "Demir")
        assert split_name("Demir Ali Can", NameOrder.LAST_FIRST) == ("Ali Can", "Demir")
        assert split_name("DEMİR, Ali", NameOrder.FIRST_LAST) == ("Ali", "DEMİR")
        assert split_name("Ali", NameOrder.LAST_FIRST) == ("Ali", "")


class TestAmounts:
    @pytest.mark.parametrize(
        ("cell", "unit", "value"),
        [
            ("8 saat", None, 480),
            ("8h", None, 480),
            ("1,5 h", None, 90),
            ("480 dk", None, 480),
            ("08:00", None, 480),
            ({"t": "08:00:00"}, None, 480),
            ("1 saat 30 dk", None, 90),
            ("8", Unit.HOURS, 480),
            (8, Unit.MINUTES, 8),
            (8, None, None),
            ("1 gün", None, None),
            ("uzun", None, None),
        ],
    )
    def test_minutes(self, cell: Any, unit: Unit | None, value: int | None) -> None:
        assert minutes(cell, unit) == value

    @pytest.mark.parametrize(
        ("cell", "unit", "value"),
        [
            ("12 ay", None, 12),
            ("1 yıl", None, 12),
            ("2 years", None, 24),
            ("24", Unit.MONTHS, 24),
            (2, Unit.YEARS, 24),
            ("süresiz", None, 0),
            (0, None, 0),
            ("24", None, None),
            ("1 il", None, 12),
            ("8 saat", None, None),
        ],
    )
    def test_months(self, cell: Any, unit: Unit | None, value: int | None) -> None:
        assert months(cell, unit) == value

    def test_a_heading_may_say_the_unit(self) -> None:
        said = {
            "Süre (saat)": Unit.HOURS,
            "duration_minutes": Unit.MINUTES,
            "Validity (months)": Unit.MONTHS,
            "Geçerlilik (yıl)": Unit.YEARS,
        }
        assert {heading: said_unit(heading) for heading in said} == said
        assert said_unit("Length") is None

    @pytest.mark.parametrize(
        ("cell", "number"),
        [("1 200", 1200), ("20.0", 20), (20.0, 20), ("20,5", None), ("x", None), (True, None), ("", None)],
    )
    def test_whole_numbers(self, cell: Any, number: int | None) -> None:
        assert whole_number(cell) == number


class TestLists:
    KNOWN = frozenset({"a1", "b", "unit 1/2", "c, d"})

    def split(self, text: str) -> list[str]:
        return split_list(text, lambda part: part.casefold() in self.KNOWN)

    @pytest.mark.parametrize(
        "separator", [";", ",", "|", "\n", " / ", "/", " & ", " + ", " ve ", " and ", " - ", ";;", " ; "]
    )
    def test_any_separator_will_do(self, separator: str) -> None:
        assert self.split(f"A1{separator}B") == ["A1", "B"]

    def test_what_is_known_as_a_whole_is_one(self) -> None:
        assert self.split("Unit 1/2; B") == ["Unit 1/2", "B"]
        assert self.split("C, D") == ["C, D"]

    def test_what_is_not_known_is_split_where_that_is_certain(self) -> None:
        assert self.split("X; Y, Z") == ["X", "Y", "Z"]
        assert self.split("Depo/Ambar") == ["Depo/Ambar"]
        assert self.split("A1; A1") == ["A1"]
        assert self.split("A1; -") == ["A1"]


class TestNames:
    def names(self) -> Names:
        return Names.of({"NGT": ["Northgate İnşaat"], "BOS": ["Boğaziçi"], "B2": ["Boğaziçi"]})

    @pytest.mark.parametrize(
        "text",
        ["NGT", "ngt", " Northgate  Insaat", "NORTHGATE İNŞAAT", "NGT - Northgate İnşaat", "Northgate İnşaat (NGT)"],
    )
    def test_found_by_code_or_name(self, text: str) -> None:
        assert self.names().find(text).code == "NGT"

    def test_two_of_a_name_are_not_chosen_from(self) -> None:
        found = self.names().find("bogazici")
        assert (found.code, found.candidates) == ("", ("B2", "BOS"))

    def test_what_is_not_there_is_not_there(self) -> None:
        assert not self.names().knows("Northgate")
        assert self.names().alike("Nortgate İnsaat") == ["NGT"]

    def test_codes_are_made_of_names(self) -> None:
        assert code_from("Çelik & Yapı A.Ş.", []) == "CELIK-YAPI-A-S"
        assert code_from("Çelik", ["CELIK"]) == "CELIK-2"
        assert code_from("!!!", []) == "NEW"
        assert len(code_from("x" * 100, ["X" * 40])) == 40


class TestHeadings:
    def test_every_field_knows_its_own_name(self) -> None:
        for kind, fields in FIELDS.items():
            for field in fields:
                found = propose_columns([field.name], kind)
                assert [mapped.field for mapped in found.values()] in ([field.name], ["full_name"]), (kind, field.name)

    @pytest.mark.parametrize(
        ("headings", "fields"),
        [
            (["Badge No.", "Name", "Surname", "Company"], ["employee_id", "first_name", "last_name", "company_code"]),
            (["SİCİL NO", "ADI SOYADI", "FİRMASI"], ["employee_id", "full_name", "company_code"]),
            (["Tabel nömrəsi", "Soyad, Ad", "Vəzifəsi"], ["employee_id", "full_name", "role_code"]),
            (["Employee ID", "Name", "Contractor"], ["employee_id", "full_name", "company_code"]),
            (["Badge", "Company", "Company code"], ["employee_id", None, "company_code"]),
            (["Emplyee number", "First nam"], ["employee_id", "first_name"]),
            (["Табельный номер", "ФИО", "Должность"], ["employee_id", "full_name", "role_code"]),
        ],
    )
    def test_of_workers(self, headings: list[str], fields: list[str | None]) -> None:
        found = propose_columns(headings, Kind.WORKERS)
        assert [found[index].field if index in found else None for index in range(len(headings))] == fields

    def header(self, *rows: list[Any], sheet: str = "", courses: tuple[str, ...] = ()) -> Any:
        lines = [(number, list(cells)) for number, cells in enumerate(rows, start=1)]
        clues = Clues(lambda text: text if text in courses else None, hint=hinted_kind(sheet))
        return find_header(lines, clues)

    def test_is_found_under_title_rows(self) -> None:
        found = self.header(
            ["PERSONEL LİSTESİ"],
            ["Firma: Northgate", None, "Tarih: 1.1.2026"],
            ["Sicil", "Ad", "Soyad", "Firma"],
            ["1", "A", "B", "C"],
        )
        assert (found.row, found.kind) == (3, Kind.WORKERS)

    def test_past_training_is_told_from_people(self) -> None:
        assert self.header(["Badge", "Full name", "Company", "Position", "Training", "Date"]).kind is Kind.RECORDS
        assert self.header(["Badge", "Full name", "Company", "Position", "Start date"]).kind is Kind.WORKERS

    def test_what_could_be_of_anything_is_not_decided(self) -> None:
        assert self.header(["Code", "Name"], ["A", "B"]).kind is None
        assert self.header(["Code", "Name"], ["A", "B"], sheet="Firmalar").kind is Kind.COMPANIES
        assert self.header(["Code", "Name"], ["A", "B"], sheet="Areas").kind is Kind.AREAS

    def test_a_matrix_is_known_by_its_courses(self) -> None:
        found = self.header(
            ["Badge", "Name", "H2S", "IND"], ["1", "A B", {"d": "2026-01-01"}, None], courses=("H2S", "IND")
        )
        assert (found.kind, found.courses) == (Kind.MATRIX, {2: "H2S", 3: "IND"})

    def test_a_matrix_is_known_by_its_days(self) -> None:
        day = {"d": "2026-01-01"}
        found = self.header(
            ["Sicil", "Ad Soyad", "Yangın", "İlk yardım", "Yüksekte"], ["1", "A B", day, day, "25.12.2025"]
        )
        assert (found.kind, found.courses) == (Kind.MATRIX, {2: "", 3: "", 4: ""})

    def test_the_day_of_hire_is_no_course(self) -> None:
        day = {"d": "2026-01-01"}
        found = self.header(
            ["Badge", "Name", "Hire date", "End date", "Role since", "Company"], ["1", "A B", day, day, day, "C"]
        )
        assert found.kind is Kind.WORKERS

    def test_a_matrix_of_two_rows(self) -> None:
        found = self.header(
            ["Badge", "Name", "H2S", None, "IND", None],
            [None, None, "Tarih", "Geçerlilik", "Tarih", "Geçerlilik"],
            ["1", "A B", {"d": "2026-01-01"}, {"d": "2027-01-01"}, None, None],
            courses=("H2S", "IND"),
        )
        assert (found.kind, found.last, found.courses) == (Kind.MATRIX, 2, {2: "H2S", 3: "H2S", 4: "IND", 5: "IND"})


class TestRowKinds:
    HEADINGS = ("No", "Badge", "Name", "Company")

    def kind(self, *cells: Any) -> NotData | None:
        return not_data(list(cells), [1, 2, 3], self.HEADINGS)

    def test_data_is_data(self) -> None:
        assert self.kind(1, "N-1", "Ali", "NGT") is None
        assert self.kind(1, None, "Ali", None) is None
        assert self.kind(None, "TOTAL", "Total E&P", None) is None

    @pytest.mark.parametrize(
        "cells",
        [
            ("Toplam", None, None, 3100),
            ("Total", "Toplam", 5, 6),
            ("TOPLAM: 3.100 kişi",),
            (None, "Total", 3, 4),
            ("Genel Toplam", {"f": 3, "v": False}),
        ],
    )
    def test_totals(self, cells: tuple[Any, ...]) -> None:
        assert self.kind(*cells) is NotData.TOTAL

    def test_others(self) -> None:
        assert self.kind(7, None, "-", None) is NotData.BLANK
        assert self.kind(None, "Hazırlayan: A. Kaya") is NotData.FOOTER
        assert self.kind("No", "Badge", "Name", "Company") is NotData.HEADER


def test_words_do_not_contradict_each_other() -> None:
    for known in (words.STATUSES, words.YES_NO, words.RESULTS, words.REQUIREMENT_TYPES):
        assert "" not in known
    assert words.STATUSES[fold("İŞTEN AYRILDI")] == "INACTIVE"
    assert words.STATUSES[fold("kara liste")] == "BLACKLISTED"


@given(st.integers(0, 16_383))
def test_columns_have_letters(index: int) -> None:
    assert column_index(column_letter(index)) == index


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [("00000", 123, "00123"), ('"NGT-"0000', 7, "NGT-0007"), ("00000;@", 5, "00005"), ("000", 1234, "1234")],
)
def test_formats_that_show_zeros(code: str, number: int, shown: str) -> None:
    padded = padded_format(code)
    assert padded is not None
    assert padded.show(number) == shown


@pytest.mark.parametrize("code", ["0", "General", "0.00", "#,##0", "dd/mm/yyyy", "0%", "00.00"])
def test_formats_that_do_not(code: str) -> None:
    assert padded_format(code) is None
