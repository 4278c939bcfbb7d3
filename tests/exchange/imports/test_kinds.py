"""Companies, roles, areas, requirements, courses, trainers and venues; several sheets at once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.imports.conftest import Counted, Desk
from tests.exchange.imports.files import workbook
from titan.catalogue.models import CourseVersion, VersionStatus
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.exchange.imports.choices import Given
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.personnel.models import Area, Company, Role, Worker
from titan.records.models import TrainingRecord
from titan.resources.models import Trainer, Venue


def published(code: str) -> CourseVersion:
    return CourseVersion.objects.get(course__code=code, status=VersionStatus.PUBLISHED)


def test_companies_by_code_or_by_name(desk: Desk, counted: Counted) -> None:
    view = desk.sheet(
        ["Firma kodu", "Firma adı"],
        ["ngt", "NORTHGATE"],
        ["BOS", "Boğaziçi Mekanik A.Ş."],
        [None, "Çelik & Yapı"],
        [None, "boğaziçi mekanik"],
        [None, None],
    )
    assert view.sheets[0].kind is Kind.COMPANIES
    assert desk.refused(view) == {"3": "CONTRADICTS", "5": "CONTRADICTS"}
    assert counted(view) == (1, 0, 1, 2, 0)
    desk.apply(view, skip=True)
    assert Company.objects.get(code="CELIK-YAPI").name == "Çelik & Yapı"


def test_roles_in_several_languages(desk: Desk) -> None:
    view = desk.sheet(
        ["Role code", "Title (EN)", "Title (TR)"],
        ["RIG", "Rigger", "Halatçı"],
        ["WEL", "Welder", "Kaynakçı"],
        ["NEW", "New", ""],
    )
    (row,) = desk.rows(view, Outcome.CHANGED)
    assert [(change.field, change.before, change.after) for change in row.changes] == [("title_tr", "", "Kaynakçı")]
    desk.apply(view)
    assert Role.objects.get(code="WEL").title == {"en": "Welder", "tr": "Kaynakçı"}
    assert Role.objects.get(code="NEW").title == {"en": "New"}


def test_a_title_that_some_language_has_changes_nothing(desk: Desk) -> None:
    view = desk.sheet(["Görev kodu", "Başlık"], ["RIG", "Halatçı"], ["WEL", "Welder"], given=Given(kind=Kind.ROLES))
    assert view.counts.unchanged == 2


def test_areas_and_their_tree(desk: Desk) -> None:
    view = desk.sheet(
        ["Area code", "Area", "Part of"],
        ["TANK", "Tank farm", "Process"],
        ["PUMP", "Pumps", "TANK"],
        ["UNIT", "Unit 1", "Tank farm"],
        ["BAD", "Bad", "Nowhere"],
        ["WORSE", "Worse", "BAD"],
        ["X", "X", "Y"],
        ["Y", "Y", "X"],
    )
    found = desk.refused(view)
    assert found.pop("C5") == "UNKNOWN_AREA"
    assert found.pop("C6") == "UNKNOWN_AREA"
    assert set(found.values()) == {"CIRCLE", "UNKNOWN_AREA"}
    desk.apply(view, skip=True)
    assert Area.objects.get(code="PUMP").parent == Area.objects.get(code="TANK")
    assert Area.objects.get(code="UNIT").parent == Area.objects.get(code="TANK")


def test_a_parent_further_down_is_found(desk: Desk) -> None:
    desk.apply(
        desk.sheet(["Area code", "Area", "Part of"], ["PUMP", "Pumps", "Tank farm"], ["TANK", "Tank farm", None])
    )
    assert Area.objects.get(code="PUMP").parent == Area.objects.get(code="TANK")


def test_courses_with_lengths_and_validities_in_words(desk: Desk) -> None:
    view = desk.sheet(
        [
            "Eğitim kodu",
            "Eğitim adı",
            "Süre",
            "Geçerlilik süresi",
            "Yöntem",
            "Yetkinlik gerekir",
            "Ön koşul",
            "Geçme notu",
        ],
        ["YNG", "Yangın", "8 saat", "2 yıl", "Yüz yüze", "Hayır", "IND; H2S Awareness", 70],
        ["IND", "Induction", "2 saat", "12 ay", None, None, None, None],
        ["ALT", "Alt", "1 gün", "süresiz", "Uzaktan", "X", None, None],
    )
    assert desk.refused(view) == {"C4": "NOT_A_LENGTH"}
    assert view.counts.unchanged == 1
    desk.apply(view, skip=True)
    course = published("YNG")
    assert (course.duration_minutes, course.validity_months, course.min_pass_score) == (480, 24, 70)
    assert (course.delivery_method, course.requires_verification) == ("INSTRUCTOR_LED", False)
    assert {asked.course.code for asked in course.prerequisites.all()} == {"IND", "H2S"}


def test_bare_numbers_ask_for_their_unit(desk: Desk) -> None:
    view = desk.sheet(["Course code", "Title", "Length", "Valid for"], ["A", "A", 8, 2], ["B", "B", "4", "0"])
    assert [(question.kind.value, question.column, question.open) for question in view.questions] == [
        ("UNIT", "Length", True),
        ("UNIT", "Valid for", True),
    ]
    assert desk.refused(view) == {"C2": "UNIT_UNKNOWN", "D2": "UNIT_UNKNOWN", "C3": "UNIT_UNKNOWN"}
    keys = {question.column: question.key for question in view.questions}
    from tests.exchange.imports.conftest import BY
    from titan.exchange.imports.commands import answer_questions

    answer_questions(view.id, {keys["Length"]: "hours", keys["Valid for"]: "years"}, by=BY, at=desk.at)
    view = desk.look(view.id)
    assert {question.answer for question in view.questions} == {"hours", "years"}
    desk.apply(view)
    assert (published("A").duration_minutes, published("A").validity_months, published("B").validity_months) == (
        480,
        24,
        0,
    )


def test_a_changed_course_becomes_a_new_version(desk: Desk) -> None:
    desk.apply(desk.sheet(["Course code", "Title", "Validity (months)"], ["IND", "Induction", 24]))
    course = published("IND")
    assert (course.number, course.validity_months, course.duration_minutes) == (2, 24, 120)


def test_requirements_of_roles_and_areas(desk: Desk, at: object) -> None:
    view = desk.open(
        workbook(
            (
                "Görev gereklilikleri",
                [
                    ["Görev", "Eğitim", "Zorunlu", "Ek süre (gün)"],
                    ["Welder", "H2S Awareness", "Girişten sonra", 30],
                    ["RIG", "IND", "Giriş öncesi", None],
                    ["RIG", "Yok böyle", "Giriş öncesi", None],
                ],
            ),
            (
                "Alan gereklilikleri",
                [["Alan", "Eğitim", "Zorunlu"], ["Unit 1", "Induction", "PRE_MOB"], ["UNIT", "INV", "sonra"]],
            ),
        )
    )
    assert [sheet.kind for sheet in view.sheets] == [Kind.ROLE_REQUIREMENTS, Kind.AREA_REQUIREMENTS]
    assert desk.refused(view) == {"B4": "UNKNOWN_COURSE", "C3": "UNKNOWN_WORD"}
    desk.apply(view, skip=True)
    assert RoleRequirement.objects.get(role__code="WEL", until=None).grace_period_days == 30
    assert AreaRequirement.objects.filter(area__code="UNIT", course__code="IND", until=None).count() == 1
    verdict_equals_rebuild(at)  # type: ignore[arg-type]


def test_trainers(desk: Desk) -> None:
    view = desk.sheet(
        ["Eğitmen kodu", "Eğitmen adı", "Firma", "Verebileceği eğitimler", "E-posta"],
        ["T2", "OMACA AKSU", None, "Induction / H2S", None],
        ["T3", "Cem Kara", "Dış Eğitim Ltd", "IND", "t3@site.example"],
        ["T4", "Ali Ak", None, "Uçuş", None],
    )
    assert desk.refused(view) == {"D4": "UNKNOWN_COURSE"}
    (changed,) = desk.rows(view, Outcome.CHANGED)
    assert [(change.field, change.before, change.after) for change in changed.changes] == [
        ("qualified_course_codes", "IND", "H2S;IND")
    ]
    desk.apply(view, skip=True)
    assert Trainer.objects.get(code="T3").type == "EXTERNAL"
    assert Trainer.objects.get(code="T2").email == "t2@site.example"


def test_venues(desk: Desk) -> None:
    view = desk.sheet(
        ["Salon", "Kapasite", "Konum"], ["ROOM A", "25", None], ["Room B", 12.0, "Floor 1"], ["Room C", "çok", None]
    )
    assert desk.refused(view) == {"B4": "NOT_A_NUMBER"}
    desk.apply(view, skip=True)
    assert Venue.objects.get(name="Room A").capacity == 25
    assert Venue.objects.get(name="Room B").location == "Floor 1"


def test_a_whole_site_in_one_workbook_in_any_order(desk: Desk, counted: Counted, at: object) -> None:
    view = desk.open(
        workbook(
            ("Kayıtlar", [["Badge", "Training", "Date"], ["W-1", "Fire", "2026-02-01"], ["W-9", "Fire", "2026-02-01"]]),
            (
                "Personel",
                [
                    ["Badge", "Name", "Surname", "Company", "Role", "Role since", "Areas", "Supervisor"],
                    ["W-1", "Ali", "Ak", "Yeni A.Ş.", "Fitter", "2026-01-01", "Depot", "W-2"],
                    ["W-2", "Can", "Al", "Yeni A.Ş.", None, None, None, None],
                    ["W-3", None, "Al", "Yeni A.Ş.", None, None, None, None],
                    ["W-4", "Bir", "Al", "Yeni A.Ş.", None, None, None, "W-3"],
                ],
            ),
            ("Firmalar", [["Code", "Name"], ["YENI", "Yeni A.Ş."]]),
            ("Görevler", [["Code", "Title"], ["FIT", "Fitter"]]),
            ("Alanlar", [["Code", "Name"], ["DEP", "Depot"]]),
            ("Eğitimler", [["Code", "Title", "Duration (h)", "Validity (months)"], ["FIR", "Fire", 4, 12]]),
            ("Notlar", [["Bu dosya 2026 yılı içindir."]]),
        )
    )
    assert [sheet.kind for sheet in view.sheets][:-1] == [
        Kind.RECORDS,
        Kind.WORKERS,
        Kind.COMPANIES,
        Kind.ROLES,
        Kind.AREAS,
        Kind.COURSES,
    ]
    assert not view.sheets[-1].is_used
    assert desk.refused(view) == {"A3": "UNKNOWN_WORKER", "B4": "REQUIRED", "H5": "UNKNOWN_WORKER"}
    assert counted(view) == (7, 0, 0, 3, 0)
    desk.apply(view, skip=True)
    worker = Worker.objects.get(employee_id="W-1")
    assert (worker.company.code, worker.supervisor.employee_id) == ("YENI", "W-2")  # type: ignore[union-attr]
    assert TrainingRecord.objects.get(worker=worker).expires_on == date(2027, 2, 1)
    verdict_equals_rebuild(at)  # type: ignore[arg-type]


def test_hidden_sheets_are_left_out_unless_chosen(desk: Desk) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Company code", "Company name"])
    book.active.append(["NEW", "New"])
    book.create_sheet("old").append(["Company code", "Company name"])
    book["old"].append(["OLD", "Old"])
    book["old"].sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    view = desk.open(target.getvalue())
    assert [sheet.is_used for sheet in view.sheets] == [True, False]
    assert any("hidden" in note for note in view.notes)
    assert desk.open(target.getvalue(), Given(sheets=("old",))).counts.created == 1


@pytest.mark.parametrize("name", ["companies.csv", "Firmalar 2026.csv"])
def test_a_file_name_may_tell_the_kind(desk: Desk, name: str) -> None:
    view = desk.open("Code;Name\nNEW;Yeni\n".encode("cp1254"), name=name)
    assert (view.sheets[0].kind, view.counts.created) == (Kind.COMPANIES, 1)
    desk.apply(view)
