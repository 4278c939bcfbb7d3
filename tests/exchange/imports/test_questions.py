"""What a file does not say is asked once, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.exchange.imports.conftest import BY, Desk
from tests.exchange.imports.files import Shown, workbook
from titan.core.errors import Conflict, Invalid
from titan.exchange.imports.choices import CellFix, Given, SheetChoice
from titan.exchange.imports.commands import (
    answer_questions,
    choose_sheet,
    fix_cells,
    leave_out_rows,
    let_empty_cells_clear,
)
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.personnel.models import Area, Company, Role, Worker

HEAD = ["Badge", "First name", "Last name", "Company", "Role", "In this role since", "First day"]


def person(badge: object = "N-10", **values: object) -> list[object]:
    row = {
        "badge": badge,
        "first": "Ali",
        "last": "Veli",
        "company": "NGT",
        "role": "RIG",
        "since": "2026-01-05",
        "start": None,
    }
    return list((row | values).values())


class TestDates:
    def test_an_order_that_nothing_decides_is_asked(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person("N-10", since="03/04/2026"), person("N-11", since="05/06/2026"))
        asked = desk.question(view, "DATES")
        assert (asked.open, asked.rows, asked.column) == (True, 2, "In this role since")
        assert asked.examples == ("Sheet1!F2: 03/04/2026", "Sheet1!F3: 05/06/2026")
        assert desk.refused(view) == {"F2": "AMBIGUOUS_DAY", "F3": "AMBIGUOUS_DAY"}
        with pytest.raises(Conflict) as no:
            desk.apply(view, skip=True)
        assert no.value.code == "QUESTIONS_OPEN"
        view = desk.apply(desk.answer(view, dates="mdy"))
        assert Worker.objects.get(employee_id="N-10").role_assigned_on == date(2026, 3, 4)

    def test_each_column_is_asked_for_itself(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(since="03/04/2026", start="25/12/2025"))
        assert [question.column for question in view.questions] == ["In this role since"]

    def test_it_may_be_said_beforehand(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(since="03/04/2026"), given=Given(dates="dmy"))
        assert (desk.question(view, "DATES").answer, view.can_apply) == ("dmy", True)

    def test_swapped_dates_are_asked_about(self, desk: Desk) -> None:
        rows = [person(f"N-{10 + number}", since=date(2026, number, 2)) for number in range(1, 7)]
        view = desk.sheet(HEAD, *rows, person("N-30", since="25/12/2025"))
        assert desk.question(view, "SWAPPED").open
        view = desk.apply(desk.answer(view, swapped="swapped"))
        assert Worker.objects.get(employee_id="N-13").role_assigned_on == date(2026, 2, 3)

    def test_serials_of_a_csv_count_from_1900_unless_said(self, desk: Desk) -> None:
        text = "Badge;First name;Company;Role;In this role since\nN-10;Ali;NGT;RIG;45123\n"
        view = desk.open(text.encode(), name="list.csv")
        asked = desk.question(view, "DATE_SYSTEM")
        assert (asked.open, asked.answer) == (False, "1900")
        (row,) = desk.rows(view)
        assert {cell.field: cell.read for cell in row.cells}["role_assigned_on"] == "2023-07-16"
        (row,) = desk.rows(desk.answer(view, date_system="1904"))
        assert {cell.field: cell.read for cell in row.cells}["role_assigned_on"] == "2027-07-17"

    def test_serials_of_a_workbook_count_as_it_says(self, desk: Desk) -> None:
        rows = [HEAD, person(since=date(2026, 1, 5), start=44000)]
        for is_1904, day in ((False, "2020-06-18"), (True, "2024-06-19")):
            view = desk.open(workbook(("A", rows), is_1904=is_1904))
            (row,) = desk.rows(view)
            read = {cell.field: cell.read for cell in row.cells}
            assert (read["role_assigned_on"], read["start_date"]) == ("2026-01-05", day)


class TestRolesWithoutADay:
    HEAD = ["Badge", "First name", "Company", "Role", "Areas", "First day"]

    def test_the_day_is_asked(self, desk: Desk) -> None:
        view = desk.sheet(
            self.HEAD, ["N-10", "Ali", "NGT", "RIG", "UNIT", "2025-05-06"], ["N-11", "Can", "NGT", None, "", None]
        )
        asked = desk.question(view, "ROLE_DAY")
        assert (asked.open, asked.rows, asked.takes_day) == (True, 1, True)
        assert {option.value for option in asked.options} == {"today", "start"}
        view = desk.apply(desk.answer(view, role_day="start"))
        worker = Worker.objects.get(employee_id="N-10")
        assert worker.role_assigned_on == date(2025, 5, 6)
        assert worker.area_assignments.get().assigned_on == date(2025, 5, 6)

    def test_any_day_may_be_given(self, desk: Desk) -> None:
        view = desk.sheet(self.HEAD, ["N-10", "Ali", "NGT", "RIG", None, None])
        with pytest.raises(Invalid):
            desk.answer(view, role_day="2026-13-01")
        desk.apply(desk.answer(view, role_day="2026-02-01"))
        assert Worker.objects.get(employee_id="N-10").role_assigned_on == date(2026, 2, 1)

    def test_who_has_no_first_day_is_refused_then(self, desk: Desk) -> None:
        view = desk.sheet(self.HEAD, ["N-10", "Ali", "NGT", "RIG", None, None], given=Given(role_day="start"))
        assert desk.refused(view) == {"F2": "ROLE_DAY"}

    def test_an_area_without_a_role_counts_too(self, desk: Desk) -> None:
        view = desk.sheet(self.HEAD, ["N-10", "Ali", "NGT", None, "UNIT", None], given=Given(role_day="2026-02-01"))
        desk.apply(view)
        assert Worker.objects.get(employee_id="N-10").area_assignments.get().assigned_on == date(2026, 2, 1)

    def test_who_keeps_their_role_is_not_asked_about(self, desk: Desk) -> None:
        view = desk.sheet(self.HEAD, ["N-1", "Günay", "NGT", "Rigger", "UNIT; SITE", "2026-01-05"])
        assert not view.questions
        assert view.counts.unchanged == 1


class TestUnknownNames:
    def test_each_is_listed_once_with_what_it_may_be(self, desk: Desk) -> None:
        view = desk.sheet(
            HEAD,
            person("N-10", company="Nortgate"),
            person("N-11", company="NORTGATE "),
            person("N-12", role="Kaynakçı"),
        )
        asked = {question.kind.value: question for question in view.questions}
        assert asked["COMPANY"].rows == 2
        assert [option.value for option in asked["COMPANY"].options] == ["create", "map:NGT"]
        assert desk.refused(view) == {"D2": "UNKNOWN_COMPANY", "D3": "UNKNOWN_COMPANY", "E4": "UNKNOWN_ROLE"}
        view = desk.answer(view, company="map:NGT", role="create:KAY")
        assert view.can_apply
        assert view.made_up == (("ROLES", "KAY", "Kaynakçı"),)
        assert view.counts.created == 4
        desk.apply(view)
        assert Role.objects.get(code="KAY").title == {"en": "Kaynakçı"}
        assert set(
            Company.objects.filter(workers__employee_id__in=["N-10", "N-11"]).values_list("code", flat=True)
        ) == {"NGT"}

    def test_an_answer_can_be_seen_and_taken_back(self, desk: Desk) -> None:
        view = desk.answer(desk.sheet(HEAD, person(company="Neu")), company="create")
        assert desk.question(view, "COMPANY").answer == "create"
        view = desk.answer(view, company=None)
        assert desk.refused(view) == {"D2": "UNKNOWN_COMPANY"}

    @pytest.mark.parametrize("answer", ["map:NOWHERE", "fly", "create:", "create:" + "x" * 41])
    def test_an_answer_that_is_none_is_refused(self, desk: Desk, answer: str) -> None:
        with pytest.raises(Invalid):
            desk.answer(desk.sheet(HEAD, person(company="Neu")), company=answer)

    def test_what_only_refused_rows_name_is_not_created(self, desk: Desk) -> None:
        view = desk.sheet(
            HEAD,
            person("N-10", company="Neu", first=None),
            person("N-11"),
            given=Given(create=frozenset({"companies"})),
        )
        assert view.made_up == ()
        desk.apply(view, skip=True)
        assert not Company.objects.filter(name="Neu").exists()

    def test_areas_and_words_too(self, desk: Desk) -> None:
        head = [*HEAD, "Areas", "Status"]
        view = desk.sheet(head, [*person(), "UNIT; Depo; Ambar", "belki"])
        assert {question.kind.value for question in view.questions} == {"AREA", "WORD"}
        view = desk.answer(view, word="INACTIVE")
        answer_questions(view.id, {q.key: "create" for q in view.questions if q.kind == "AREA"}, by=BY, at=desk.at)
        desk.apply(desk.look(view.id))
        assert Area.objects.filter(code__in=["DEPO", "AMBAR"]).count() == 2
        assert Worker.objects.get(employee_id="N-10").status == "INACTIVE"

    def test_given_beforehand(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(company="Neu"), given=Given(maps={"Neu": "BOS"}))
        desk.apply(view)
        assert Worker.objects.get(employee_id="N-10").company.code == "BOS"


class TestBadges:
    def test_much_alike_is_asked(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person("n-1", first="Günay", last="Əliyeva", since="2026-11-01"), person("N-01"))
        asked = desk.question(view, "BADGE")
        assert (asked.rows, asked.open) == (2, False)
        assert desk.refused(view) == {"A2": "BADGE_ALIKE", "A3": "BADGE_ALIKE"}
        assert desk.answer(view, badge="new").counts.created == 2

    def test_the_same_means_who_stands(self, desk: Desk) -> None:
        view = desk.sheet(
            HEAD, person(Shown(1, '"n-"00'), first="GÜNAY", last="əliyeva", since="2026-11-01", role="Rigger")
        )
        view = desk.answer(view, badge="same")
        (row,) = desk.rows(view)
        assert (row.key, row.outcome) == ("N-1", Outcome.UNCHANGED)

    def test_two_of_one_file(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person("W-7"), person("w-007"))
        assert desk.refused(view) == {"A2": "BADGE_ALIKE_HERE", "A3": "BADGE_ALIKE_HERE"}


class TestNames:
    def test_case_alone_changes_nobody(self, desk: Desk) -> None:
        view = desk.sheet(["Badge", "Soyadı Adı"], ["N-1", "ƏLİYEVA GÜNAY"])
        assert view.counts.unchanged == 1

    def test_accents_do(self, desk: Desk) -> None:
        view = desk.sheet(["Badge", "First name"], ["N-1", "Gunay"])
        (row,) = desk.rows(view)
        assert [(change.field, change.before, change.after) for change in row.changes] == [
            ("first_name", "Günay", "Gunay")
        ]

    def test_whole_names_are_split_as_their_heading_says(self, desk: Desk) -> None:
        view = desk.sheet(["Sicil", "Adı Soyadı", "Firma"], ["N-10", "Ali Can Demir", "NGT"])
        desk.apply(view)
        worker = Worker.objects.get(employee_id="N-10")
        assert (worker.first_name, worker.last_name) == ("Ali Can", "Demir")


class TestChoices:
    def test_a_sheet_can_be_read_otherwise(self, desk: Desk) -> None:
        view = desk.sheet(["Code", "Name"], ["ABC", "Abc Ltd"])
        assert view.sheets[0].kind is None
        choose_sheet(view.id, 0, SheetChoice(kind=Kind.COMPANIES), by=BY, at=desk.at)
        view = desk.look(view.id)
        assert (view.sheets[0].kind, view.counts.created) == (Kind.COMPANIES, 1)
        choose_sheet(view.id, 0, SheetChoice(columns={1: None}), by=BY, at=desk.at)
        assert desk.look(view.id).sheets[0].missing == ("Name",)
        choose_sheet(view.id, 0, SheetChoice(used=False), by=BY, at=desk.at)
        assert desk.look(view.id).counts.created == 0

    def test_a_mapping_is_remembered_for_files_laid_out_alike(self, desk: Desk) -> None:
        head = ["Personal ID", "Vorname", "Firma", "Foo"]
        view = desk.sheet(head, ["N-10", "Ali", "NGT", "x"], given=Given(kind=Kind.WORKERS))
        choose_sheet(
            view.id, 0, SheetChoice(columns={0: "employee_id", 1: "first_name", 3: "phone"}), by=BY, at=desk.at
        )
        desk.apply(desk.look(view.id))
        again = desk.sheet(head, ["N-11", "Can", "BOS", "y"])
        assert again.remembered
        assert {column.heading: (column.field, column.why) for column in again.sheets[0].columns}["Foo"] == (
            "phone",
            "REMEMBERED",
        )
        assert again.counts.created == 1

    def test_one_value_for_all_rows(self, desk: Desk) -> None:
        view = desk.sheet(["Badge", "First name"], ["N-10", "Ali"], ["N-11", "Can"])
        assert set(desk.refused(view).values()) == {"REQUIRED_COLUMN"}
        choose_sheet(view.id, 0, SheetChoice(values={"company_code": "Boğaziçi Mekanik"}), by=BY, at=desk.at)
        desk.apply(desk.look(view.id))
        assert Worker.objects.filter(company__code="BOS", employee_id__in=["N-10", "N-11"]).count() == 2

    def test_cells_are_mended_in_place(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(since="31.02.2026"))
        fix_cells(view.id, [CellFix(0, 2, "role_assigned_on", "28.02.2026")], by=BY, at=desk.at)
        view = desk.look(view.id)
        (row,) = desk.rows(view)
        cell = next(cell for cell in row.cells if cell.field == "role_assigned_on")
        assert (cell.shown, cell.read, cell.fixed) == ("28.02.2026", "2026-02-28", True)
        desk.apply(view)
        from titan.exchange.imports.models import Import, TypedValue

        typed = TypedValue.objects.get()
        assert (typed.place, typed.field, typed.value) == ("Sheet1!F2", "role_assigned_on", "28.02.2026")
        assert typed.worker_id == Worker.objects.get(employee_id="N-10").pk
        assert Import.objects.get(pk=view.id).choices["fixes"] == {}

    def test_fixes_are_checked_and_taken_back(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(since="31.02.2026"))
        for fix in (
            CellFix(0, 99, "first_name", "x"),
            CellFix(0, 2, "first_name", "x" * 2001),
            CellFix(5, 2, "x", "y"),
        ):
            with pytest.raises(Invalid):
                fix_cells(view.id, [fix], by=BY, at=desk.at)
        fix_cells(view.id, [CellFix(0, 2, "role_assigned_on", "2026-02-01")], by=BY, at=desk.at)
        fix_cells(view.id, [CellFix(0, 2, "role_assigned_on", None)], by=BY, at=desk.at)
        assert desk.refused(desk.look(view.id)) == {"F2": "NO_SUCH_DAY"}

    def test_rows_are_left_out(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person(), person("N-11", first=None))
        leave_out_rows(view.id, [(0, 3)], by=BY, at=desk.at)
        view = desk.look(view.id)
        assert (view.counts.created, view.counts.ignored, view.can_apply) == (1, 1, True)
        leave_out_rows(view.id, [(0, 3)], by=BY, at=desk.at, out=False)
        assert desk.look(view.id).counts.refused == 1

    def test_empty_cells_change_nothing_unless_they_are_to(self, desk: Desk) -> None:
        view = desk.sheet(["Badge", "E-mail", "Areas"], ["N-1", None, ""])
        assert view.counts.unchanged == 1
        let_empty_cells_clear(view.id, clears=True, by=BY, at=desk.at)
        desk.apply(desk.look(view.id))
        worker = Worker.objects.get(employee_id="N-1")
        assert (worker.email, worker.phone, worker.area_assignments.filter(until=None).count()) == ("", "+994 50", 0)

    def test_whoever_saw_less_is_told(self, desk: Desk) -> None:
        view = desk.sheet(HEAD, person())
        leave_out_rows(view.id, [(0, 2)], by=BY, at=desk.at, version=view.version)
        with pytest.raises(Conflict) as stale:
            leave_out_rows(view.id, [(0, 2)], by=BY, at=desk.at, version=view.version)
        assert stale.value.code == "STALE"

    @pytest.mark.parametrize(
        "choice",
        [
            SheetChoice(columns={0: "no_such_field"}),
            SheetChoice(values={"no_such_field": "x"}),
            SheetChoice(header_row=0),
            SheetChoice(kind=Kind.VENUES, columns={0: "employee_id"}),
        ],
    )
    def test_choices_that_are_none_are_refused(self, desk: Desk, choice: SheetChoice) -> None:
        view = desk.sheet(HEAD, person())
        with pytest.raises(Invalid):
            choose_sheet(view.id, 0, choice, by=BY, at=desk.at)
        with pytest.raises(Invalid):
            choose_sheet(view.id, 7, SheetChoice(used=True), by=BY, at=desk.at)
