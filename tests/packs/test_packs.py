"""Audit packs: what is in them, that the verifier finds all of it right, and who may take them along."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.api.classroom import AT, Classroom
from tests.api.client import body_of, need_problem
from tests.api.life import erase, live
from tests.training.acting import ADMIN, PASSED, held, settle, sheet, time_of
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.command import command
from titan.evidence.commands import record_evidence
from titan.ledger.models import Leaf, LeafType
from titan.packs.archive import Sending
from titan.packs.commands import make_pack
from titan.packs.scope import About, Scope
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import TrainingRecord
from titan.training.commands import finalize_session

pytestmark = pytest.mark.django_db

AUDITOR = cast.actor(Role.AUDITOR)
SUPER = cast.actor(Role.SUPER_ADMIN)


@pytest.fixture
def person(room: Classroom) -> int:
    return live(room)


def taken(scope: Scope, place: Path, *, by: Any = AUDITOR, language: str = "en") -> Path:
    path = place / f"{scope.about}.zip"
    path.write_bytes(b"".join(make_pack(scope, by=by, at=AT, languages=[language]).chunks))
    return path


def verify(path: Path, *options: str) -> str:
    """Run the verifier out of the pack itself, as an auditor does; return what it says."""
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as pack:
        pack.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(path), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def entries_of(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as pack:
        return [json.loads(line) for line in pack.read("entries.jsonl").splitlines()]


def evidence_of(path: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as pack:
        return [json.loads(line) for line in pack.read("evidence.jsonl").splitlines()]


def cover_text(path: Path) -> str:
    with zipfile.ZipFile(path) as pack:
        paper = pypdfium2.PdfDocument(pack.read("cover.pdf"))
    return "\n".join(page.get_textpage().get_text_range() for page in paper)


class TestAWorker:
    def test_everything_about_them_and_the_verifier_agrees(self, room: Classroom, person: int, tmp_path: Path) -> None:
        path = taken(Scope(About.WORKER, person), tmp_path)
        said = verify(path)
        assert "All of this holds" in said
        records = set(TrainingRecord.objects.filter(worker_id=person).values_list("pk", flat=True))
        kinds = [json.loads(_leaf(entry))["type"] for entry in entries_of(path)]
        assert kinds.count(LeafType.RECORD) == len(records)
        for kind in (LeafType.REVOKED, LeafType.COMPETENCY_OPENED, LeafType.COMPETENCY_DECIDED, LeafType.FINALIZED):
            assert kind in kinds
        assert kinds.count(LeafType.COMPETENCY_WITHDRAWN) == 1
        assert kinds.count(LeafType.RESTATED) >= 1
        shown = {entry["identity"]["name"] for entry in entries_of(path) if entry["identity"]}
        assert shown == {"Zülfüqarqızı Qabaqcasoyad", "Zülfüqarqızı Мирзебалаева ميرزابالايوا"}
        texts = [entry["texts"] for entry in entries_of(path) if entry["texts"]]
        assert {"provider": "providerzx", "remarks": "remarkzx-external"} in texts
        newest = [entry["index"] for entry in entries_of(path) if entry["restated"] == entry["index"]]
        assert len(newest) == 1, "the one restatement says who they are now"

    def test_the_cover_is_for_people(self, room: Classroom, person: int, tmp_path: Path) -> None:
        text = cover_text(taken(Scope(About.WORKER, person), tmp_path))
        for words in ("Audit pack", "Zülfüqarqızı", "HSE-002", "Revoked", "Valid", "python3 verify.py"):
            assert words in text

    def test_extensions_and_their_letter_are_in_it(self, room: Classroom, person: int, tmp_path: Path) -> None:
        record = TrainingRecord.objects.filter(worker_id=person, revoked_at=None, expires_on__isnull=False)[0]
        day, until = record.expires_on, date(2028, 3, 31)
        letter = command(record_evidence)(sheet("the authority's letter"), by=ADMIN, at=AT)
        extending = Extending(record.course_id, "EXPIRES_ON", day, day, until)
        decision = AuthorityDecision("Order 118/26", date(2026, 11, 3), "The centre is closed.")
        kept = extend_validity(extending, decision, letter.id, by=ADMIN, at=AT)
        taken_back = extend_validity(replace(extending, until=date(2029, 1, 1)), decision, by=ADMIN, at=AT)
        revoke_extension(taken_back, "Not for us", by=ADMIN, at=AT)
        path = taken(Scope(About.WORKER, person), tmp_path)
        said = verify(path)
        assert f"Records validity.extended: 1\n  record {record.pk} " in said
        assert f"Records validity.withdrawn: 1\n  record {record.pk} " in said
        told = [json.loads(_leaf(entry)) | {"texts": entry["texts"]} for entry in entries_of(path)]
        extended = {one["extension"]: one for one in told if one["type"] == LeafType.EXTENDED}
        assert set(extended) == {kept, taken_back}
        assert extended[kept]["texts"] == {"reason": "The centre is closed.", "reference": "Order 118/26"}
        assert [one["texts"] for one in told if one["type"] == LeafType.EXTENSION_WITHDRAWN] == [
            {"reason": "Not for us"}
        ]
        assert letter.sha256 in {line["sha256"] for line in evidence_of(path) if line["file"]}
        assert "31 Mar 2028, extended by decision Order 118/26 of 3 Nov 2026" in " ".join(cover_text(path).split())

    def test_nothing_of_others_but_the_sheets_they_signed(self, room: Classroom, person: int, tmp_path: Path) -> None:
        for entry in entries_of(taken(Scope(About.WORKER, person), tmp_path)):
            if entry["identity"]:
                assert "Zülfüqarqızı" in entry["identity"]["name"]

    def test_an_erased_worker_stays_proved_and_unnamed(self, room: Classroom, person: int, tmp_path: Path) -> None:
        erase(room, person)
        path = taken(Scope(About.WORKER, person), tmp_path)
        verify(path)
        assert all(entry["identity"] is None and entry["salt"] is None for entry in entries_of(path))
        with zipfile.ZipFile(path) as pack:
            named = b"".join(pack.read(name) for name in pack.namelist() if not name.startswith("evidence/"))
        for word in ("Zülfüqarqızı", "ZX81-QVW", "providerzx", "filenamezx"):
            assert word.encode() not in named

    def test_sheets_of_the_erased_are_for_few(self, room: Classroom, person: int, tmp_path: Path) -> None:
        erase(room, person)
        scope = Scope(About.WORKER, person)
        withheld = evidence_of(taken(scope, tmp_path, by=cast.actor(Role.HSE_ADMIN)))
        assert all(line["file"] is None and "erased" in line["withheld"] for line in withheld)
        verify(tmp_path / "worker.zip")
        before = AuditEvent.objects.filter(action="evidence.opened").count()
        for one in (AUDITOR, SUPER):
            assert all(line["file"] for line in evidence_of(taken(scope, tmp_path, by=one)))
        assert AuditEvent.objects.filter(action="evidence.opened").count() == before + 2 * len(withheld)


class TestASession:
    def test_its_batch_is_whole(self, room: Classroom, person: int, tmp_path: Path) -> None:
        session = TrainingRecord.objects.filter(worker_id=person).exclude(session_id=None).get().session_id
        said = verify(taken(Scope(About.SESSION, session or 0), tmp_path))
        assert "Sessions: 1 complete" in said

    def test_a_changed_pack_is_caught(self, room: Classroom, person: int, tmp_path: Path) -> None:
        session = TrainingRecord.objects.filter(worker_id=person).exclude(session_id=None).get().session_id
        path = taken(Scope(About.SESSION, session or 0), tmp_path)
        with zipfile.ZipFile(path) as pack:
            members = {name: pack.read(name) for name in pack.namelist()}
        members["entries.jsonl"] = members["entries.jsonl"].replace("Çələbi".encode(), "Çəlabi".encode())
        with zipfile.ZipFile(path, "w") as pack:
            for name, content in members.items():
                pack.writestr(name, content)
        done = subprocess.run(
            [sys.executable, str(files("titan.packs") / "verify.py"), str(path)], capture_output=True, check=False
        )
        assert done.returncode == 1
        assert b"NOT AS IT SHOULD BE" in done.stderr


class TestManyPeople:
    def test_a_company(self, room: Classroom, person: int, tmp_path: Path) -> None:
        path = taken(Scope(About.COMPANY, room.workers[0].company_id), tmp_path)
        assert "4 shown" in verify(path)
        text = cover_text(path)
        assert "Neft Daşları" in text
        assert "محمد" in text

    def test_a_span_of_days(self, room: Classroom, person: int, tmp_path: Path) -> None:
        day = date(2026, 11, 22)
        path = taken(Scope(About.PERIOD, 0, day, day), tmp_path)
        verify(path)
        completed = {json.loads(_leaf(entry)).get("completed_on") for entry in entries_of(path)} - {None}
        assert completed == {"2026-11-22"}

    def test_days_without_classes(self, room: Classroom, tmp_path: Path) -> None:
        path = taken(Scope(About.PERIOD, 0, date(2001, 1, 1), date(2001, 1, 2)), tmp_path)
        verify(path)
        assert "Nothing was recorded." in cover_text(path)

    def test_the_cost_does_not_grow(self, room: Classroom, tmp_path: Path) -> None:
        costs = []
        for number, size in enumerate((3, 60)):
            company = cast.make_company()
            marks = {cast.make_worker(company=company): PASSED for _ in range(size)}
            settle()
            session = held(room.course, marks, time_of(-9 * number - 9, on=AT), trainer=room.trainer)
            finalize_session(session.pk, by=cast.actor(Role.HSE_ADMIN), at=AT)
            make_pack(Scope(About.COMPANY, company.pk), by=AUDITOR, at=AT, languages=["en"])
            with CaptureQueriesContext(connection) as statements:
                taken(Scope(About.COMPANY, company.pk), tmp_path)
            costs.append(len(statements))
        assert costs[1] <= costs[0] + 2, "a block of the tree more, and nothing for each worker"


class TestEvidence:
    def test_a_lost_file_is_said_and_the_rest_is_there(self, room: Classroom, person: int, tmp_path: Path) -> None:
        scope = Scope(About.WORKER, person)
        line = evidence_of(taken(scope, tmp_path))[0]
        key = f"sha256/{line['sha256'][:2]}/{line['sha256'][2:4]}/{line['sha256']}"
        file = Path(settings.TITAN_EVIDENCE_DIR) / key
        kept = file.read_bytes()
        file.chmod(0o600)
        file.unlink()
        try:
            lines = evidence_of(taken(scope, tmp_path))
            verify(tmp_path / "worker.zip")
        finally:
            file.write_bytes(kept)
        assert [one["file"] for one in lines if one["sha256"] == line["sha256"]] == [None]
        assert all(one["file"] for one in lines if one["sha256"] != line["sha256"])
        assert "withheld" in cover_text(tmp_path / "worker.zip")


class TestTheZip:
    def test_it_never_waits_for_the_whole(self) -> None:
        sending = Sending((2026, 11, 22, 9, 0, 0))
        pieces = (bytes(64 * 1024) for _ in range(1_000))
        sizes = [len(chunk) for chunk in sending.add("zeros", pieces, packed=False)]
        assert max(sizes) < 512 * 1024
        assert sum(sizes) > 60_000_000

    def test_it_is_a_zip(self) -> None:
        sending = Sending((2026, 11, 22, 9, 0, 0))
        content = b"".join([*sending.add("ə.txt", [b"a", b"b"]), *sending.add("c", [], packed=False), *sending.end()])
        with zipfile.ZipFile(io.BytesIO(content)) as made:
            assert made.testzip() is None
            assert {name: made.read(name) for name in made.namelist()} == {"ə.txt": b"ab", "c": b""}


class TestTheApi:
    def test_each_kind(self, room: Classroom, person: int, tmp_path: Path) -> None:
        session = TrainingRecord.objects.filter(worker_id=person).exclude(session_id=None).get().session_id
        company = room.workers[0].company_id
        for address in (
            f"/workers/{person}/pack?from=2026-11-01&to=2026-11-30",
            f"/sessions/{session}/pack",
            f"/companies/{company}/pack",
            "/pack?from=2026-11-01&to=2026-11-30",
        ):
            answer = room.clients[Role.AUDITOR].get(address)
            assert answer.status_code == 200, address
            assert answer["Content-Type"] == "application/zip"
            path = tmp_path / "from-api.zip"
            path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
            verify(path)

    def test_who_may(self, room: Classroom, person: int) -> None:
        for role in (Role.TRAINER, Role.ASSESSOR):
            need_problem(room.clients[role].get(f"/workers/{person}/pack"), 403, "FORBIDDEN")
        need_problem(room.clients[Role.AUDITOR].get("/workers/999999/pack"), 404, "NOT_FOUND")
        need_problem(room.clients[Role.AUDITOR].get("/pack"), 422, "INVALID")
        backwards = room.clients[Role.AUDITOR].get("/pack?from=2026-11-30&to=2026-11-01")
        assert body_of(backwards)["errors"][0]["field"] == "to"

    def test_the_log_knows_who_took_it(self, room: Classroom, person: int) -> None:
        room.clients[Role.AUDITOR].get(f"/workers/{person}/pack")
        event = AuditEvent.objects.get(action="pack.made")
        assert (event.entity, event.entity_id, event.actor_id) == ("worker", person, room.users[Role.AUDITOR].pk)


def _leaf(entry: dict[str, Any]) -> bytes:
    import base64

    leaf = base64.b64decode(entry["leaf"])
    assert leaf == bytes(Leaf.objects.get(pk=entry["index"]).data)
    return leaf
