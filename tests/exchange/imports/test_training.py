"""Past training, from registers and from the commonest sheet of all, the training matrix."""

from __future__ import annotations

from datetime import date, datetime

from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.imports.conftest import Counted, Desk
from tests.exchange.imports.files import Formula
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import verify_all
from titan.exchange.imports.choices import Given
from titan.exchange.imports.models import Import
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.records.models import Source, TrainingRecord

HEAD = ["Sicil No", "Adı Soyadı", "Eğitim", "Eğitim Tarihi", "Geçerlilik Tarihi", "Sonuç", "Eğitimi veren"]


def records() -> set[tuple[str, str, date, date | None, str]]:
    found = TrainingRecord.objects.filter(revoked_at=None)
    rows = found.values_list("worker__employee_id", "course__code", "completed_on", "expires_on", "result")
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


class TestARegister:
    def test_becomes_records_with_the_file_itself_as_evidence(self, desk: Desk, at: datetime) -> None:
        before = records()
        view = desk.sheet(
            HEAD,
            ["N-1", "Günay Əliyeva", "H2S Awareness", "12.03.2025", "12.03.2027", "Geçti", "Dış"],
            ["N-2", None, "IND", "2026-05-01", None, None, None],
            ["N-2", None, "INV", "2026-05-02", "süresiz", "Kaldı", None],
        )
        assert any("2026" not in note and "valid as long" in note for note in view.notes)
        view = desk.apply(view)
        assert records() - before == {
            ("N-1", "H2S", date(2025, 3, 12), date(2027, 3, 12), "PASSED"),
            ("N-2", "IND", date(2026, 5, 1), date(2027, 5, 1), "PASSED"),
            ("N-2", "INV", date(2026, 5, 2), None, "FAILED"),
        }
        made = TrainingRecord.objects.filter(evidence_id=view.evidence_id)
        assert set(made.values_list("source", flat=True)) == {Source.MIGRATED}
        evidence = EvidenceFile.objects.get(pk=view.evidence_id)
        assert (evidence.sha256, evidence.size) == (view.sha256, view.size)
        assert list(verify_all()) == []
        verdict_equals_rebuild(at)

    def test_what_stands_already_is_left_alone(self, desk: Desk, counted: Counted) -> None:
        view = desk.sheet(
            HEAD,
            ["N-1", None, "IND", "2026-02-19", "2027-02-19", "PASSED", "OWN"],
            ["N-1", None, "IND", "19.02.2026", None, None, None],
            ["N-1", None, "INV", "2026-02-20", None, None, None],
            ["N-2", None, "H2S", "2026-03-05", "2029-03-05", None, None],
        )
        assert desk.refused(view) == {"2": "CONTRADICTS", "3": "CONTRADICTS", "E5": "EXPIRY_CHANGED"}
        assert counted(view) == (0, 0, 1, 3, 0)

    def test_every_wrong_cell_is_named(self, desk: Desk) -> None:
        view = desk.sheet(
            HEAD,
            ["N-1", "Mehmet Öz", "IND", "2025-01-01", None, None, None],
            ["N-77", None, "IND", "2025-01-01", None, None, None],
            ["N-1", None, "Uçuş", "2025-01-01", None, None, None],
            ["N-1", None, "IND", "2027-01-01", None, None, None],
            ["N-1", None, "IND", "2025-02-01", "2024-01-01", None, None],
            ["N-1", None, "IND", None, None, None, None],
            ["N-1", None, "IND", Formula("=TODAY()", date(2025, 1, 1)), None, None, None],
            ["N-1", None, "H2S", Formula("=D2+1", date(2025, 1, 2)), None, None, None],
        )
        assert desk.refused(view) == {
            "B2": "NAME_DIFFERS",
            "A3": "UNKNOWN_WORKER",
            "C4": "UNKNOWN_COURSE",
            "D5": "AFTER_TODAY",
            "E6": "BEFORE_COMPLETION",
            "D7": "REQUIRED",
            "D8": "FORMULA",
        }
        assert view.counts.created == 1


class TestAMatrix:
    HEAD = ["Badge", "Name", "Company", "Induction", "H2S Awareness", "İlk yardım"]

    def test_what_its_days_say_is_asked(self, desk: Desk, at: datetime) -> None:
        before = records()
        view = desk.sheet(
            self.HEAD,
            ["N-1", "Günay", "NGT", date(2025, 6, 1), "N/A", None],
            ["N-2", "عربي", "BOS", "15.06.2025", "X", "2025-02-01"],
            ["N-3", "Клавдий", "BOS", "muaf", None, None],
        )
        assert view.sheets[0].kind is Kind.MATRIX
        assert {column.heading: column.course for column in view.sheets[0].columns if column.course is not None} == {
            "Induction": "IND",
            "H2S Awareness": "H2S",
            "İlk yardım": "",
        }
        asked = desk.question(view, "MATRIX_DATES")
        assert asked.open
        assert {option.value for option in asked.options} == {"completed", "expires"}
        view = desk.answer(view, matrix_dates="completed")
        assert desk.refused(view) == {"E3": "DONE_WHEN", "F3": "UNKNOWN_COURSE"}
        desk.apply(view, skip=True)
        assert records() - before == {
            ("N-1", "IND", date(2025, 6, 1), date(2026, 6, 1), "PASSED"),
            ("N-2", "IND", date(2025, 6, 15), date(2026, 6, 15), "PASSED"),
        }
        verdict_equals_rebuild(at)

    def test_expiries_are_counted_back(self, desk: Desk) -> None:
        before = records()
        view = desk.sheet(
            [*self.HEAD[:5], "Investigation"],
            ["N-1", "Günay", "NGT", date(2027, 3, 1), date(2099, 1, 1), date(2027, 1, 1)],
            given=Given(matrix_dates="expires"),
        )
        assert desk.refused(view) == {"E2": "EXPIRES_TOO_LATE", "F2": "EXPIRES_ONLY_NEVER"}
        desk.apply(view, skip=True)
        assert records() - before == {("N-1", "IND", date(2026, 3, 1), date(2027, 3, 1), "PASSED")}

    def test_two_columns_a_course(self, desk: Desk) -> None:
        before = records()
        view = desk.sheet(
            ["Badge", "Name", "Induction", None, "H2S", None],
            [None, None, "Tarih", "Geçerlilik", "Tarih", "Geçerlilik"],
            ["N-1", "Günay", "2025-06-01", "2028-06-01", None, "2026-12-31"],
        )
        assert not view.questions
        desk.apply(view)
        assert records() - before == {
            ("N-1", "IND", date(2025, 6, 1), date(2028, 6, 1), "PASSED"),
            ("N-1", "H2S", date(2024, 12, 31), date(2026, 12, 31), "PASSED"),
        }

    def test_unknown_courses_are_asked_about_once(self, desk: Desk) -> None:
        day = date(2025, 6, 1)
        rows = [["N-1", "Günay", day, day, day], ["N-2", "عربي", day, None, None]]
        view = desk.sheet(
            ["Badge", "Name", "Oryantasyon", "Yüksekte çalışma", "H2S"], *rows, given=Given(matrix_dates="completed")
        )
        asked = desk.question(view, "COURSE")
        assert (asked.value, asked.rows) == ("Yüksekte çalışma", 1)
        assert desk.refused(view) == {"D2": "UNKNOWN_COURSE"}
        view = desk.answer(view, course="map:INV")
        assert view.counts.created == 4
        rows_shown = desk.rows(view, Outcome.CREATED)
        assert {row.place.rpartition("!")[2] for row in rows_shown} == {"C2", "D2", "E2", "C3"}

    def test_ambiguous_days_of_a_matrix_are_asked_once(self, desk: Desk) -> None:
        view = desk.sheet(
            self.HEAD[:5],
            ["N-1", "Günay", "NGT", "03/04/2025", "05/06/2025"],
            given=Given(matrix_dates="completed"),
        )
        assert [question.kind.value for question in view.questions] == ["DATES", "MATRIX_DATES"]
        assert [question.open for question in view.questions] == [True, False]
        view = desk.answer(view, dates="dmy")
        assert view.counts.created == 2

    def test_the_same_twice_is_taken_once(self, desk: Desk, counted: Counted) -> None:
        row = ["N-1", "Günay", "NGT", "2025-06-01", None]
        view = desk.sheet(self.HEAD[:5], row, row, given=Given(matrix_dates="completed", kind=Kind.MATRIX))
        assert counted(view) == (1, 0, 0, 0, 1)


def test_a_file_without_records_is_kept_too(desk: Desk) -> None:
    view = desk.apply(desk.sheet(["Company code", "Company name"], ["NEW", "New"]))
    row = Import.objects.get(pk=view.id)
    assert row.evidence is not None
    assert row.evidence.sha256 == row.sha256
