"""From an ugly file to what it makes of the site, and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.cast import actor
from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.folders import write
from tests.exchange.imports.files import Formula, Shown, upload, workbook
from titan.core.actor import Role, Via, system_actor
from titan.core.errors import Conflict
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands import apply_import, open_import, undo_import
from titan.exchange.imports.queries.imports import import_rows, one_import, undo_preview
from titan.exchange.imports.queries.views import ImportView
from titan.exchange.imports.rules.states import Outcome, State
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker

BY = actor(Role.HSE_ADMIN)


@pytest.fixture
def loaded(db: None, tmp_path: Path, at: datetime) -> None:
    """The good folder's site, loaded an hour ago."""
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=at - timedelta(hours=1))


def opened(content: bytes, at: datetime, given: Given | None = None, name: str = "list.xlsx") -> ImportView:
    number = open_import(upload(content, name), given, by=BY, at=at)
    return one_import(number, by=BY, at=at)


def refused(view: ImportView) -> dict[str, str]:
    """Return the reasons by place."""
    rows = import_rows(view.id, by=BY, outcome=Outcome.REFUSED, limit=200).items
    return {problem.place: problem.code for row in rows for problem in row.problems}


UGLY = [
    ["NORTHGATE — PERSONEL LİSTESİ", None, None, None, None, None, None, None, None],
    [None],
    ["Hazırlama tarihi: 20.11.2026"],
    ["S.No", "Sicil No", "Adı", "Soyadı", "Firma", "Görevi", "Göreve Başlama (gg.aa.yyyy)", "Durumu", "Alanlar"],
    [1, "N-10", "  Ayşe\n", "IŞIK", "northgate", "Rigger", date(2026, 10, 1), "Çalışıyor", "Unit 1 / SITE"],
    [2, Shown(123, "00000"), "Mehmet", "Öz", "NGT", "welder", "03.04.2026", "AKTİF", "PROC, UNIT"],
    [3, 4567, "Ali", "Veli", "Boğaziçi Mekanik", "halatçı", 46113, "işten ayrıldı", None],
    [4, "N-12", Formula('=A1&"x"', "Kaya"), "Er", "NGT", "RIG", "12 Mart 2026", "Aktif", ""],
    [5, "N-13", "Veli", "Er", "NGT", "RIG", "31.02.2026", "Aktif", ""],
    [6, "N-14", "Can", "Er", "Bilinmeyen A.Ş.", "RIG", "2026-01-05", "Aktif", "Depo"],
    [7, "N-10", "Ayşe", "IŞIK", "NGT", "RIG", "01.10.2026", "aktif", "UNIT;SITE"],
    [8, "N-15", "Cem", "Er", "NGT", "RIG", "2026-01-05", "Belki", ""],
    [9, None, None, None, None, None, None, None, None],
    ["Toplam", 9],
]


def test_an_ugly_list_is_understood_and_every_bad_cell_named(loaded: None, at: datetime) -> None:
    view = opened(workbook(("Liste", UGLY), merged=[(0, 0, 0, 8)]), at)
    (sheet,) = view.sheets
    assert (sheet.kind, sheet.header_row) == ("WORKERS", 4)
    assert {c.heading: c.field for c in sheet.columns} == {
        "S.No": None,
        "Sicil No": "employee_id",
        "Adı": "first_name",
        "Soyadı": "last_name",
        "Firma": "company_code",
        "Görevi": "role_code",
        "Göreve Başlama (gg.aa.yyyy)": "role_assigned_on",
        "Durumu": "status",
        "Alanlar": "area_codes",
    }
    assert refused(view) == {
        "Liste!C8": "FORMULA",
        "Liste!G9": "NO_SUCH_DAY",
        "Liste!E10": "UNKNOWN_COMPANY",
        "Liste!I10": "UNKNOWN_AREA",
        "Liste!H12": "UNKNOWN_WORD",
    }
    counts = view.counts
    assert (counts.created, counts.changed, counts.unchanged, counts.refused, counts.ignored) == (3, 0, 0, 4, 2)
    assert not view.can_apply
    assert view.can_skip
    assert {(q.kind.value, q.value, q.open) for q in view.questions} == {
        ("COMPANY", "Bilinmeyen A.Ş.", False),
        ("AREA", "Depo", False),
        ("WORD", "Belki", False),
    }


def test_it_is_applied_and_undone(loaded: None, at: datetime) -> None:
    view = opened(workbook(("Liste", UGLY)), at)
    with pytest.raises(Conflict) as no:
        apply_import(view.id, by=BY, at=at)
    assert no.value.code == "ROWS_REFUSED"
    apply_import(view.id, by=BY, at=at, skip_refused=True)
    assert one_import(view.id, by=BY, at=at).state is State.APPLIED
    ayse = Worker.objects.get(employee_id="N-10")
    assert (ayse.first_name, ayse.last_name, ayse.company.code, ayse.role.code) == ("Ayşe", "IŞIK", "NGT", "RIG")  # type: ignore[union-attr]
    assert ayse.role_assigned_on == date(2026, 10, 1)
    assert set(ayse.area_assignments.values_list("area__code", flat=True)) == {"UNIT", "SITE"}
    assert Worker.objects.get(employee_id="00123").role_assigned_on == date(2026, 4, 3)
    assert Worker.objects.get(employee_id="4567").role_assigned_on == date(2026, 4, 1)
    assert Worker.objects.get(employee_id="4567").status == "INACTIVE"
    verdict_equals_rebuild(at)
    preview = undo_preview(view.id, by=BY, at=at)
    assert preview.is_possible, preview.resting
    undo_import(view.id, "Wrong file", by=BY, at=at)
    assert one_import(view.id, by=BY, at=at).state is State.UNDONE
    assert set(Worker.objects.filter(employee_id__in=["N-10", "00123"]).values_list("status", flat=True)) == {
        "INACTIVE"
    }
    verdict_equals_rebuild(at)
