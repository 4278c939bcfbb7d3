"""Taking evidence in: bytes first, rows second, nothing at all when anything is wrong (domain.md §10)."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import actor
from tests.evidence import strange
from tests.evidence.tree import Hands, files_in, store_bytes, upload
from tests.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.command import command, nothing_changed
from titan.core.errors import Conflict, Forbidden, Invalid, Refusal, TooLarge, UnsupportedType
from titan.evidence import rules
from titan.evidence.commands import (
    Upload,
    open_proof,
    quarantine_orphans,
    record_evidence,
    report_tampering,
    stage,
)
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.models import EvidenceFile, EvidencePart
from titan.evidence.queries import evidence_view
from titan.evidence.rules import MAX_BYTES, Kind, key_of

NAMES = (
    "../../x",
    "../../../etc/passwd",
    "təlim vərəqi.pdf",
    "كشف الحضور.pdf",
    "лист явки.pdf",
    "a\x00b\u202e.pdf",
    "",
)


def recorded(*uploads: Upload, at: datetime) -> Any:
    return record_evidence(stage(uploads), by=actor(), at=at)


def said(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=action).order_by("id"))


# Taking in


@pytest.mark.django_db
def test_a_single_file_is_kept_byte_for_byte(hands: Hands, at: datetime) -> None:
    content = strange.large_jpeg()
    view = record_evidence(stage([upload(content, "Vərəq.pdf")]), by=actor(user_id=7), at=at)
    assert hands.read(view.key) == content
    assert view.sha256 == hashlib.sha256(content).hexdigest()
    assert view.key == key_of(view.sha256)
    assert (view.size, view.media_type, view.pages) == (len(content), "image/jpeg", 1)
    assert (view.original_name, view.uploaded_at, view.uploaded_by_id) == ("Vərəq.pdf", at, 7)
    assert view.parts == ()
    assert evidence_view(view.id) == view
    assert hands.files() == [view.key]


@pytest.mark.django_db
def test_several_files_are_each_kept_and_bound_into_one(hands: Hands, at: datetime) -> None:
    contents = [jpeg_bytes(), png_bytes(), heic_bytes(), pdf_bytes(pages=2), jpeg_bytes()]
    view = recorded(*(upload(content, f"{n}.jpg") for n, content in enumerate(contents)), at=at)
    assert (view.media_type, view.pages) == ("application/pdf", 6)
    assert view.original_name == "5 files: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg"
    assert [hands.read(part.key) for part in view.parts] == contents
    assert [part.original_name for part in view.parts] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    assert view.parts[0].key == view.parts[4].key
    assert len({part.id for part in view.parts}) == 5
    assert evidence_view(view.id) == view
    assert len(hands.files()) == 5, "four different files and the whole; no drafts"


@pytest.mark.django_db
def test_recording_takes_a_fixed_number_of_statements(at: datetime) -> None:
    counts = []
    for number in (2, 6):
        staged = stage([upload(png_bytes(f"{number}.{page}")) for page in range(number)])
        with CaptureQueriesContext(connection) as queries:
            record_evidence(staged, by=actor(), at=at)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5, queries.captured_queries


@pytest.mark.django_db
def test_every_file_is_said_to_the_audit_log_without_its_label(at: datetime) -> None:
    view = recorded(upload(jpeg_bytes(), "Aysel Əliyeva.jpg"), upload(png_bytes(), "2.png"), at=at)
    events = said("evidence.stored")
    assert [(event.entity, event.entity_id) for event in events] == [
        ("evidence", pk) for pk in (view.id, *(part.id for part in view.parts))
    ]
    assert events[0].after == {
        "key": view.key,
        "sha256": view.sha256,
        "size": view.size,
        "media_type": "application/pdf",
        "pages": 2,
        "part_ids": [part.id for part in view.parts],
    }
    assert "Aysel" not in str([event.after for event in events])


@pytest.mark.django_db
def test_the_same_bytes_twice_are_two_rows_on_one_file(hands: Hands, at: datetime) -> None:
    first = recorded(upload(pdf_bytes(), "one.pdf"), at=at)
    second = recorded(upload(pdf_bytes(), "two.pdf"), at=at)
    assert first.key == second.key
    assert first.id != second.id
    assert hands.files() == [first.key]


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_label(name: str, hands: Hands, tmp_path: Path, at: datetime) -> None:
    view = recorded(upload(pdf_bytes(), name), at=at)
    assert view.original_name == rules.label_of(name)
    assert evidence_view(view.id).original_name == view.original_name
    assert hands.files() == [view.key], "nothing lies anywhere else"
    assert files_in(tmp_path) in ([], [f"home/evidence/{view.key}"])


@pytest.mark.django_db
def test_a_register_may_be_a_table_and_a_sheet_may_not(at: datetime) -> None:
    table = "badge,course\nƏ-1,H2S\n".encode()
    view = record_evidence(stage([upload(table, "records.csv")], kind=Kind.REGISTER), by=actor(), at=at)
    assert (view.media_type, view.pages) == ("text/csv", None)
    with pytest.raises(UnsupportedType):
        stage([upload(table, "records.csv")])
    with pytest.raises(Invalid) as refused:
        stage([upload(table), upload(table)], kind=Kind.REGISTER)
    assert refused.value.code == "ONE_FILE"


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_auditors_do_not_upload(role: Role, at: datetime) -> None:
    staged = stage([upload(pdf_bytes())])
    if role is Role.AUDITOR:
        with pytest.raises(Forbidden):
            record_evidence(staged, by=actor(role), at=at)
        assert not EvidenceFile.objects.exists()
    else:
        assert record_evidence(staged, by=actor(role), at=at).id


# Refusing

REFUSALS: dict[str, tuple[list[bytes], type[Refusal], int, str]] = {
    "nothing": ([], Invalid, 422, "REQUIRED"),
    "empty": ([b""], Invalid, 422, "EVIDENCE_EMPTY"),
    "one of two is empty": ([pdf_bytes(), b""], Invalid, 422, "EVIDENCE_EMPTY"),
    "too large": ([pdf_bytes() + b"\0" * MAX_BYTES], TooLarge, 413, "EVIDENCE_TOO_LARGE"),
    "too many": ([png_bytes()] * 51, TooLarge, 413, "EVIDENCE_TOO_LARGE"),
    "together too large": (
        [jpeg_bytes() + bytes(MAX_BYTES - 9000)] * 5,
        TooLarge,
        413,
        "EVIDENCE_TOO_LARGE",
    ),
    "another type": ([b"GIF89a" + b"\0" * 40], UnsupportedType, 415, "EVIDENCE_TYPE"),
    "one of two is another type": ([pdf_bytes(), b"<svg/>"], UnsupportedType, 415, "EVIDENCE_TYPE"),
    "two things at once": ([jpeg_bytes() + strange.zip_bytes()], UnsupportedType, 415, "EVIDENCE_TYPE"),
    "cut off": ([pdf_bytes()[:-30]], UnsupportedType, 415, "EVIDENCE_TYPE"),
    "together too many pages": (
        [pdf_bytes("a", pages=120), pdf_bytes("b", pages=120)],
        UnsupportedType,
        415,
        "EVIDENCE_TYPE",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_leaves_nothing(name: str, hands: Hands) -> None:
    contents, kind, status, code = REFUSALS[name]
    with pytest.raises(kind) as refused:
        stage([upload(content, "vərəq.pdf") for content in contents])
    assert (refused.value.status, refused.value.code) == (status, code)
    assert [(error.field, error.code) for error in refused.value.errors] == [("file", code)]
    assert refused.value.detail
    assert hands.files() == []


def test_25_megabytes_are_accepted_and_one_byte_more_is_not(hands: Hands) -> None:
    start = jpeg_bytes()
    staged = stage([upload(start + bytes(MAX_BYTES - len(start)))])
    assert staged.whole.size == MAX_BYTES
    with pytest.raises(TooLarge):
        stage([upload(start + bytes(MAX_BYTES - len(start) + 1))])


def test_an_upload_that_breaks_off_leaves_nothing(hands: Hands) -> None:
    class Broken:
        def read(self, size: int, /) -> bytes:
            if hands.files():
                raise ConnectionResetError("the client went away")
            return b"%PDF-1.7"

    with pytest.raises(ConnectionResetError):
        stage([Upload("sheet.pdf", Broken())])
    assert hands.files() == []


@pytest.mark.django_db
def test_files_are_not_staged_inside_a_transaction(at: datetime) -> None:
    @command
    def careless(*, by: Any, at: datetime) -> None:
        nothing_changed()
        stage([upload(pdf_bytes())])

    with pytest.raises(AssertionError, match="before the command"):
        careless(by=actor(), at=at)


@pytest.mark.django_db
def test_no_row_speaks_of_bytes_that_are_gone_or_changed(hands: Hands, at: datetime) -> None:
    staged = stage([upload(pdf_bytes())])
    hands.remove(staged.whole.key)
    with pytest.raises(EvidenceUnavailable, match="again"):
        record_evidence(staged, by=actor(), at=at)
    staged = stage([upload(pdf_bytes())])
    hands.overwrite(staged.whole.key, b"x" * staged.whole.size)
    with pytest.raises(Conflict) as refused:
        record_evidence(staged, by=actor(), at=at)
    assert refused.value.code == "TAMPERED"
    assert not EvidenceFile.objects.exists()
    assert not AuditEvent.objects.exists()


# The alarm


@pytest.mark.django_db
def test_proof_is_delivered_as_it_was_stored(at: datetime) -> None:
    view = recorded(upload(pdf_bytes()), at=at)
    proof = open_proof(view.id, by=actor(Role.AUDITOR), at=at)
    assert b"".join(proof.chunks()) == pdf_bytes()
    assert proof.evidence == view
    assert not said("evidence.tampered")


@pytest.mark.django_db
def test_tampered_proof_is_an_alarm_and_not_a_byte(hands: Hands, at: datetime) -> None:
    view = recorded(upload(pdf_bytes()), at=at)
    hands.overwrite(view.key, pdf_bytes()[:-1] + b" ")
    with pytest.raises(Conflict) as refused:
        open_proof(view.id, by=actor(Role.AUDITOR, user_id=9), at=at)
    assert refused.value.code == "TAMPERED"
    (event,) = said("evidence.tampered")
    assert (event.entity, event.entity_id, event.actor_id) == ("evidence", view.id, 9)
    assert event.after == {"key": view.key, "found": "TAMPERED"}


@pytest.mark.django_db
def test_a_lost_part_is_reported_with_its_own_number(hands: Hands, at: datetime) -> None:
    view = recorded(upload(jpeg_bytes()), upload(png_bytes()), at=at)
    assert report_tampering([view.id], by=actor(), at=at) == []
    hands.remove(view.parts[1].key)
    (problem,) = report_tampering([view.id], by=actor(), at=at)
    assert problem.evidence_id == view.parts[1].id
    assert [event.after for event in said("evidence.tampered")] == [{"key": view.parts[1].key, "found": "MISSING"}]


# Orphans


@pytest.mark.django_db
def test_orphans_are_set_aside_and_evidence_is_not(hands: Hands, at: datetime) -> None:
    whole = recorded(upload(jpeg_bytes()), upload(png_bytes()), at=at)
    (old,) = store_bytes(pdf_bytes("old"))
    now = hands.let_time_pass() + timedelta(hours=24)
    (young,) = store_bytes(pdf_bytes("young"))
    found = quarantine_orphans(by=actor(Role.SUPER_ADMIN), at=now)
    assert (found.keys, found.drafts) == ((old,), 0)
    assert sum("quarantine" in path for path in hands.files()) == 1
    assert {young, *(part.key for part in (whole, *whole.parts))} < set(hands.files())
    (event,) = said("evidence.quarantined")
    assert event.after == {"keys": [old], "drafts": 0}
    assert quarantine_orphans(by=actor(), at=now).keys == ()
    assert quarantine_orphans(by=actor(), at=now + timedelta(hours=25)).keys == (young,)
    with pytest.raises(Forbidden):
        quarantine_orphans(by=actor(Role.ASSESSOR), at=now)


CRASH = """
import io, os, signal, sys
import django
django.setup()
from pathlib import Path
from titan.evidence.commands import Upload, stage
class Content:
    def __init__(self, fatal):
        self.fatal, self.file = fatal, io.BytesIO(Path(sys.argv[1]).read_bytes())
    def read(self, size):
        if self.fatal and self.file.tell():
            os.kill(os.getpid(), signal.SIGKILL)
        return self.file.read(100)
stage([Upload("sheet.pdf", Content(sys.argv[2] == "while writing"))])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["while writing", "between file and row"])
def test_a_crash_leaves_only_what_the_sweeper_finds(moment: str, hands: Hands, tmp_path: Any) -> None:
    sheet = tmp_path / "given.pdf"
    sheet.write_bytes(pdf_bytes())
    environment = {**os.environ, **hands.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    died = subprocess.run([sys.executable, "-c", CRASH, str(sheet), moment], env=environment, check=False)
    assert died.returncode == -signal.SIGKILL, "the fault happened"
    (left,) = hands.files() if moment == "while writing" else _kept(hands)
    assert left.startswith("tmp/" if moment == "while writing" else "sha256/")
    assert not EvidenceFile.objects.exists()
    later = datetime.now(UTC) + timedelta(hours=25)
    found = quarantine_orphans(by=actor(), at=later)
    assert len(found.keys) + found.drafts >= 1
    assert [path.partition("/")[0] for path in hands.files()] == ["quarantine"] * len(found.keys)
    assert [event.entity for event in said("evidence.quarantined")] == ["evidence"]


def _kept(hands: Hands) -> list[str]:
    return [path for path in hands.files() if path.startswith("sha256/")]


@pytest.mark.django_db
def test_parts_are_numbered_in_the_order_they_came(at: datetime) -> None:
    view = recorded(upload(png_bytes(), "b"), upload(jpeg_bytes(), "a"), at=at)
    rows = EvidencePart.objects.filter(whole_id=view.id).order_by("position").values_list("position", "part_id")
    assert list(rows) == [(1, view.parts[0].id), (2, view.parts[1].id)]
