"""Every list as a workbook and as CSV: types, frozen head, filters, colours; and what it costs."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from tests import cast
from tests.exchange.exports.world import NASTY, asked, every_list, listing
from tests.training.acting import settle
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.exchange.apostrophes import restored
from titan.exchange.exports import listing as listings
from titan.exchange.exports import xlsx_file
from titan.exchange.exports.files import ExportFile, Format, export_file
from titan.exchange.exports.filters import filters_of
from titan.exchange.exports.listing import Listing, Shape
from titan.exchange.exports.lists import LISTS

FORMATS = {Shape.TEXT: "@", Shape.NUMBER: "General", Shape.DAY: "yyyy-mm-dd", Shape.MOMENT: "yyyy-mm-dd hh:mm"}
READERS = {"attendees", "users"}
# A page of a thousand rows; what a list asks once, such as how many workers each company has, comes before.
STATEMENTS = {
    "workers": 6,
    "companies": 2,
    "roles": 2,
    "role-requirements": 2,
    "areas": 2,
    "area-requirements": 2,
    "courses": 5,
    "trainers": 6,
    "venues": 2,
    "methods": 1,
    "sessions": 3,
    "attendees": 4,
    "records": 3,
    "competencies": 2,
    "matrix": 3,
    "audit": 5,
    "consequences": 4,
    "users": 5,
}


def taken(file: ExportFile) -> bytes:
    return b"".join(file.chunks)


def workbook(found: Listing[Any]) -> openpyxl.Workbook:
    content = taken(export_file(found, Format.XLSX, at=cast.AT))
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet_of(found: Listing[Any]) -> Worksheet:
    sheet = workbook(found).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(found: Listing[Any], **given: Any) -> list[list[str]]:
    """Return the rows of the list as CSV, texts restored."""
    content = taken(export_file(found, Format.CSV, at=cast.AT, **given)).decode("utf-8-sig")
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=given.get("separator", ","))
    return [[restored(cell) for cell in row] for row in rows]


def column(found: Listing[Any], name: str) -> int:
    return [one.name for one in found.columns].index(name)


def test_every_list_is_a_sheet_to_work_in(world: SimpleNamespace) -> None:
    for found in every_list(world):
        sheet = sheet_of(found)
        assert sheet.max_row > 1, found.name
        head = [cell.value for cell in sheet[1]]
        assert head == [one.heading for one in found.columns]
        assert len(set(head)) == len(head), found.name
        assert all(cell.font.bold and cell.fill.fgColor.rgb == "FFE8E8E8" for cell in sheet[1])
        assert sheet.freeze_panes == f"{'ABCDEFGH'[found.frozen]}2"
        last = openpyxl.utils.get_column_letter(len(head))
        assert sheet.auto_filter.ref == f"A1:{last}{sheet.max_row}"
        assert sheet.title == found.title


def test_values_have_types_and_formats(world: SimpleNamespace) -> None:
    types = {Shape.TEXT: (str,), Shape.NUMBER: (int, float), Shape.DAY: (datetime,), Shape.MOMENT: (datetime,)}
    seen: set[Shape] = set()
    for found in every_list(world):
        for row in sheet_of(found).iter_rows(min_row=2):
            for cell, one in zip(row, found.columns, strict=True):
                if cell.value is not None:
                    assert isinstance(cell.value, types[one.shape]), (found.name, one.name, cell.value)
                    assert cell.number_format == FORMATS[one.shape], (found.name, one.name)
                    assert cell.data_type != "f", (found.name, one.name)
                    seen.add(one.shape)
    assert seen == set(Shape)


def test_a_status_is_a_word_and_a_colour(world: SimpleNamespace) -> None:
    found = listing("workers")
    sheet = sheet_of(found)
    at = column(found, "compliance_status") + 1
    fills = {
        str(cell.value).split(":")[0]: cell.fill.fgColor.rgb for cell in sheet[openpyxl.utils.get_column_letter(at)]
    }
    assert fills["Red"] == "FFFFC7CE"
    matrix = sheet_of(listing("matrix"))
    said = {
        str(cell.value): str(cell.fill.fgColor.rgb) for row in matrix.iter_rows(min_row=2, min_col=6) for cell in row
    }
    assert said["Green until 2028-01-05"] == "FFC6EFCE"
    assert said["Green, never expires"] == "FFC6EFCE"
    assert said["Yellow until 2026-12-01"] == "FFFFEB9C"
    assert said["Red since 2026-11-01"] == said["Red, never trained"] == said["Red, failed"] == "FFFFC7CE"
    assert said["Blue, waits for sign-off"] == "FFD6E4F5"


def test_the_document_tells_nothing_of_people(world: SimpleNamespace) -> None:
    book = workbook(listing("workers"))
    properties = book.properties
    assert (properties.title, properties.creator, properties.lastModifiedBy) == ("Workers", "Titan", "Titan")
    assert properties.created == datetime(2026, 11, 22, 5, 0)  # noqa: DTZ001 - as openpyxl tells UTC


def test_both_formats_say_the_same(world: SimpleNamespace) -> None:
    for found in every_list(world):
        rows = rows_of(found)
        sheet = sheet_of(found)
        assert len(rows) == sheet.max_row
        for said, row in zip(rows[1:], sheet.iter_rows(min_row=2), strict=True):
            for text, cell, one in zip(said, row, found.columns, strict=True):
                shown = "" if cell.value is None else cell.value
                if isinstance(shown, datetime):
                    shown = f"{shown:%Y-%m-%d}" if one.shape is Shape.DAY else f"{shown:%Y-%m-%d %H:%M}"
                assert text == unescape(str(shown)), (found.name, one.name, text, shown)


def test_csv_is_for_spreadsheets_of_the_reader(world: SimpleNamespace) -> None:
    content = taken(export_file(listing("companies"), Format.CSV, at=cast.AT, separator=";"))
    assert content.startswith(b"\xef\xbb\xbfCompany code;Company;Active workers\r\n")
    names = {row[1] for row in rows_of(listing("workers"))[1:]}
    assert set(NASTY) <= names
    assert b"\r\n0000,\"'=HYPERLINK(" in taken(export_file(listing("workers", by_name=True), Format.CSV, at=cast.AT))


def test_files_are_named_by_list_and_day(world: SimpleNamespace) -> None:
    file = export_file(listing("workers"), Format.XLSX, at=cast.AT)
    assert file.name == "workers-2026-11-22.xlsx"
    assert "sheet" in file.media_type


def test_rows_are_those_asked_for(world: SimpleNamespace) -> None:
    assert len(rows_of(listing("workers", search="şükrü"))) == 2
    assert len(rows_of(listing("workers", company_id=world.company.pk))) == len(NASTY) + 1
    assert {row[3] for row in rows_of(listing("workers", compliance_status="NON_COMPLIANT"))[1:]} == {
        "Red: not compliant"
    }
    assert len(rows_of(listing("records", worker_id=world.workers[2].pk))) == 2
    assert len(listing("matrix", course_id=world.course.pk).columns) == 6
    assert len(rows_of(listing("role-requirements", role_id=world.role.pk))) == 4
    assert len(rows_of(listing("sessions", status="COMPLETED"))) == 2
    assert len(rows_of(listing("records", revoked=True))) == 2


def test_worst_first_or_by_name(world: SimpleNamespace) -> None:
    worst = [row[3] for row in rows_of(listing("workers"))[1:]]
    assert [one[:1] for one in worst] == sorted((one[:1] for one in worst), key=["R", "B", "Y", "G", ""].index)
    names = [row[1] for row in rows_of(listing("workers", by_name=True))[1:]]
    assert names != [row[1] for row in rows_of(listing("workers"))[1:]]
    assert sorted(names) == sorted(row[1] for row in rows_of(listing("workers"))[1:])


def test_who_may_see_the_page_may_take_the_list(world: SimpleNamespace) -> None:
    for role in Role:
        who = asked(cast.actor(role))
        for name in LISTS:
            if name in READERS:
                continue
            if role is Role.TRAINER:
                with pytest.raises(Forbidden):
                    listing(name, who)
            else:
                listing(name, who)
        if role is not Role.SUPER_ADMIN:
            with pytest.raises(Forbidden):
                listing("users", who)
    own = asked(cast.actor(Role.TRAINER, trainer_id=world.trainer.pk))
    assert len(rows_of(listing("attendees", own, session_id=world.session.pk))) == 4
    for nobody in (asked(cast.actor(Role.TRAINER, trainer_id=world.trainer.pk + 1)), asked(cast.actor(Role.TRAINER))):
        with pytest.raises(NotFound):
            listing("attendees", nobody, session_id=world.session.pk)
    with pytest.raises(NotFound):
        listing("attendees")


def test_a_list_is_refused_before_a_byte_is_sent(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        export_file(listing("workers", compliance_status="PURPLE"), Format.CSV, at=cast.AT)


def test_lists_cost_a_fixed_number_of_statements_a_page(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: dict[str, int] = {}
    for found in every_list(world):
        with CaptureQueriesContext(connection) as asking:
            found.page(None)
        asked_for[found.name] = len(asking)
    assert asked_for == STATEMENTS
    monkeypatch.setattr(listings, "ROWS_AT_ONCE", 5)
    found = listing("companies")
    with CaptureQueriesContext(connection) as asking:
        rows = len(list(found.rows()))
    assert rows == 3
    # The total stands on the first page alone.
    assert len(asking) == 2


def test_a_page_of_many_costs_what_a_page_of_few_costs(world: SimpleNamespace) -> None:
    def cost(name: str) -> int:
        found = listing(name)
        with CaptureQueriesContext(connection) as asking:
            for _row in found.rows():
                pass
        return len(asking)

    names = ("workers", "matrix", "records", "companies", "sessions", "role-requirements")
    before = {name: cost(name) for name in names}
    for _ in range(30):
        worker = cast.make_worker(role=world.role, areas=[cast.make_area()], supervisor=world.workers[0])
        cast.make_record(worker, world.course, completed_on=date(2026, 1, 5), expires_on=date(2026, 11, 1))
    settle()
    assert {name: cost(name) for name in names} == before


def test_pages_follow_each_other_to_the_end(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {found.name: rows_of(found) for found in every_list(world)}
    for module in (
        "titan.exchange.exports.listing",
        "titan.exchange.exports.lists.workers",
        "titan.exchange.exports.lists.records",
        "titan.exchange.exports.lists.matrix",
        "titan.exchange.exports.lists.oversight",
    ):
        monkeypatch.setattr(f"{module}.ROWS_AT_ONCE", 2)
    assert {found.name: rows_of(found) for found in every_list(world)} == whole


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    found = listing("workers", by_name=True)
    whole = [[cell.value for cell in row] for row in sheet_of(found).iter_rows(min_row=2)]
    monkeypatch.setattr(xlsx_file, "MOST_ROWS", 7)
    book = workbook(found)
    assert book.sheetnames == ["Workers", "Workers 2", "Workers 3"]
    parts = [[cell.value for cell in row] for sheet in book.worksheets for row in sheet.iter_rows(min_row=2)]
    assert parts == whole
    assert {sheet.freeze_panes for sheet in book.worksheets} == {"B2"}


def test_filters_of_the_command_line_know_things_by_their_codes(world: SimpleNamespace) -> None:
    wanted = filters_of(
        LISTS["workers"], {"company": world.company.code, "status": "ACTIVE", "by_name": "yes", "role": world.role.code}
    )
    assert (wanted.company_id, wanted.status, wanted.by_name) == (world.company.pk, "ACTIVE", True)
    records = filters_of(LISTS["records"], {"worker": "0002", "expiring_before": "2027-01-01", "revoked": "no"})
    assert (records.worker_id, records.expiring_before) == (world.workers[2].pk, date(2027, 1, 1))
    assert filters_of(LISTS["matrix"], {"severity": "COMPLIANT"}).severity == 4
    assert filters_of(LISTS["attendees"], {"session": world.session.code}).session_id == world.session.pk
    with pytest.raises(Invalid) as refusal:
        filters_of(LISTS["workers"], {"colour": "red", "company": "NOPE", "by_name": "maybe"})
    assert [error.field for error in refusal.value.errors] == ["colour", "company", "by_name"]
