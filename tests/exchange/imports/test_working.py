"""Large files are worked at in the background, by whoever looks; the work of a killed process is taken over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.exchange.imports.conftest import BY, Desk
from titan.core.actor import Role
from titan.core.errors import Conflict
from titan.core.jobs import run_asked
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands import (
    apply_import,
    discard_import,
    leave_out_rows,
    open_import,
    undo_import,
    working,
)
from titan.exchange.imports.models import Import
from titan.exchange.imports.rules.states import State, Work
from titan.personnel.commands.companies import CompanyChanges, create_company, update_company
from titan.personnel.models import Company, Worker

HEAD = ["Badge", "First name", "Company"]
ROWS = [["N-10", "Ali", "NGT"], ["N-11", "Can", "BOS"]]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file count as large."""
    monkeypatch.setattr(working, "SMALL", 0)


def look(at: datetime) -> bool:
    return run_asked(clock=lambda: at)


def test_a_large_file_is_checked_applied_and_undone_by_whoever_looks(desk: Desk, at: datetime, large: None) -> None:
    view = desk.sheet(HEAD, *ROWS)
    assert view.working is not None
    assert (view.working.what, view.working.total, view.sheets, view.can_apply) == (Work.CHECKING, 3, (), False)
    with pytest.raises(Conflict):
        desk.apply(view)
    assert look(at)
    view = desk.look(view.id)
    assert (view.working, view.counts.created) == (None, 2)
    view = desk.apply(view)
    assert view.working is not None
    assert view.working.what is Work.APPLYING
    with pytest.raises(Conflict) as busy:
        leave_out_rows(view.id, [(0, 2)], by=BY, at=at)
    assert busy.value.code == "WORKING"
    with pytest.raises(Conflict):
        discard_import(view.id, by=BY, at=at)
    assert look(at)
    assert desk.look(view.id).state is State.APPLIED
    assert Worker.objects.filter(employee_id__in=["N-10", "N-11"]).count() == 2
    undo_import(view.id, "wrong", by=BY, at=at)
    assert desk.look(view.id).working is not None
    assert look(at)
    undone = desk.look(view.id)
    assert (undone.state, undone.undone_by_id, undone.working) == (State.UNDONE, BY.user_id, None)
    assert not look(at)


def test_who_asked_is_who_applied(desk: Desk, at: datetime, large: None) -> None:
    from tests.cast import actor, make_user
    from titan.audit.models import AuditEvent

    user = make_user(Role.HSE_ADMIN)
    view = desk.sheet(HEAD, *ROWS)
    look(at)
    apply_import(view.id, by=actor(Role.HSE_ADMIN, user_id=user.pk), at=at)
    look(at)
    assert desk.look(view.id).applied_by_id == user.pk
    assert set(
        AuditEvent.objects.filter(
            action="worker.created", entity_id__in=Worker.objects.filter(employee_id="N-10").values("pk")
        ).values_list("actor_id", flat=True)
    ) == {user.pk}


def test_a_decision_meanwhile_makes_the_check_old(desk: Desk, at: datetime, large: None) -> None:
    view = desk.sheet(HEAD, *ROWS)
    row = working.take(view.id, at)
    assert row is not None
    assert working.take(view.id, at) is None
    leave_out_rows(view.id, [(0, 2)], by=BY, at=at)
    working.do_work(row, clock=lambda: at)
    assert desk.look(view.id).working is not None
    assert look(at)
    assert desk.look(view.id).counts.created == 1


def test_the_work_of_a_killed_process_is_taken_over(desk: Desk, at: datetime, large: None) -> None:
    view = desk.sheet(HEAD, *ROWS)
    assert working.take(view.id, at) is not None
    assert not look(at + timedelta(seconds=30))
    assert look(at + timedelta(minutes=3))
    assert desk.look(view.id).counts.created == 2


def test_what_cannot_be_applied_says_why(desk: Desk, at: datetime, large: None) -> None:
    view = desk.sheet(HEAD, *ROWS)
    look(at)
    desk.apply(desk.look(view.id))
    update_company(Company.objects.get(code="NGT").pk, CompanyChanges(code="NGX"), by=BY, at=at)
    assert look(at)
    view = desk.look(view.id)
    assert (view.state, view.working) == (State.OPEN, None)
    assert "refused" in view.failure
    assert view.counts.refused == 1


def test_what_changed_since_the_preview_is_shown_first(desk: Desk, at: datetime) -> None:
    view = desk.sheet(
        [*HEAD, "E-mail"], ["N-1", "Günay", None, "new@site.example"], ["N-10", "Ali", "Neue Firma", None]
    )
    assert desk.refused(view) == {"C3": "UNKNOWN_COMPANY"}
    create_company("NEU", "Neue Firma", by=BY, at=at)
    with pytest.raises(Conflict) as changed:
        desk.apply(view, skip=True)
    assert changed.value.code == "PREVIEW_CHANGED"
    view = desk.look(view.id)
    assert (view.counts.created, view.counts.refused) == (1, 0)
    desk.apply(view)
    assert Worker.objects.get(employee_id="N-10").company.code == "NEU"


def test_what_is_unexpected_is_said_without_details(
    desk: Desk, at: datetime, large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = desk.sheet(HEAD, *ROWS)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Ali's secret")

    monkeypatch.setattr(working, "check_rows", broken)
    assert look(at)
    view = desk.look(view.id)
    assert view.working is None
    assert "RuntimeError" in view.failure
    assert "secret" not in view.failure


def test_words_are_those_of_whoever_opened_it(desk: Desk, at: datetime) -> None:
    from tests.exchange.imports.files import upload, workbook

    content = workbook(("A", [HEAD, ["N-10", "Ali", "NGT"]]))
    number = open_import(upload(content), Given(), by=BY, at=at, language="tr")
    labels = {field.name: field.label for field in desk.look(number).sheets[0].fields}
    assert labels["company_code"] == "Firma"
    assert Import.objects.get(pk=number).language == "tr"
