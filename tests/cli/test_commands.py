"""The commands as a person runs them: what they print, where, and the exit code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from tests.cli.conftest import PATIENCE, TITAN, Done, Home, free_port, make_home
from tests.exchange.folders import GOOD, write
from titan.accounts.models import User
from titan.cli.start import settle_zone
from titan.config.environment import ConfigurationError
from titan.core.actor import Via
from titan.core.clock import now
from titan.core.settings import current
from titan.personnel.models import Worker
from titan.resources.models import Trainer
from titan.training.actors import person_with_token

Titan = Callable[..., Done]


def test_help_teaches_and_does_not_start_django() -> None:
    code = (
        "import sys; sys.argv = ['titan', '--help']\n"
        "import titan.cli.main as cli\n"
        "try: cli.main()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'django' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in (
        "serve",
        "demo",
        "load",
        "user",
        "token",
        "sweep",
        "rebuild",
        "verify",
        "guards",
        "walk",
        "pack",
        "export",
    ):
        assert command in done.stdout


@pytest.mark.parametrize(
    "command", ["serve", "demo", "load", "user create", "token create", "sweep", "rebuild", "verify", "pack", "export"]
)
def test_every_help_has_an_example(titan: Titan, command: str) -> None:
    done = titan(*command.split(), "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"titan {command}" in done.stdout


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("TITAN_TIMEZONE", "Moon/Base", "TITAN_TIMEZONE"),
        ("TITAN_DATABASE_URL", "mysql://x", "TITAN_DATABASE_URL"),
        ("TITAN_SECRET_KEY", "short", "TITAN_SECRET_KEY"),
        ("TITAN_HOME", "/proc/nowhere", "TITAN_HOME"),
        ("TITAN_TIMEZONE", "Europe/Istanbul", "Asia/Baku"),
    ],
)
def test_wrong_configuration_is_explained(home: Home, setting: str, value: str, says: str) -> None:
    done = home.titan("sweep", **{setting: value})
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_database_that_is_none_is_explained(tmp_path: Path) -> None:
    home = make_home(tmp_path / "broken")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "titan.sqlite3").write_bytes(b"this is no database" * 100)
    done = home.titan("sweep")
    assert done.returncode == 1
    assert "database" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in (tmp_path / "broken" / "errors.log").read_text()


@pytest.mark.parametrize(
    "arguments",
    [["load"], ["serve", "--port", "99999"], ["user", "create", "a@b.example", "--role", "KING"], ["fly"]],
)
def test_wrong_options_exit_with_2(titan: Titan, arguments: list[str]) -> None:
    assert titan(*arguments).returncode == 2


def test_load_tells_what_it_did(titan: Titan, tmp_path: Path) -> None:
    folder = str(write(tmp_path / "site"))
    done = titan("load", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "personnel.csv                  3 new" in done.stdout
    assert done.stdout.endswith("Loaded.\n")
    assert "Nothing changed" in titan("load", folder).stdout
    (tmp_path / "site" / "person.csv").write_text("x")
    assert "person.csv               ignored" in titan("load", folder).stdout


def test_load_names_every_mistake(titan: Titan, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "site", companies="code,name\nNGT,\n", venues="name,capacity,location\n[bold]Ə[/bold],x,\n"
    )
    done = titan("load", str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("companies.csv, row 2, column name: ")
    assert any(line.startswith("venues.csv, row 2, column capacity: ") for line in lines)
    assert lines[-1] == f"The folder has {len(lines) - 1} problems; nothing was loaded."


def test_load_of_nothing_is_refused(titan: Titan, tmp_path: Path) -> None:
    done = titan("load", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert done.stderr.startswith("DIR: ")


def test_export_writes_a_list_by_the_ending_of_the_name(titan: Titan, tmp_path: Path) -> None:
    titan("load", str(write(tmp_path / "site")))
    book, table = tmp_path / "workers.xlsx", tmp_path / "roles.csv"
    done = titan("export", "workers", str(book), "--only", "company=BOS", "--only", "by_name=yes")
    assert (done.returncode, done.stderr) == (0, "")
    rows = openpyxl.load_workbook(book).worksheets[0].iter_rows(min_row=2, max_col=3, values_only=True)
    assert [row[2] for row in rows] == ["Клавдий", "شركة"]
    assert titan("export", "roles", str(table), "--language", "tr").returncode == 0
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "RIG;Rigger;Halatçı;1;2" in table.read_text("utf-8-sig")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["people", "x.csv"], "LIST: there is no list 'people'. Take one of: workers, "),
        (["workers", "x.ods"], "FILE: the name must end in .xlsx or .csv"),
        (["workers", "x.csv", "--only", "company"], "--only: write NAME=VALUE"),
        (["workers", "x.csv", "--only", "colour=red"], "There is no filter 'colour': use search, "),
        (["workers", "x.csv", "--only", "company=NOPE"], "There is no company 'NOPE'."),
        (["attendees", "x.csv"], "There is no session"),
    ],
)
def test_export_says_what_is_wrong(titan: Titan, tmp_path: Path, arguments: list[str], says: str) -> None:
    name, file, *rest = arguments
    done = titan("export", name, str(tmp_path / file), *rest)
    assert done.returncode == 1
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_export_overwrites_nothing(titan: Titan, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mine")
    assert "not overwritten" in titan("export", "workers", str(tmp_path / "x.csv")).stderr
    assert (tmp_path / "x.csv").read_text() == "mine"


def test_user_create(titan: Titan) -> None:
    made = titan("user", "create", "Admin@Site.Example", "--role", "hse_admin", "--name", "Günəş")
    assert made.returncode == 0
    user = User.objects.get(email="admin@site.example")
    assert user.check_password(made.stdout.split()[-1])
    assert (user.role, user.name) == ("HSE_ADMIN", "Günəş")
    again = titan("user", "create", "admin@site.example", "--role", "HSE_ADMIN")
    assert again.returncode == 1
    assert again.stderr.startswith("email: ")


@pytest.mark.parametrize(
    ("given", "trainer", "says"),
    [
        ("a long enough one\n", "", ""),
        ("a long enough one\n", "T1", ""),
        ("a long enough one\n", "T9", "--trainer: There is no trainer T9"),
        ("123\n", "", "password: "),
        ("", "", "--password-stdin: "),
    ],
)
def test_user_create_with_a_password_and_a_trainer(
    titan: Titan, tmp_path: Path, given: str, trainer: str, says: str
) -> None:
    titan("load", str(write(tmp_path / "site")))
    options = ["--trainer", trainer] if trainer else []
    command = ["user", "create", "t@site.example", "--role", "TRAINER", "--password-stdin", *options]
    done = titan(*command, given=given)
    assert done.returncode == (1 if says else 0)
    assert done.stderr.startswith(says)
    assert given.strip() not in done.stdout or not given.strip()
    assert User.objects.filter(email="t@site.example").exists() == (not says)
    if trainer == "T1":
        assert Trainer.objects.get(code="T1").user == User.objects.get(email="t@site.example")
        command[2] = "other@site.example"
        assert titan(*command, given=given).stderr.startswith("--trainer: Trainer T1 has a login already")


def test_token_create(titan: Titan, at: datetime) -> None:
    titan("user", "create", "admin@site.example", "--role", "HSE_ADMIN")
    made = titan("token", "create", "ADMIN@site.example", "--name", "badge system", "--days", "7")
    assert made.returncode == 0
    person = person_with_token(made.stdout.split()[-1], via=Via.API, at=now())
    assert person is not None
    assert person.email == "admin@site.example"
    nobody = titan("token", "create", "nobody@site.example", "--name", "x")
    assert nobody.returncode == 1
    assert nobody.stderr.startswith("EMAIL: there is no login nobody@site.example")
    for days in ("0", "366"):
        done = titan("token", "create", "admin@site.example", "--name", "x", "--days", days)
        assert done.returncode == 1
        assert done.stderr.startswith("days: ")


def test_sweep_and_verify(titan: Titan, tmp_path: Path) -> None:
    titan("load", str(write(tmp_path / "site")))
    swept = titan("sweep")
    assert swept.returncode == 0
    assert swept.stdout.startswith("Today is ")
    verified = titan("verify")
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.startswith("All is as it must be: ")
    Worker.objects.filter(employee_id="N-1").update(role=None, role_assigned_on=None)
    wrong = titan("verify")
    assert wrong.returncode == 1
    assert "HISTORY_DIFFERS worker" in wrong.stderr
    assert "VERDICTS_DRIFTED" in wrong.stderr
    assert wrong.stderr.splitlines()[-1].endswith("found wrong.")
    assert not titan("rebuild").stdout.startswith("0 items, 0 overall")
    assert titan("rebuild").stdout.startswith("0 items, 0 overall verdicts and 0 counts were wrong")
    assert "VERDICTS_DRIFTED" not in titan("verify").stderr


def test_guards(titan: Titan) -> None:
    done = titan("guards")
    assert (done.returncode, done.stderr) == (0, "")
    assert "guards are in place" in done.stdout


def test_demo_refuses_the_home_of_another_site(titan: Titan, tmp_path: Path) -> None:
    titan("load", str(write(tmp_path / "site")))
    done = titan("demo", "--port", str(free_port()))
    assert done.returncode == 1
    assert "Xəzər terminalı" in done.stderr


@pytest.mark.own_database
def test_two_first_starts_at_once_make_one_home(tmp_path: Path) -> None:
    home = make_home(tmp_path / "fresh")
    folder = write(tmp_path / "site", {"site.json": GOOD["site.json"], "companies.csv": GOOD["companies.csv"]})
    both = [
        subprocess.Popen(
            [TITAN, "load", str(folder)],
            env=home.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=PATIENCE) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("Nothing changed" in out for out, _ in said) == [False, True]


def test_timezone_of_the_environment_is_taken_over(db: None, tmp_path: Path, settings: Any) -> None:
    settings.TITAN_TIMEZONE = ZoneInfo("Europe/Istanbul")
    settle_zone()
    assert current().timezone == "Europe/Istanbul"
    settle_zone()
    settings.TITAN_TIMEZONE = ZoneInfo("Asia/Baku")
    with pytest.raises(ConfigurationError, match="Europe/Istanbul"):
        settle_zone()
