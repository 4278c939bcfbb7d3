"""Whatever lies in a folder: it loads, or it is refused in words; and what loaded loads again without a change."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime
from pathlib import Path

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchange.folders import GOOD, write
from titan.core.actor import Via, system_actor
from titan.core.errors import Refusal
from titan.exchange.site_folder.commands import load_site

BY = system_actor(Via.CLI)
LIGHT = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)

NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
CODES = st.text("ABCxyzğşİəЖع-/0189", min_size=1, max_size=8)
SNIPPETS = st.one_of(
    st.binary(max_size=3),
    st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b";", "Ə".encode(), b"9" * 30, b""]),
)


@st.composite
def damaged_folders(draw: st.DrawFn) -> dict[str, str | bytes]:
    """Return the good folder with some bytes of one file cut out and others put in."""
    file = draw(st.sampled_from(sorted(GOOD)))
    content = GOOD[file].encode()
    here = draw(st.integers(0, len(content)))
    return {**GOOD, file: content[:here] + draw(SNIPPETS) + content[here + draw(st.integers(0, 20)) :]}


@st.composite
def peopled_folders(draw: st.DrawFn) -> dict[str, str | bytes]:
    """Return the good folder without records, and other people in it."""
    head, first, *_ = (line.split(",") for line in GOOD["personnel.csv"].splitlines())
    first[head.index("supervisor_employee_id")] = ""
    people = draw(st.lists(st.tuples(CODES, NAMES, NAMES), min_size=1, max_size=8, unique_by=lambda p: p[0]))
    out = io.StringIO()
    csv.writer(out).writerows([head, *([*person, *first[3:]] for person in people)])
    return {**GOOD, "personnel.csv": out.getvalue(), "records.csv": GOOD["records.csv"].splitlines()[0]}


def codes_of_two_loads(files: dict[str, str | bytes], at: datetime) -> set[str]:
    """Load a folder twice, in a transaction that is thrown away; return why it was refused, if it was."""
    with tempfile.TemporaryDirectory() as place, transaction.atomic():
        folder = write(Path(place) / "site", files)
        try:
            load_site(folder, by=BY, at=at)
        except Refusal as refusal:
            return {error.code for error in refusal.errors} or {refusal.code}
        again = load_site(folder, by=BY, at=at)
        transaction.set_rollback(True)
    return {"CHANGED_AGAIN"} if again.changes_something else set()


@LIGHT
@given(damaged_folders())
def test_damaged_file_is_loaded_or_refused(db: None, at: datetime, files: dict[str, str | bytes]) -> None:
    assert "CHANGED_AGAIN" not in codes_of_two_loads(files, at)


@LIGHT
@given(peopled_folders())
def test_any_names_come_in_and_stay(db: None, at: datetime, files: dict[str, str | bytes]) -> None:
    # Two badges may be one in NFC, or a name may consist of what cannot be seen.
    assert codes_of_two_loads(files, at) <= {"TWICE", "REQUIRED"}
