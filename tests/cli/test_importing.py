"""`titan import`: what a person is told, what a program gets, what is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.cast import make_user
from tests.cli.conftest import Done, Home
from tests.exchange.folders import write
from tests.exchange.imports.files import Formula, workbook
from titan.core.actor import Role
from titan.exchange.imports.models import Import
from titan.personnel.models import Company, Worker

Titan = Callable[..., Done]
HEAD = ["Badge", "First name", "Last name", "Company", "Role", "In this role since"]
GOOD = ["N-10", "Ali", "Veli", "Northgate", "Rigger", "2026-01-05"]
BAD = ["N-11", Formula("=A1", "x"), "Er", "Neu Ltd", "RIG", "31.02.2026"]
UNSURE = ["N-12", "Can", "Er", "NGT", "RIG", "03/04/2026"]


@pytest.fixture
def site(titan: Titan, tmp_path: Path) -> None:
    titan("load", str(write(tmp_path / "site")))


def file(tmp_path: Path, *rows: list[object], name: str = "people.xlsx") -> str:
    target = tmp_path / name
    target.write_bytes(workbook(("People", [["PERSONEL"], HEAD, *rows])))
    return str(target)


@pytest.mark.parametrize("command", ["import", "imports", "undo-import"])
def test_every_help_has_an_example(titan: Titan, command: str) -> None:
    done = titan(command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"titan {command}" in done.stdout


def test_a_preview_writes_nothing_and_tells_all(titan: Titan, site: None, tmp_path: Path) -> None:
    done = titan("import", file(tmp_path, GOOD, BAD, UNSURE))
    assert done.returncode == 1
    assert "People: workers, headings in row 2" in done.stdout
    assert "D Company → Company" in done.stdout
    assert (
        "Open: Which stands first in the dates of “In this role since”, the day or the month? (1 rows)" in done.stdout
    )
    assert "  People!F5: 03/04/2026" in done.stdout
    assert "  Answer with: --dates dmy" in done.stdout
    assert '  Answer with: --create companies | --map "Neu Ltd=CODE"' in done.stdout
    assert "Refused: People!B4 First name: This is a formula." in done.stdout
    assert "Refused: People!F4 In this role since: There is no such day as “31.02.2026”." in done.stdout
    assert "1 to create, 0 to change, 0 as they are, 2 refused, 0 ignored." in done.stdout
    assert done.stderr.startswith("Nothing was written. Answer first: Which stands first")
    assert not Worker.objects.filter(employee_id__startswith="N-1", employee_id__gt="N-1").exists()
    assert set(Import.objects.values_list("state", "file_name")) == {("DISCARDED", "")}


def test_a_good_file_is_applied_with_yes(titan: Titan, site: None, tmp_path: Path) -> None:
    path = file(tmp_path, GOOD)
    done = titan("import", path)
    assert (done.returncode, done.stdout.endswith("Nothing was written. Repeat it with --yes.\n")) == (0, True)
    done = titan("import", path, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Imported, as import {Import.objects.get(state='APPLIED').pk}." in done.stdout
    assert Worker.objects.get(employee_id="N-10").company.code == "NGT"
    done = titan("import", path, "--yes")
    assert (done.returncode, "Nothing would change" in done.stdout) == (0, True)


def test_answers_as_options(titan: Titan, site: None, tmp_path: Path) -> None:
    refused = tmp_path / "refused.xlsx"
    options = ["--dates", "dmy", "--create", "all", "--skip-refused", "--refused", str(refused), "--yes"]
    done = titan("import", file(tmp_path, GOOD, BAD, UNSURE), *options)
    assert done.returncode == 0, done.stderr
    assert str(Worker.objects.get(employee_id="N-12").role_assigned_on) == "2026-04-03"
    assert not Company.objects.filter(name="Neu Ltd").exists()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(refused)["People"].rows]
    assert rows[0][-1] == "Why refused"
    assert rows[1][0] == "N-11"


def test_mapping_columns_values_and_names(titan: Titan, site: None, tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    target.write_bytes("Kişi no;Adı;Çalıştığı yer\nN-20;Şükrü;Bilinmeyen\n".encode("cp1254"))
    options = ["--kind", "workers", "--column", "Kişi no=employee_id", "--column", "Çalıştığı yer=company_code"]
    done = titan("import", str(target), *options, "--map", "Bilinmeyen=BOS", "--set", "status=INACTIVE", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    worker = Worker.objects.get(employee_id="N-20")
    assert (worker.first_name, worker.company.code, worker.status) == ("Şükrü", "BOS", "INACTIVE")
    assert "Read as Windows-1254 (Turkish), with cells separated by semicolons." in done.stdout


def test_programs_get_all_of_it_as_json(titan: Titan, site: None, tmp_path: Path) -> None:
    done = titan("import", file(tmp_path, GOOD, BAD, UNSURE), "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["applied"], said["id"]) == (1, False, None)
    assert said["counts"] == {"created": 1, "changed": 0, "unchanged": 0, "refused": 2, "ignored": 0}
    places = {problem["place"]: problem["code"] for row in said["refused"] for problem in row["problems"]}
    assert places == {
        "People!B4": "FORMULA",
        "People!D4": "UNKNOWN_COMPANY",
        "People!F4": "NO_SUCH_DAY",
        "People!F5": "AMBIGUOUS_DAY",
    }
    assert said["created"][0]["values"]["role_assigned_on"] == "2026-01-05"
    assert {question["kind"] for question in said["questions"]} == {"DATES", "COMPANY"}
    assert "Answer first" in said["why"]


def test_kept_for_the_page(titan: Titan, site: None, tmp_path: Path) -> None:
    done = titan("import", file(tmp_path, GOOD, BAD), "--keep")
    kept = Import.objects.get()
    assert f"kept as import {kept.pk}" in done.stdout
    assert kept.state == "OPEN"
    assert "OPEN" in titan("imports").stdout


def test_undoing(titan: Titan, site: None, tmp_path: Path) -> None:
    titan("import", file(tmp_path, GOOD), "--yes")
    number = str(Import.objects.get().pk)
    done = titan("undo-import", number, "--reason", "wrong month")
    assert "1 worker becomes inactive" in done.stdout
    assert done.stdout.endswith("Nothing was undone. Repeat it with --yes.\n")
    done = titan("undo-import", number, "--reason", "wrong month", "--yes")
    assert (done.returncode, done.stdout.endswith("Undone.\n")) == (0, True)
    assert Worker.objects.get(employee_id="N-10").status == "INACTIVE"
    again = titan("undo-import", number, "--reason", "x", "--yes")
    assert (again.returncode, again.stderr) == (1, "Only an applied import can be undone, and once.\n")


def test_by_whom(titan: Titan, site: None, tmp_path: Path) -> None:
    user, auditor = (
        make_user(Role.HSE_ADMIN, email="hse@site.example"),
        make_user(Role.AUDITOR, email="audit@site.example"),
    )
    path = file(tmp_path, GOOD)
    assert (
        titan("import", path, "--by", "nobody@site.example").stderr
        == "--by: there is no active login nobody@site.example.\n"
    )
    assert titan("import", path, "--by", auditor.email).returncode == 1
    assert titan("import", path, "--by", user.email, "--yes").returncode == 0
    assert Import.objects.get(state="APPLIED").applied_by_id == user.pk


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere.xlsx"], 1, "FILE: nowhere.xlsx cannot be read"),
        (["{file}", "--create", "courses"], 2, "--create: give companies, roles, areas or all, not courses."),
        (["{file}", "--role-day", "soon"], 2, "--role-day: give today, start or a day"),
        (["{file}", "--map", "x"], 2, "--map: write NAME=VALUE"),
        (["{file}", "--answer", "nothing=x"], 1, "--answer: nothing is asked under nothing."),
        (["{file}", "--sheet", "Other"], 1, "--sheet: the file has no sheet Other, but People."),
        (["{file}", "--column", "Badge=number"], 2, "--column: there is no field number; fields are "),
        (["{file}", "--set", "x=y"], 2, "--set: there is no field x; fields are "),
        (["{file}", "--dates", "ymd"], 2, ""),
        (["{file}", "--kind", "people"], 2, ""),
    ],
)
def test_wrong_options_are_explained(  # noqa: PLR0917 - fixtures
    titan: Titan, site: None, tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    path = file(tmp_path, GOOD)
    done = titan("import", *(argument.format(file=path) for argument in arguments))
    assert done.returncode == code
    assert says in done.stderr
    assert not Import.objects.exclude(state="DISCARDED").exists()


def test_what_is_no_table_is_explained(titan: Titan, site: None, tmp_path: Path) -> None:
    target = tmp_path / "scan.pdf"
    target.write_bytes(b"%PDF-1.7")
    done = titan("import", str(target))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "“scan.pdf” cannot be imported: It is no table: give an XLSX or a CSV.\n"


def test_in_a_process_of_its_own(home: Home, tmp_path: Path) -> None:
    done = home.titan("import", file(tmp_path, ["N-77", "Ali", "Veli", "NGT", None, None]), "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert home.rows("SELECT state FROM imports_import ORDER BY id DESC LIMIT 1") == [("APPLIED",)]
