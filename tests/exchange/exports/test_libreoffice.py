"""LibreOffice opens every export, sees the same texts in both formats, and calculates nothing."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import cast
from tests.exchange.exports.world import every_list
from titan.exchange.apostrophes import restored
from titan.exchange.exports.files import Format, export_file

PATIENCE = 120
# Cells by commas, texts in quotes, UTF-8, from the first row, each cell as it is shown and not as its formula.
CARELESS = ("--infilter=CSV:44,34,76,1,,0,false,true,,,,,true",)
READING = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false"


@pytest.fixture(scope="session")
def soffice() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: .ci/run installs it")
        pytest.skip("no LibreOffice here")
    return found


def opened(soffice: str, files: list[Path], home: Path, *, reading: tuple[str, ...] = ()) -> dict[str, list[list[str]]]:
    """Return what LibreOffice shows of each file, by name, in one run with settings of its own."""
    out = home / "out"
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation=file://{home}/profile",
            "--headless",
            *reading,
            "--convert-to",
            READING,
            "--outdir",
            str(out),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    shown = {}
    for path in files:
        texts = sorted(out.glob(f"{path.stem}*.csv"))
        assert len(texts) == 1, (path, texts)
        shown[path.stem] = list(csv.reader(texts[0].read_text("utf-8-sig").splitlines(keepends=True)))
    return shown


def test_libreoffice_opens_every_list(world: SimpleNamespace, soffice: str, tmp_path: Path) -> None:
    said: dict[str, list[list[str]]] = {}
    files: dict[Format, list[Path]] = {Format.XLSX: [], Format.CSV: []}
    for form, paths in files.items():
        (tmp_path / form).mkdir()
        for found in every_list(world):
            path = tmp_path / form / f"{found.name}.{form}"
            path.write_bytes(b"".join(export_file(found, form, at=cast.AT).chunks))
            paths.append(path)
    for path in files[Format.CSV]:
        said[path.stem] = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
    workbooks = opened(soffice, files[Format.XLSX], tmp_path / "one")
    for name, rows in said.items():
        assert workbooks[name] == [[restored(cell) for cell in row] for row in rows], name
    # As somebody who opens the file without a thought: what looks like a formula is worked out.
    naive = tmp_path / "naive.csv"
    naive.write_text("=1+1\n")
    careless = opened(soffice, [*files[Format.CSV], naive], tmp_path / "two", reading=CARELESS)
    assert careless["naive"] == [["2"]]
    for name, rows in said.items():
        assert [len(row) for row in careless[name]] == [len(row) for row in rows], name
        for row, seen in zip(rows, careless[name], strict=True):
            for text, cell in zip(row, seen, strict=True):
                assert cell == text or not text.startswith("'"), (name, text, cell)
                assert not cell.startswith(("#", "Err:")), (name, text, cell)
