"""What the one who stays has then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.merging.people import Site, merge, outside
from tests.training.acting import AT, said
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod
from titan.personnel.rules import AreaGiven, WorkerFields, merged_fields

pytestmark = pytest.mark.django_db


def fields(**given: Any) -> WorkerFields:
    return WorkerFields(**{"employee_id": "A", "first_name": "B", "company_id": 1, **given})


JAN, FEB = date(2026, 1, 5), date(2026, 2, 5)


@pytest.mark.parametrize(
    ("stays", "gone", "changes"),
    [
        # What is there stays; what is lacking is taken over.
        ({"phone": "1"}, {"phone": "2", "email": "x@y"}, {"email": "x@y"}),
        ({"role_id": 1, "role_assigned_on": JAN}, {"role_id": 2, "role_assigned_on": FEB}, {}),
        ({}, {"role_id": 2, "role_assigned_on": FEB}, {"role_id": 2, "role_assigned_on": FEB}),
        ({"supervisor_id": 7}, {"supervisor_id": 8}, {}),
        ({}, {"supervisor_id": 8}, {"supervisor_id": 8}),
        ({"supervisor_id": 102}, {"supervisor_id": 8}, {"supervisor_id": 8}),
        ({"supervisor_id": 102}, {"supervisor_id": 101}, {"supervisor_id": None}),
        ({}, {"user_id": 5}, {"user_id": 5}),
        ({"start_date": FEB}, {"start_date": JAN}, {"start_date": JAN}),
        ({"employee_id": "A", "first_name": "B"}, {"employee_id": "X", "first_name": "Y", "last_name": "Z"}, {}),
        # Both work: the areas of both; of an area that both have, the day of who stays.
        (
            {"areas": (AreaGiven(1, FEB),)},
            {"areas": (AreaGiven(1, JAN), AreaGiven(2, JAN))},
            {"areas": (AreaGiven(1, FEB), AreaGiven(2, JAN))},
        ),
        # Who works is asked for what the row in use asks for, whichever number stays.
        ({}, {"status": "INACTIVE", "areas": (AreaGiven(2, JAN),), "role_id": 2, "role_assigned_on": JAN}, {}),
        (
            {"status": "INACTIVE", "areas": (AreaGiven(1, FEB),), "role_id": 1, "role_assigned_on": JAN},
            {"areas": (AreaGiven(2, JAN),), "company_id": 3},
            {"status": "ACTIVE", "areas": (AreaGiven(2, JAN),), "company_id": 3, "role_id": None},
        ),
        # Who was blacklisted under one number is blacklisted.
        ({}, {"status": "BLACKLISTED"}, {"status": "BLACKLISTED"}),
        ({"status": "BLACKLISTED"}, {}, {"status": "BLACKLISTED", "company_id": 2}),
        ({"status": "INACTIVE"}, {"status": "BLACKLISTED"}, {"status": "BLACKLISTED"}),
    ],
)
def test_what_holds_of_both(stays: dict[str, Any], gone: dict[str, Any], changes: dict[str, Any]) -> None:
    had = fields(**stays)
    found = merged_fields(had, fields(**{"company_id": 2, **gone}), pair=(101, 102))
    want = {**vars(had), "company_id": found.company_id, **changes}
    if changes.get("role_id", ...) is None:
        want["role_assigned_on"] = None
    assert vars(found) == want
    assert found.company_id == changes.get("company_id", 1)


def test_the_rows_and_their_histories_after_a_merge(place: Site) -> None:
    boss = place.boss
    gone = place.person(role=place.role, areas=[place.area, place.yard], supervisor=boss, phone="12")
    stays = place.person(areas=[place.area])
    merged = merge(gone, stays)
    stays.refresh_from_db()
    assert (stays.role_id, stays.role_assigned_on, stays.supervisor_id) == (place.role.pk, date(2026, 1, 5), boss.pk)
    held = AreaAssignment.objects.filter(worker=stays, until=None).order_by("area_id").values_list("area_id", "since")
    assert [area for area, _since in held] == [place.area.pk, place.yard.pk]
    assert [since == AT for _area, since in held] == [False, True]
    assert RoleAssignment.objects.get(worker=stays).since == AT
    assert [row.until for row in RoleAssignment.objects.filter(worker=gone)] == [AT]
    assert [row.until for row in AreaAssignment.objects.filter(worker=gone)] == [AT, AT]
    assert [(row.status, row.until) for row in StatusPeriod.objects.filter(worker=gone).order_by("pk")] == [
        ("ACTIVE", AT),
        ("INACTIVE", None),
    ]
    assert merged.personal == ("phone",)
    assert {*merged.after} == {"role_id", "role_assigned_on", "supervisor_id", "areas"}
    assert not ComplianceItem.objects.filter(worker=gone).exists()
    assert not WorkerVerdict.objects.filter(worker=gone).exists()
    verdict_equals_rebuild(AT)


def test_another_company_is_restated(place: Site) -> None:
    """The row in use knows where somebody works now; who they were stays known to the ledger."""
    gone = place.person(company=cast.make_company(name="Yeni iş yeri"))
    stays = place.person(status="INACTIVE")
    outside(stays, place.course)
    merge(gone, stays)
    stays.refresh_from_db()
    assert stays.company_id == gone.company_id
    assert stays.former_identities is not None
    assert [one["company"] for one in stays.former_identities] == ["Neft Daşları MMC"]
    event = said("worker.merged", stays.pk)[0]
    assert event.before is not None
    assert event.before["company_id"] == place.company.pk
