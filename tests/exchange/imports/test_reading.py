"""Bytes as tables: whatever people save, read in a child process that hostile files cannot harm."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.evidence import strange
from tests.exchange.imports.files import Formula, Shown, workbook
from titan.evidence.limits import NotAccepted
from titan.exchange.imports.reading import FileFound, read_file

LINES = 'Sicil;Ad;Açıklama\r\nN-1;Şükrü Iğdır;"a;b"\r\n00123;Əli;x\r\n'
Read = tuple[FileFound, list[tuple[int, int, list[Any]]]]


def read(tmp_path: Path, content: bytes) -> Read:
    source, target = tmp_path / "source", tmp_path / "rows"
    source.write_bytes(content)
    found = read_file(source, target)
    return found, [tuple(json.loads(line)) for line in target.read_text().splitlines()]


def rows(found: Read) -> list[list[Any]]:
    return [cells for _sheet, _row, cells in found[1]]


class TestCsv:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
    def test_unicode_in_any_dress(self, tmp_path: Path, encoding: str) -> None:
        marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
        found = read(tmp_path, marks.get(encoding, b"") + LINES.encode(encoding))
        assert rows(found) == [["Sicil", "Ad", "Açıklama"], ["N-1", "Şükrü Iğdır", "a;b"], ["00123", "Əli", "x"]]

    @pytest.mark.parametrize(
        ("encoding", "text", "name"),
        [
            ("cp1254", "Sicil;Ad\nN-1;Şükrü Iğdır ÇÖĞÜŞİ\n", "Windows-1254 (Turkish)"),
            (
                "cp1251",
                "Табель;Имя;Фамилия\n1;Клавдий;Доронин\n2;Ольга;Петрова\n3;Анна;Жукова\n",
                "Windows-1251 (Cyrillic)",
            ),
            ("ascii", "Sicil;Ad\nN-1;Ali\n", "UTF-8"),
        ],
    )
    def test_code_pages_of_windows(self, tmp_path: Path, encoding: str, text: str, name: str) -> None:
        found = read(tmp_path, text.encode(encoding))
        assert found[0].encoding == name
        assert rows(found)[1][1] == text.splitlines()[1].split(";")[1]

    @pytest.mark.parametrize(
        ("delimiter", "name"), [(";", "semicolons"), (",", "commas"), ("\t", "tabs"), ("|", "bars")]
    )
    def test_any_delimiter(self, tmp_path: Path, delimiter: str, name: str) -> None:
        text = f'Badge{delimiter}Name{delimiter}Note\n1{delimiter}"A, B; C"{delimiter}\n2{delimiter}D{delimiter}e\n'
        found = read(tmp_path, text.encode())
        assert found[0].delimiter == name
        assert rows(found)[1] == ["1", "A, B; C"]

    def test_a_told_delimiter_counts_and_its_row_too(self, tmp_path: Path) -> None:
        found = read(tmp_path, b"sep=|\nBadge|Name, first\n1|A\n")
        assert found[1] == [(0, 2, ["Badge", "Name, first"]), (0, 3, ["1", "A"])]

    def test_title_rows_and_line_breaks_in_cells(self, tmp_path: Path) -> None:
        found = read(tmp_path, b'Liste\n\n"Sicil\nNo";Ad;Soyad\n1;"A\nB";C\n2;D;E\n')
        assert [(row, cells) for _sheet, row, cells in found[1]] == [
            (1, ["Liste"]),
            (3, ["Sicil\nNo", "Ad", "Soyad"]),
            (4, ["1", "A\nB", "C"]),
            (5, ["2", "D", "E"]),
        ]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            ("Ad,Şükrü Öğüş\n".encode()[:-2] + b"\n", "UTF-8"),
            (b"a,b\x00c\n", "NUL"),
            (b"a,b\x01c\n", "control"),
            (b"<html><table></table></html>", "web page"),
            (b"%PDF-1.7", "no table"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel"),
            (b"a," * 500 + b"\n", "cells"),
            (b'a,"' + b"x" * 200_000 + b"\n", "quote"),
        ],
    )
    def test_what_is_no_table_is_refused(self, tmp_path: Path, content: bytes, why: str) -> None:
        with pytest.raises(NotAccepted, match=why):
            read(tmp_path, content)


class TestWorkbooks:
    @pytest.mark.parametrize("is_1904", [False, True])
    def test_both_date_systems(self, tmp_path: Path, is_1904: bool) -> None:
        found = read(tmp_path, workbook(("A", [["x", date(2026, 3, 4), 45123]]), is_1904=is_1904))
        assert found[0].is_1904 is is_1904
        assert rows(found) == [["x", {"d": "2026-03-04"}, 45123]]

    def test_formulas_errors_and_shown_zeros_are_told(self, tmp_path: Path) -> None:
        cells = [
            Formula("=1+1", 2),
            Formula("=TODAY()", date(2026, 3, 4)),
            Formula('=A1&"x"', "cached"),
            Formula("=1/0", "#DIV/0!"),
            Shown(123, "00000"),
            Shown(7, '"NGT-"0000'),
            "=1+1",
            True,
            " x ",
        ]
        found = read(tmp_path, workbook(("A", [cells])))
        assert rows(found) == [
            [
                {"f": 2, "v": False},
                {"f": {"d": "2026-03-04"}, "v": True},
                {"f": "cached", "v": False},
                {"f": {"e": "#DIV/0!"}, "v": False},
                "00123",
                "NGT-0007",
                "=1+1",
                True,
                " x ",
            ]
        ]

    def test_formulas_without_results_shared_ones_and_spills(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        page["B2"] = "=A1"
        page["C3"] = openpyxl.worksheet.formula.ArrayFormula("C3:C4", "=A1:A2")
        page["C4"] = 5
        page["D2"] = "#REF!"
        target = io.BytesIO()
        book.save(target)
        found = read(tmp_path, target.getvalue())
        assert [(row, cells) for _sheet, row, cells in found[1]] == [
            (2, [None, {"f": None, "v": False}, None, {"e": "#REF!"}]),
            (3, [None, None, {"f": None, "v": False}]),
            (4, [None, None, {"f": 5, "v": False}]),
        ]

    def test_merged_cells_say_the_same_downwards(self, tmp_path: Path) -> None:
        content = workbook(
            ("A", [["Title", None, None], ["NGT", "1", "a"], [None, "2", "b"], [None, None, None], ["BOS", "3", "c"]]),
            merged=[(0, 0, 0, 2), (1, 0, 3, 0)],
        )
        assert rows(read(tmp_path, content)) == [["Title"], ["NGT", "1", "a"], ["NGT", "2", "b"], ["BOS", "3", "c"]]

    def test_data_that_begins_anywhere(self, tmp_path: Path) -> None:
        found = read(tmp_path, workbook(("A", [[], [], [None, None, "x"], [], [None, None, None, "y"]])))
        assert found[1] == [(0, 3, [None, None, "x"]), (0, 5, [None, None, None, "y"])]

    def test_hidden_sheets_rows_and_columns(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        page = book.active
        page.title = "Shown"
        for row in range(1, 5):
            page.append([f"a{row}", f"b{row}"])
        page.row_dimensions[2].hidden = True
        page.column_dimensions["A"].hidden = True
        book.create_sheet("Hidden").sheet_state = "hidden"
        book["Hidden"]["A1"] = "x"
        target = io.BytesIO()
        book.save(target)
        found, lines = read(tmp_path, target.getvalue())
        assert [(s.name, s.is_hidden, s.rows, s.hidden_rows) for s in found.sheets] == [
            ("Shown", False, 4, 1),
            ("Hidden", True, 1, 0),
        ]
        assert lines[0] == (0, 1, ["a1", "b1"])

    def test_a_format_far_below_costs_nothing(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = "x"
        book.active["U1048576"].font = openpyxl.styles.Font(bold=True)
        target = io.BytesIO()
        book.save(target)
        assert rows(read(tmp_path, target.getvalue())) == [["x"]]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (strange.xlsx_bytes(**{"xl/a.xml": bytes(210 * 1024 * 1024)}), "unpacks"),
            (strange.xlsx_bytes(**{"xl/vbaProject.bin": b"x"}), "macros"),
            (strange.xlsx_bytes()[:-30], "damaged"),
            (strange.zip_bytes(), "no Excel workbook"),
            (strange.xlsx_bytes(), "damaged"),
            (workbook(("A", [["x"] * 401])), "columns"),
        ],
    )
    def test_hostile_ones_are_refused(self, tmp_path: Path, content: bytes, why: str) -> None:
        with pytest.raises(NotAccepted, match=why):
            read(tmp_path, content)

    @pytest.mark.parametrize(
        "sheet",
        [
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
            + b"".join(b'<!ENTITY c%d "%s">' % (n, (b"&c%d;" % (n - 1) if n else b"&c;") * 10) for n in range(9))
            + b"]>"
            + b'<worksheet><sheetData><row r="1"><c r="A1" t="str"><f>1</f><v>&c8;</v></c></row></sheetData>'
            + b"</worksheet>",
            b"<worksheet><sheetData><row r='1'><c r='A1'><v>1</v>",
            b"\x00\x01\x02",
        ],
    )
    def test_a_sheet_that_is_a_bomb_or_torn(self, tmp_path: Path, sheet: bytes) -> None:
        good, target = io.BytesIO(workbook(("A", [["x"]]))), io.BytesIO()
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(target, "w") as torn:
            for name in source.namelist():
                torn.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
        with pytest.raises(NotAccepted):
            read(tmp_path, target.getvalue())

    def test_what_is_far_away_is_refused_and_not_laid_out(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = "x"
        book.active["XFD1048576"] = "y"
        target = io.BytesIO()
        book.save(target)
        with pytest.raises(NotAccepted):
            read(tmp_path, target.getvalue())
