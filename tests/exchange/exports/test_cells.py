"""No text becomes a formula, in either format, and each text comes back as it was."""

from __future__ import annotations

import csv
import io
import tracemalloc
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.exchange.exports.world import NASTY
from titan.compliance.rules import Colour
from titan.core.page import Page
from titan.exchange.apostrophes import harmless, restored
from titan.exchange.exports.cells import as_text
from titan.exchange.exports.csv_file import csv_chunks
from titan.exchange.exports.files import Format, export_file
from titan.exchange.exports.listing import Column, Listing, Marked, whole
from titan.exchange.exports.xlsx_file import write_xlsx

BAKU = ZoneInfo("Asia/Baku")
AT = datetime(2026, 11, 22, 9, 0, tzinfo=BAKU)
BEGINNINGS = st.sampled_from(["", "=", "+", "-", "@", "'", "''=", "\t", "\r", "＝", "<r>", "_x000A_", "00"])
# What a field of Titan can hold: no control characters but those of lines, no half letters, trimmed.
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n\t")
TEXTS = st.tuples(BEGINNINGS, st.text(LETTERS, max_size=40)).map("".join)
FIELDS = TEXTS.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(lambda text: "\r" not in text)


def of(texts: list[str]) -> Listing[str]:
    """Return a list with a column of these texts."""
    return Listing("texts", "Texts", [Column("text", "=Text", lambda text: text)], whole(texts), BAKU)


def in_csv(texts: list[str], separator: str = ",") -> list[str]:
    content = b"".join(csv_chunks(of(texts), separator=separator))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))
    assert rows[0] == ["'=Text"]
    return [row[0] if row else "" for row in rows[1:]]


def in_xlsx(texts: list[str]) -> bytes:
    target = io.BytesIO()
    write_xlsx([of(texts)], target, made_at=AT)
    return target.getvalue()


@given(st.text())
@example("'")
@example("''=1")
def test_each_text_comes_back_and_none_begins_a_formula(text: str) -> None:
    shown = harmless(text)
    assert restored(shown) == text
    assert shown[:1] not in {*"=+-@\t\r\n＝＋－＠"}


@given(TEXTS)
def test_texts_that_were_never_exported_are_left_as_they_are(text: str) -> None:
    if not text.startswith("'"):
        assert restored(text) == text


@given(st.lists(FIELDS, max_size=5), st.sampled_from([",", ";"]))
@example(list(NASTY), ",")
def test_csv_gives_back_each_text(texts: list[str], separator: str) -> None:
    assert [restored(cell) for cell in in_csv(texts, separator)] == texts


@settings(max_examples=40)
@given(st.lists(FIELDS, min_size=1, max_size=8))
@example(list(NASTY))
def test_xlsx_holds_each_text_as_text(texts: list[str]) -> None:
    content = in_xlsx(texts)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [sheet.cell(number + 2, 1) for number, text in enumerate(texts) if text]
    assert {(cell.data_type, cell.number_format) for cell in cells} <= {("s", "@")}
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    found = [row[0] for row in rows][1:]
    assert (found + [""] * len(texts))[: len(texts)] == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (7.5, "7.5"),
        (date(2026, 2, 3), "2026-02-03"),
        (datetime(2026, 2, 3, 22, 30, 59, tzinfo=ZoneInfo("UTC")), "2026-02-04 02:30"),
        (Marked("Red", Colour.RED), "Red"),
    ],
)
def test_values_read_the_same_everywhere(value: object, text: str) -> None:
    assert as_text(value, BAKU) == text  # type: ignore[arg-type]


def test_a_long_text_is_cut_where_a_workbook_has_no_room() -> None:
    content = in_xlsx(["x" * 40_000, "𝔘" * 20_000, "y" * 32_767])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cut, wide, whole_text = (str(sheet.cell(row, 1).value) for row in (2, 3, 4))
    assert cut.endswith("…")
    assert len(wide.encode("utf-16-le")) // 2 <= 32_767
    assert wide.endswith("…")
    assert whole_text == "y" * 32_767


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    def peak(rows: int) -> int:
        columns = [Column(str(n), str(n), lambda row: f"text {row}", width=9) for n in range(4)]

        def page(cursor: str | None) -> Page[int]:
            first = int(cursor or 0)
            return Page(list(range(first, first + 1000)), str(first + 1000) if first + 1000 < rows else None, None)

        tracemalloc.start()
        file = export_file(Listing("rows", "Rows", columns, page, BAKU), Format(form), at=AT)
        assert sum(map(len, file.chunks)) > rows
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1_000)
    assert peak(12_000) < peak(3_000) + 500_000
