"""The Smart Picker: Red first, then Yellow, and why (domain.md §6)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import cast
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, act, pending, refuses, settle
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.core.page import encode_cursor
from titan.personnel.models import WorkerStatus
from titan.training.commands import invite_workers, remove_attendee
from titan.training.queries.picker import PickerFilter, Suggestion, group_counts, order, suggestions

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def picked(session_id: int, *, limit: int = 200, by: Any = ADMIN, at: Any = AT, **wanted: Any) -> list[Suggestion]:
    """Return all suggestions, gathered page by page."""
    items: list[Suggestion] = []
    cursor = None
    while True:
        page = suggestions(session_id, PickerFilter(**wanted), limit=limit, cursor=cursor, by=by, at=at)
        assert len(page.items) <= limit
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items
        assert len(page.items) == limit


def names(found: list[Suggestion]) -> list[str]:
    return [item.last_name for item in found]


@pytest.fixture
def pre_mob(course: Any) -> Any:
    """A role that requires the course before site entry."""
    role = cast.make_role()
    cast.require(role, course)
    return role


@pytest.fixture
def post_mob(course: Any) -> Any:
    """A role that requires the course within 30 days."""
    role = cast.make_role()
    cast.require(role, course, 30)
    return role


@pytest.fixture
def session(course: Any) -> int:
    return int(cast.make_session(course).pk)


@pytest.fixture
def crowd(course: Any, pre_mob: Any, post_mob: Any, session: int) -> Any:
    """Somebody for every place in the order, made in another one."""

    def worker(last_name: str, role: Any = pre_mob, *, until: date | None = None, **values: Any) -> Any:
        made = cast.make_worker(role=role, last_name=last_name, first_name=values.pop("first_name", "A"), **values)
        if until:
            cast.make_record(made, course, expires_on=until, completed_on=until - 365 * DAY)
        return made

    worker("Zülfüqarov")
    worker("Compliant", until=TODAY + 31 * DAY)
    worker("Grace9", post_mob, assigned_on=TODAY - 21 * DAY)
    worker("Soon30", until=TODAY + 30 * DAY)
    worker("Last", post_mob, until=TODAY - 12 * DAY)
    worker("Not required", None)
    revoked = worker("Revoked")
    cast.make_record(revoked, course, revoked_at=AT, revoke_reason="Wrong person")
    failed = worker("Failed")
    cast.make_record(failed, course, result="FAILED", completed_on=date(2026, 10, 1))
    pending(worker("Awaiting"), course)
    worker("Grace0", post_mob, assigned_on=TODAY - 30 * DAY)
    worker("aslanov")
    worker("Aslanov", first_name="B")
    worker("Grace9", post_mob, assigned_on=TODAY - 21 * DAY, first_name="0")
    worker("Soon0", until=TODAY)
    worker("Əliyev")
    forever = worker("Forever")
    cast.make_record(forever, course, expires_on=None)
    pending(worker("Grace1 and pending", post_mob, assigned_on=TODAY - 29 * DAY), course)
    worker("Gone", status=WorkerStatus.INACTIVE)
    worker("Blocked", status=WorkerStatus.BLACKLISTED)
    listed = worker("Listed")
    settle()
    act(invite_workers, session, [listed.pk])
    return {"listed": listed}


ORDER = [
    ("aslanov", "RED", "NON_COMPLIANT", "Never trained"),
    ("Aslanov", "RED", "NON_COMPLIANT", "Never trained"),
    ("Failed", "RED", "NON_COMPLIANT", "Failed on 2026-10-01"),
    ("Last", "RED", "NON_COMPLIANT", "Expired 12 days ago"),
    ("Revoked", "RED", "NON_COMPLIANT", "Record revoked"),
    ("Zülfüqarov", "RED", "NON_COMPLIANT", "Never trained"),
    ("Əliyev", "RED", "NON_COMPLIANT", "Never trained"),
    ("Grace0", "YELLOW", "IN_GRACE", "Due today"),
    ("Grace1 and pending", "YELLOW", "IN_GRACE", "Due in 1 day"),
    ("Grace9", "YELLOW", "IN_GRACE", "Due in 9 days"),
    ("Grace9", "YELLOW", "IN_GRACE", "Due in 9 days"),
    ("Soon0", "YELLOW", "EXPIRING", "Expires today"),
    ("Soon30", "YELLOW", "EXPIRING", "Expires in 30 days"),
    ("Awaiting", "OTHER", "AWAITING_VERIFICATION", "Passed, waits for competency sign-off"),
    ("Compliant", "OTHER", "COMPLIANT", "Valid until 2026-12-23"),
    ("Forever", "OTHER", "COMPLIANT", "Valid, never expires"),
    ("Not required", "OTHER", None, "Not required"),
]


def test_red_first_then_yellow_then_everyone_else(crowd: Any, session: int) -> None:
    found = picked(session)
    assert [(item.last_name, item.group, item.status, item.reason) for item in found] == ORDER
    assert [item.first_name for item in found if item.last_name == "Grace9"] == ["0", "A"]
    by_name = {item.last_name: item for item in found}
    assert (by_name["Grace9"].due_on, by_name["Grace9"].expires_on) == (TODAY + 9 * DAY, None)
    assert (by_name["Soon30"].due_on, by_name["Soon30"].expires_on) == (None, TODAY + 30 * DAY)
    assert (by_name["Not required"].due_on, by_name["Not required"].expires_on) == (None, None)


def test_pages_have_neither_gaps_nor_duplicates(crowd: Any, session: int) -> None:
    whole = picked(session)

    @settings(deadline=None, max_examples=40)
    @given(st.integers(1, len(whole) + 1), st.sampled_from([None, "RED", "YELLOW", "OTHER"]))
    def check(limit: int, group: str | None) -> None:
        expected = [item for item in whole if group in (None, item.group)]
        assert picked(session, limit=limit, group=group) == expected

    check()


def test_people_of_one_name_are_told_apart(course: Any, pre_mob: Any, post_mob: Any, session: int) -> None:
    """Badges that differ in their case alone sort alike, and still nobody falls between two pages."""
    for badge in ("b-1", "B-1"):
        cast.make_worker(employee_id=badge, last_name="Same", first_name="Same", role=pre_mob)
        cast.make_worker(employee_id=f"y{badge}", last_name="Same", first_name="Same", role=post_mob, assigned_on=TODAY)
        cast.make_worker(employee_id=f"o{badge}", last_name="Same", first_name="Same")
    settle()
    for limit in range(1, 7):
        found = picked(session, limit=limit)
        assert len({item.worker_id for item in found}) == len(found) == 6


def test_the_calendar_moves_people(crowd: Any, session: int) -> None:
    tomorrow = AT + DAY
    act(remove_attendee, session, crowd["listed"].pk, at=tomorrow)
    settle(tomorrow)
    found = {item.last_name: (item.status, item.reason) for item in picked(session, at=tomorrow)}
    assert found["Grace0"] == ("NON_COMPLIANT", "Never trained")
    assert found["Soon0"] == ("NON_COMPLIANT", "Expired 1 day ago")
    assert found["Compliant"] == ("EXPIRING", "Expires in 30 days")
    assert found["Listed"] == ("NON_COMPLIANT", "Never trained")


def test_the_blocked_the_gone_and_the_listed_are_not_suggested(crowd: Any, session: int) -> None:
    assert not {"Gone", "Blocked", "Listed"} & set(names(picked(session)))
    assert picked(session, search="Listed") == []
    act(remove_attendee, session, crowd["listed"].pk)
    assert names(picked(session, search="Listed")) == ["Listed"]


def test_another_sessions_list_does_not_matter(crowd: Any, course: Any) -> None:
    other = cast.make_session(course)
    assert len(picked(other.pk)) == len(ORDER) + 1


def test_each_session_looks_at_its_own_course(crowd: Any) -> None:
    session = cast.make_session(cast.make_course())
    assert {(item.group, item.status) for item in picked(session.pk)} == {("OTHER", None)}


def test_search_finds_whom_people_mean(course: Any, session: int) -> None:
    company = cast.make_company(name="Gülər İnşaat MMC", search_key="guler insaat mmc")
    worker = cast.make_worker(employee_id="AZ-Ğ77", first_name="İlqar", last_name="Şükürov-Əsədulla", company=company)
    cast.make_worker(last_name="Other")
    settle()
    for name in ("Şükürov", "şükürov", "SUKUROV", "  sukurov ", "s\u0327u\u0308ku\u0308r", "Əsədulla", "esedulla"):
        assert [item.worker_id for item in picked(session, search=name)] == [worker.pk], name
    for name in ("İlqar", "ilqar", "ILQAR", "ılqar", "İlqar Şükürov", "Əsədulla İlqar"):
        assert [item.worker_id for item in picked(session, search=name)] == [worker.pk], name
    for badge_or_company in ("AZ-Ğ77", "az-g77", "Gülər İnşaat", "guler insaat"):
        assert [item.worker_id for item in picked(session, search=badge_or_company)] == [worker.pk], badge_or_company


def test_search_takes_signs_as_they_are(course: Any, session: int) -> None:
    cast.make_worker(last_name="abc 500")
    signs = ("x%y", "x_y", "x\\y", "50%", "a_c")
    made = {sign: cast.make_worker(last_name=f"<{sign}>").pk for sign in signs}
    settle()
    for sign, worker in made.items():
        assert [item.worker_id for item in picked(session, search=sign)] == [worker], sign


@pytest.mark.parametrize("search", ["", "  ", None])
def test_no_search_is_everybody(crowd: Any, session: int, search: str | None) -> None:
    assert len(picked(session, search=search)) == len(ORDER)


def test_filters(course: Any, pre_mob: Any, post_mob: Any, session: int) -> None:
    company, above = cast.make_company(), cast.make_area()
    area = cast.make_area(above)
    chosen = cast.make_worker(role=pre_mob, company=company, areas=[area])
    other = cast.make_worker(role=post_mob, assigned_on=TODAY)
    settle()

    def ids(**wanted: Any) -> set[int]:
        return {item.worker_id for item in picked(session, **wanted)}

    assert ids(company_id=company.pk) == ids(role_id=pre_mob.pk) == ids(area_id=area.pk) == {chosen.pk}
    assert ids(company_id=company.pk, role_id=post_mob.pk) == ids(area_id=above.pk) == set()
    assert ids(group="RED") == {chosen.pk}
    assert ids(group="YELLOW") == {other.pk}
    assert ids(company_id=company.pk, search=chosen.employee_id) == {chosen.pk}
    assert ids(company_id=999_999) == ids(group="OTHER") == set()
    chosen.area_assignments.update(until=AT)
    assert ids(area_id=area.pk) == set()


def test_a_page_costs_the_same_however_long_the_list(course: Any, pre_mob: Any, session: int) -> None:
    def cost(**given: Any) -> int:
        with CaptureQueriesContext(connection) as statements:
            suggestions(session, PickerFilter(), by=ADMIN, at=AT, cursor=None, **given)
        return len(statements)

    costs = []
    for _ in range(2):
        for _ in range(8):
            cast.make_worker(role=pre_mob)
        settle()
        costs += [cost(limit=50), cost(limit=4)]
    assert costs == [7, 4, 7, 4]


def test_who_may_look(session: int, course: Any) -> None:
    for by in (ASSESSOR, AUDITOR, cast.actor(Role.SUPER_ADMIN)):
        assert picked(session, by=by) == []
    with pytest.raises(Forbidden):
        picked(session, by=cast.actor(Role.TRAINER, trainer_id=1))


@pytest.mark.parametrize("number", [999_999, 2**63])
def test_no_such_session(course: Any, number: int) -> None:
    with pytest.raises(NotFound):
        picked(number)
    refuses("NOT_FOUND", invite_workers, number, [1])


def test_a_cursor_of_ones_own_making(session: int) -> None:
    made_up = [
        "x",
        "????",
        encode_cursor(1),
        encode_cursor(9, "", "a", 1),
        encode_cursor(1, "yesterday", "a", 1),
        encode_cursor(0, "", 5, 1),
        encode_cursor(-1, "", "a", 1),
        encode_cursor(0, "", "a", 2**70),
    ]
    for cursor in made_up:
        with pytest.raises(Invalid) as refusal:
            suggestions(session, PickerFilter(), limit=5, cursor=cursor, by=ADMIN, at=AT)
        assert refusal.value.code == "CURSOR_INVALID"


@pytest.mark.parametrize(("workers", "reds"), [(0, 0), (0, 1_000), (1_000, 0)])
def test_both_ways_lead_to_the_same_page(
    crowd: Any, session: int, monkeypatch: pytest.MonkeyPatch, workers: int, reds: int
) -> None:
    """Few are looked up and sorted, many are met in the order of an index; nobody can tell from the page."""
    asked: list[dict[str, Any]] = [{}, {"search": "a"}, {"search": "grace"}, {"group": "YELLOW"}]
    expected = [picked(session, limit=3, **wanted) for wanted in asked]
    counted = [group_counts(session, PickerFilter(**wanted), by=ADMIN) for wanted in asked]
    monkeypatch.setattr(order, "FEW_WORKERS", workers)
    monkeypatch.setattr(order, "FEW_READ", workers)
    monkeypatch.setattr(order, "FEW_REDS", reds)
    assert [picked(session, limit=3, **wanted) for wanted in asked] == expected
    assert [group_counts(session, PickerFilter(**wanted), by=ADMIN) for wanted in asked] == counted
    found = [[row.group for row in picked(session, **wanted)] for wanted in asked[:3]]
    for groups, counts in zip(found, counted, strict=False):
        assert (groups.count("RED"), groups.count("YELLOW"), groups.count("OTHER")) == (
            counts.red,
            counts.yellow,
            counts.other,
        )
