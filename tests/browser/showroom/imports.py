"""Spreadsheets in every state."""

from __future__ import annotations

from tests.browser.showroom.opening import NOW
from tests.browser.showroom.staff import Staff


def open_all(staff: Staff) -> dict[str, int]:
    """Spreadsheets in every state: with questions and refused rows, ready, applied, rested upon, taken back."""
    from tests.browser import ugly
    from tests.exchange.imports.files import upload
    from titan.exchange.imports.commands import answer_questions, apply_import, open_import, undo_import
    from titan.exchange.imports.queries.imports import one_import
    from titan.personnel.models import Worker
    from titan.training.commands import Plan, create_session, invite_workers
    from titan.training.models import TrainingSession

    def opened(content: bytes, name: str) -> int:
        return open_import(upload(content, name), by=staff.admin, at=NOW)

    def applied(content: bytes, name: str, *, skip: bool = False) -> int:
        number = opened(content, name)
        apply_import(number, skip_refused=skip, by=staff.admin, at=NOW)
        return number

    done = applied(ugly.personnel(40, start=200), "Kuzey sahası, Ekim.xlsx", skip=True)
    undone = applied(ugly.personnel(6, start=300, broken=False), "yanlış liste.xlsx")
    undo_import(undone, "The list of another site.", by=staff.admin, at=NOW)
    rested = applied(ugly.personnel(3, start=400, broken=False), "Gece vardiyası.xlsx")
    course = TrainingSession.objects.order_by("pk")[0].course_id
    invited = Worker.objects.filter(employee_id__startswith="KZY-04").values_list("pk", flat=True)
    invite_workers(
        create_session(Plan(course_id=course), by=staff.admin, at=NOW), list(invited), by=staff.admin, at=NOW
    )
    asking = opened(ugly.ambiguous(), "Mobilisation list (final) v3.xlsx")
    answered = opened(ugly.personnel(60), "Personel listesi KASIM 2026 son.xlsx")
    unknown = one_import(answered, by=staff.admin, at=NOW).questions
    choice = {question.key: "create" for question in unknown if question.value == "Kuzey Yapı Ltd. Şti."}
    answer_questions(answered, choice, by=staff.admin, at=NOW)
    badges = list(Worker.objects.filter(employee_id__startswith="SEA-").values_list("employee_id", flat=True)[:4])
    return {
        "import_working": opened(ugly.many(), "headoffice-export.csv"),
        "import_done": done,
        "import_undone": undone,
        "import_rested": rested,
        "import_asking": asking,
        "import_refusing": answered,
        "import_ready": opened(ugly.changed(badges), "E-mail addresses.xlsx"),
        "import_unread": opened(ugly.unread(), "Telefonlar.xlsx"),
    }
