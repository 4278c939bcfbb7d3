"""Every mistake in a folder is named with its file, row and column, and nothing is loaded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests import cast
from tests.exchange.folders import GOOD, with_cell, with_row, write
from titan.audit.models import AuditEvent
from titan.core.actor import Role, Via, system_actor
from titan.core.errors import Forbidden, Invalid
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Company

BY = system_actor(Via.CLI)

# (the file's name without .csv, its content, where, code)
BROKEN: list[tuple[str, str | bytes, str, str]] = [
    # the form of a file
    ("companies", "", "companies.csv, row 1", "EMPTY"),
    ("companies", "name\nNorthgate\n", "companies.csv, row 1, column code", "COLUMN_MISSING"),
    ("companies", "code,name,vat\nNGT,Northgate,1\n", "companies.csv, row 1, column vat", "COLUMN_UNKNOWN"),
    ("companies", "code,name,name\nNGT,a,b\n", "companies.csv, row 1, column name", "TWICE"),
    ("companies", "code;name\nNGT;Northgate\n", "companies.csv, row 1", "NOT_COMMAS"),
    ("companies", "code,name\nNGT,Northgate,x\n", "companies.csv, row 2", "RAGGED"),
    ("companies", "code,name\nNGT\n", "companies.csv, row 2", "RAGGED"),
    ("companies", 'code,name\nNGT,"North"gate\n', "companies.csv, row 2", "NOT_CSV"),
    ("companies", 'code,name\nNGT,"Northgate\n', "companies.csv, row 2", "NOT_CSV"),
    ("companies", b"code,name\nNGT,\xff\xfe\n", "companies.csv, row 2", "NOT_UTF8"),
    ("companies", "code,name\nNGT,Northgate\n".encode("utf-16"), "companies.csv, row 1", "NOT_UTF8"),
    ("companies", "code,name\n\n\nNGT,a\nNGT,b\n", "companies.csv, row 5, column code", "TWICE"),
    ("companies", "code,name\nNGT,North\x00gate\n", "companies.csv, row 2, column name", "CONTROL_CHARACTERS"),
    ("companies", f"code,name\nNGT,{'x' * 201}\n", "companies.csv, row 2, column name", "TOO_LONG"),
    ("companies", f"code,name\n{'x' * 41},a\n", "companies.csv, row 2, column code", "TOO_LONG"),
    ("companies", "code,name\n,a\n", "companies.csv, row 2, column code", "REQUIRED"),
    ("companies", "code,name\nA;B,a\n", "companies.csv, row 2, column code", "CODE_INVALID"),
    # courses
    ("courses", with_cell("courses.csv", 2, "title_en", ""), "courses.csv, row 2, column title_en", "REQUIRED"),
    *(
        ("courses", with_cell("courses.csv", 2, column, text), f"courses.csv, row 2, column {column}", code)
        for column, text, code in (
            ("duration_minutes", "two", "NOT_A_NUMBER"),
            ("duration_minutes", "4", "OUT_OF_RANGE"),
            ("duration_minutes", "9" * 40, "NOT_A_NUMBER"),
            ("duration_minutes", "", "REQUIRED"),
            ("validity_months", "-1", "OUT_OF_RANGE"),
            ("validity_months", "10000", "OUT_OF_RANGE"),
            ("delivery_method", "MAGIC", "UNKNOWN_CHOICE"),
            ("requires_verification", "maybe", "NOT_YES_OR_NO"),
            ("prerequisite_codes", "NOPE", "UNKNOWN_REFERENCE"),
            ("prerequisite_codes", "IND", "CIRCLE"),
            ("prerequisite_codes", "INV", "CIRCLE"),
        )
    ),
    (
        "courses",
        with_cell("courses.csv", 3, "prerequisite_codes", "IND;IND"),
        "courses.csv, row 3, column prerequisite_codes",
        "TWICE",
    ),
    # areas and requirements
    ("areas", with_cell("areas.csv", 3, "parent_code", "UNIT"), "areas.csv, row 2, column parent_code", "CIRCLE"),
    ("areas", with_cell("areas.csv", 3, "parent_code", "SITE"), "areas.csv, row 3, column parent_code", "CIRCLE"),
    *(
        (
            "role_requirements",
            with_cell("role_requirements.csv", 3, column, text),
            f"role_requirements.csv, row 3, column {column}",
            code,
        )
        for column, text, code in (
            ("role_code", "NOPE", "UNKNOWN_REFERENCE"),
            ("course_code", "NOPE", "UNKNOWN_REFERENCE"),
            ("type", "SOON", "UNKNOWN_CHOICE"),
            ("grace_period_days", "", "REQUIRED"),
            ("grace_period_days", "0", "OUT_OF_RANGE"),
            ("grace_period_days", "366", "OUT_OF_RANGE"),
        )
    ),
    (
        "role_requirements",
        with_cell("role_requirements.csv", 3, "type", "PRE_MOB"),
        "role_requirements.csv, row 3, column grace_period_days",
        "NO_GRACE_BEFORE_ENTRY",
    ),
    (
        "role_requirements",
        with_row("role_requirements.csv", "RIG,IND,POST_MOB,5"),
        "role_requirements.csv, row 4, column role_code, course_code",
        "TWICE",
    ),
    # resources
    *(
        ("trainers", with_cell("trainers.csv", 2, column, text), f"trainers.csv, row 2, column {column}", code)
        for column, text, code in (
            ("company_name", "", "REQUIRED"),
            ("type", "FREELANCE", "UNKNOWN_CHOICE"),
            ("email", "nobody", "NOT_AN_EMAIL"),
            ("qualified_course_codes", "IND;NOPE", "UNKNOWN_REFERENCE"),
        )
    ),
    ("venues", "name,capacity,location\nRoom A,0,\n", "venues.csv, row 2, column capacity", "OUT_OF_RANGE"),
    # people
    *(
        ("personnel", with_cell("personnel.csv", 2, column, text), f"personnel.csv, row 2, column {column}", code)
        for column, text, code in (
            ("employee_id", "", "REQUIRED"),
            ("employee_id", "ANON-7", "RESERVED"),
            ("first_name", "", "REQUIRED"),
            ("company_code", "NOPE", "UNKNOWN_REFERENCE"),
            ("company_code", "", "REQUIRED"),
            ("role_code", "NOPE", "UNKNOWN_REFERENCE"),
            ("role_assigned_on", "", "REQUIRED"),
            ("role_assigned_on", "01.11.2026", "NOT_A_DAY"),
            ("role_assigned_on", "2026-02-30", "NOT_A_DAY"),
            ("role_assigned_on", "20261101", "NOT_A_DAY"),
            ("role_assigned_on", "٢٠٢٦-11-01", "NOT_A_DAY"),
            ("role_assigned_on", "1066-10-14", "OUT_OF_RANGE"),
            ("role_assigned_on", "2066-10-14", "OUT_OF_RANGE"),
            ("status", "RETIRED", "UNKNOWN_CHOICE"),
            ("status", "", "UNKNOWN_CHOICE"),
            ("end_date", "2026-01-04", "END_BEFORE_START"),
            ("supervisor_employee_id", "N-9", "UNKNOWN_REFERENCE"),
            ("supervisor_employee_id", "N-1", "CIRCLE"),
            ("area_codes", "UNIT;MOON", "UNKNOWN_REFERENCE"),
        )
    ),
    (
        "personnel",
        with_cell("personnel.csv", 3, "supervisor_employee_id", "N-1"),
        "personnel.csv, row 2, column supervisor_employee_id",
        "CIRCLE",
    ),
    (
        "personnel",
        with_cell("personnel.csv", 4, "area_codes", "UNIT"),
        "personnel.csv, row 4, column role_assigned_on",
        "REQUIRED",
    ),
    # training from before
    *(
        ("records", with_cell("records.csv", 2, column, text), f"records.csv, row 2, column {column}", code)
        for column, text, code in (
            ("employee_id", "N-9", "UNKNOWN_REFERENCE"),
            ("course_code", "NOPE", "UNKNOWN_REFERENCE"),
            ("completed_on", "2026-11-23", "AFTER_TODAY"),
            ("completed_on", "", "REQUIRED"),
            ("expires_on", "2026-02-18", "BEFORE_COMPLETION"),
            ("result", "GOOD", "UNKNOWN_CHOICE"),
        )
    ),
    (
        "records",
        with_cell("records.csv", 2, "result", "FAILED"),
        "records.csv, row 2, column expires_on",
        "NOT_ALLOWED",
    ),
    (
        "records",
        with_row("records.csv", "N-1,IND,2026-02-19,2030-01-01,NGT,PASSED"),
        "records.csv, row 6, column employee_id, course_code, completed_on, result",
        "TWICE",
    ),
]


@pytest.mark.parametrize(("name", "content", "where", "code"), BROKEN, ids=[f"{case[3]}-{case[2]}" for case in BROKEN])
def test_mistake_is_named_and_nothing_is_loaded(  # noqa: PLR0917
    db: None, tmp_path: Path, at: datetime, name: str, content: str | bytes, where: str, code: str
) -> None:
    folder = write(tmp_path / "site", **{name: content})
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    found = {(error.field, error.code) for error in refused.value.errors}
    assert (where, code) in found
    # What refers to the broken row, or is part of the same circle, may be named as well; nothing else.
    assert {other for _, other in found} <= {code, "UNKNOWN_REFERENCE", "CIRCLE"}
    assert all(error.message for error in refused.value.errors)
    assert not Company.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("content", "column", "code"),
    [
        ("[]", "", "NOT_JSON"),
        ("{", "", "NOT_JSON"),
        ("[" * 100_000, "", "NOT_JSON"),
        ('{"timezone": "Asia/Baku"}', ", column name", "REQUIRED"),
        ('{"name": 7, "timezone": "Asia/Baku"}', ", column name", "REQUIRED"),
        ('{"name": "Site"}', ", column timezone", "TIMEZONE_UNKNOWN"),
        ('{"name": "Site", "timezone": "Moon/Base"}', ", column timezone", "TIMEZONE_UNKNOWN"),
        ('{"name": "Site", "timezone": "Asia/Baku", "as_of": "yesterday"}', ", column as_of", "NOT_A_DAY"),
    ],
)
def test_site_json_is_checked(  # noqa: PLR0917
    db: None, tmp_path: Path, at: datetime, content: str, column: str, code: str
) -> None:
    folder = write(tmp_path / "site", {**GOOD, "site.json": content})
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    assert (f"site.json{column}", code) in {(error.field, error.code) for error in refused.value.errors}


def test_all_mistakes_of_all_files_are_said_at_once(db: None, tmp_path: Path, at: datetime) -> None:
    folder = write(
        tmp_path / "site",
        companies=with_row("companies.csv", "BOS,Twice", ",Nameless"),
        venues="name,capacity,location\nRoom A,many,\nRoom B,-5,\n",
        records=with_cell("records.csv", 3, "employee_id", "N-9"),
    )
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    assert [error.field for error in refused.value.errors] == [
        "companies.csv, row 4, column code",
        "companies.csv, row 5, column code",
        "records.csv, row 3, column employee_id",
        "venues.csv, row 2, column capacity",
        "venues.csv, row 3, column capacity",
    ]
    assert refused.value.detail == "The folder has 5 problems; nothing was loaded."


def test_a_file_that_cannot_be_read_does_not_make_everything_unknown(db: None, tmp_path: Path, at: datetime) -> None:
    folder = write(tmp_path / "site", courses="code\nIND\n")
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    assert {error.code for error in refused.value.errors} == {"COLUMN_MISSING"}


@pytest.mark.parametrize("kind", ["absent", "file", "empty"])
def test_a_folder_must_be_one(db: None, tmp_path: Path, at: datetime, kind: str) -> None:
    place = tmp_path / "site"
    if kind == "file":
        place.write_text("code,name\n")
    elif kind == "empty":
        place.mkdir()
    with pytest.raises(Invalid) as refused:
        load_site(place, by=BY, at=at)
    assert refused.value.code in {"NO_FOLDER", "NO_FILES"}


def test_only_a_super_admin_loads(db: None, tmp_path: Path, at: datetime) -> None:
    for role in (Role.HSE_ADMIN, Role.TRAINER, Role.ASSESSOR, Role.AUDITOR):
        with pytest.raises(Forbidden):
            load_site(write(tmp_path / "site"), by=cast.actor(role), at=at)


def test_a_file_may_be_missing_unless_another_refers_to_it(db: None, tmp_path: Path, at: datetime) -> None:
    without = {name: content for name, content in GOOD.items() if name not in {"companies.csv", "areas.csv"}}
    with pytest.raises(Invalid) as refused:
        load_site(write(tmp_path / "site", without), by=BY, at=at)
    assert {error.code for error in refused.value.errors} == {"UNKNOWN_REFERENCE"}
    assert {error.field.split(",")[0] for error in refused.value.errors} == {
        "area_requirements.csv",
        "personnel.csv",
    }
    load_site(write(tmp_path / "site", {"companies.csv": GOOD["companies.csv"]}), by=BY, at=at)
    assert Company.objects.count() == 2


def test_line_in_the_middle_of_a_quoted_cell_counts_as_one_row(db: None, tmp_path: Path, at: datetime) -> None:
    folder = write(tmp_path / "site", venues='name,capacity,location\nA,5,"first\nsecond"\nB,0,\n')
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    assert [error.field for error in refused.value.errors] == [
        "venues.csv, row 2, column location",
        "venues.csv, row 3, column capacity",
    ]


def test_register_larger_than_evidence_may_be_is_refused(db: None, tmp_path: Path, at: datetime) -> None:
    folder = write(tmp_path / "site")
    with (folder / "records.csv").open("ab") as register:
        register.truncate(26 * 1024 * 1024)
    with pytest.raises(Invalid) as refused:
        load_site(folder, by=BY, at=at)
    assert [(error.field, error.code) for error in refused.value.errors] == [("records.csv", "TOO_LARGE")]
