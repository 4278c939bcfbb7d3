"""What imports keep: guarded, erased with a person, forgotten when nobody applies them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import cast
from tests.exchange.imports.conftest import BY, Desk
from tests.exchange.imports.files import upload, workbook
from tests.guards.raw import refuses, refuses_emptying, run
from titan.accounts.models import User
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, NotFound
from titan.core.jobs import nightly_jobs
from titan.evidence.commands import open_proof
from titan.evidence.models import EvidenceFile
from titan.exchange.imports.choices import CellFix
from titan.exchange.imports.commands import discard_import, fix_cells, open_import
from titan.exchange.imports.commands.discarding import forget_old
from titan.exchange.imports.models import Import, ImportBytes, ImportedThing, ImportSlice, RememberedLayout, TypedValue
from titan.exchange.imports.queries.imports import import_rows, list_imports, one_import, refused_workbook
from titan.exchange.imports.rules.states import State
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Worker, WorkerStatus
from titan.personnel.rules import WorkerChanges

HEAD = ["Badge", "First name", "Last name", "Company"]
SUPER = cast.actor(Role.SUPER_ADMIN)


class TestGuards:
    @pytest.fixture
    def number(self, desk: Desk) -> int:
        view = desk.sheet(HEAD, ["N-1", "Günel", "Əliyeva", "NGT"], ["N-10", "", "Veli", "NGT"])
        fix_cells(view.id, [CellFix(0, 3, "first_name", "Ali")], by=BY, at=desk.at)
        return desk.apply(desk.look(view.id)).id

    @pytest.mark.parametrize(
        "change",
        [
            "sha256 = 'x'",
            "file_name = 'x'",
            "applied_by_id = 7",
            "applied_at = '2026-11-23 00:00:00+00'",
            "opened_by_id = 7",
            "state = 'OPEN', applied_at = NULL, evidence_id = NULL",
            "state = 'DISCARDED', applied_at = NULL, evidence_id = NULL",
            "choices = '{}'",
            "preview = NULL",
            "id = id + 1000",
        ],
    )
    def test_an_applied_import_stays(self, number: int, change: str) -> None:
        refuses("IMPORT_IMMUTABLE", f"UPDATE imports_import SET {change}")

    def test_nothing_of_it_goes(self, number: int) -> None:
        for model in (ImportedThing, TypedValue):
            refuses_emptying("IMPORT_IMMUTABLE", model)
        refuses("IMPORT_IMMUTABLE", "UPDATE imports_importedthing SET entity_id = 1")
        refuses("IMPORT_IMMUTABLE", "UPDATE imports_importedthing SET before = NULL")
        refuses("IMPORT_IMMUTABLE", "UPDATE imports_typedvalue SET value = 'x'")
        refuses("IMPORT_IMMUTABLE", "UPDATE imports_typedvalue SET value = '[erased]'")

    def test_nothing_is_added_to_it(self, number: int) -> None:
        insert = "INSERT INTO imports_importedthing (of_id, entity, entity_id) VALUES (%s, 'worker', 1)"
        refuses("IMPORT_IMMUTABLE", insert, number)

    def test_work_on_it_may_be_noted(self, number: int) -> None:
        assert run("UPDATE imports_import SET work = '', failure = 'x', version = version + 1") == 1

    def test_a_discarded_one_stays_so(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, ["N-10", "Ali", "Veli", "NGT"])
        discard_import(view.id, by=BY, at=desk.at)
        refuses("IMPORT_IMMUTABLE", "UPDATE imports_import SET state = 'OPEN', forgotten_at = NULL")


class TestForgetting:
    def test_a_discarded_import_holds_nothing_of_anybody(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, ["N-10", "Zülfüqar", "Veli", None], name="Zülfüqar")
        assert refused_workbook(view.id, by=BY)[:2] == b"PK"
        discard_import(view.id, by=BY, at=desk.at)
        row = Import.objects.get(pk=view.id)
        assert (row.state, row.forgotten_at) == (State.DISCARDED, desk.at)
        assert not ImportSlice.objects.exists()
        assert not ImportBytes.objects.exists()
        kept = json.dumps([row.given, row.choices, row.reading, row.preview, row.file_name], ensure_ascii=False)
        assert "Zülfüqar" not in kept
        assert import_rows(view.id, by=BY).items == []
        with pytest.raises(Conflict):
            refused_workbook(view.id, by=BY)
        with pytest.raises(Conflict):
            discard_import(view.id, by=BY, at=desk.at)

    def test_an_applied_one_keeps_no_cells(self, desk: Desk) -> None:
        view = desk.apply(desk.sheet(HEAD, ["N-10", "Zülfüqar", "Veli", "NGT"]))
        assert not ImportSlice.objects.exists()
        assert not ImportBytes.objects.exists()
        row = Import.objects.get(pk=view.id)
        assert "Zülfüqar" not in json.dumps([row.given, row.choices, row.reading, row.preview], ensure_ascii=False)
        assert EvidenceFile.objects.get(pk=view.evidence_id).sha256 == row.sha256

    def test_what_nobody_applies_is_forgotten_one_night(self, desk: Desk, at: datetime) -> None:
        view = desk.sheet(HEAD, ["N-10", "Ali", "Veli", "NGT"])
        applied = desk.apply(desk.sheet(HEAD, ["N-11", "Ali", "Veli", "NGT"]))
        assert "forget old imports" in nightly_jobs()
        nightly_jobs()["forget old imports"](at + timedelta(days=13))
        assert one_import(view.id, by=BY, at=at).state is State.OPEN
        nightly_jobs()["forget old imports"](at + timedelta(days=15))
        assert one_import(view.id, by=BY, at=at).state is State.DISCARDED
        assert one_import(applied.id, by=BY, at=at).state is State.APPLIED
        forget_old(by=SUPER, at=at + timedelta(days=16))


class TestErasing:
    @pytest.fixture
    def boss(self, db: None) -> User:
        return cast.make_user(Role.SUPER_ADMIN)

    def erase(self, badge: str, at: datetime) -> Worker:
        worker = Worker.objects.get(employee_id=badge)
        if worker.status == WorkerStatus.ACTIVE:
            update_worker(worker.pk, WorkerChanges(status="INACTIVE"), by=SUPER, at=at, reason="left")
        anonymise_worker(worker.pk, "asked for it", by=SUPER, at=at)
        return worker

    def everywhere(self) -> str:
        rows: list[Any] = [
            *Import.objects.values(),
            *ImportedThing.objects.values(),
            *TypedValue.objects.values(),
            *RememberedLayout.objects.values(),
            *EvidenceFile.objects.values("original_name"),
        ]
        return json.dumps(rows, ensure_ascii=False, default=str)

    def test_who_was_changed_is_gone_from_what_was_before(self, desk: Desk, at: datetime) -> None:
        content = workbook(("A", [HEAD, ["N-1", None, "Qabaqcasoyad", "BOS"], ["N-2", "شركة", "عربي", "BOS"]]))
        view = desk.open(content, name="Zülfü Qabaqcasoyad.xlsx")
        fix_cells(view.id, [CellFix(0, 2, "first_name", "Zülfüqarqızı")], by=BY, at=at)
        desk.apply(desk.look(view.id))
        assert "Zülfüqarqızı" in self.everywhere()
        assert "Günay" in self.everywhere()
        self.erase("N-1", at + timedelta(hours=1))
        for word in ("Zülfü", "Qabaqcasoyad", "Günay", "Əliyeva"):
            assert word not in self.everywhere()
        thing = ImportedThing.objects.get(entity="worker")
        assert thing.before is not None
        assert thing.before["company_code"] == "NGT"

    def test_the_file_is_opened_by_few_then(self, desk: Desk, at: datetime) -> None:
        view = desk.apply(desk.sheet(HEAD, ["N-2", "شركة", "عربي", "BOS"], ["N-10", "Ali", "Veli", "NGT"]))
        assert view.evidence_id is not None
        open_proof(view.evidence_id, by=BY, at=at)
        # Whom the file only names is shown by it as well.
        self.erase("N-2", at + timedelta(hours=1))
        with pytest.raises(Forbidden):
            open_proof(view.evidence_id, by=BY, at=at + timedelta(hours=2))
        open_proof(view.evidence_id, by=SUPER, at=at + timedelta(hours=2))

    def test_an_open_file_about_them_is_discarded(self, desk: Desk, at: datetime) -> None:
        about = desk.sheet(HEAD, ["N-1", "Günay", "Əliyeva", "BOS"])
        others = desk.sheet(HEAD, ["N-10", "Günay", "Başkası", "BOS"])
        self.erase("N-1", at + timedelta(hours=1))
        assert one_import(about.id, by=BY, at=at).state is State.DISCARDED
        assert one_import(others.id, by=BY, at=at).state is State.OPEN


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR])
    def test_others_see_none(self, desk: Desk, role: Role) -> None:
        by = cast.actor(role)
        for look in (
            lambda: list_imports(by=by, at=desk.at),
            lambda: one_import(1, by=by, at=desk.at),
            lambda: import_rows(1, by=by),
            lambda: refused_workbook(1, by=by),
        ):
            with pytest.raises(Forbidden):
                look()

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
    def test_only_admins_import(self, desk: Desk, role: Role) -> None:
        with pytest.raises(Forbidden):
            open_import(upload(b"Badge;Name\n1;A\n", "a.csv"), by=cast.actor(role), at=desk.at)

    def test_an_auditor_reads(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, ["N-10", "Ali", "Veli", "NGT"])
        auditor = cast.actor(Role.AUDITOR)
        assert [one.id for one in list_imports(by=auditor, at=desk.at).items] == [view.id]
        assert one_import(view.id, by=auditor, at=desk.at).counts.created == 1
        with pytest.raises(NotFound):
            one_import(2**70, by=auditor, at=desk.at)
