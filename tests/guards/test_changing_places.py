"""A circle that exists only between two rows of one statement is none: a load may turn an order round."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.exchange.folders import write
from titan.core.actor import Via, system_actor
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Area, Worker

PEOPLE = (
    "employee_id,first_name,last_name,email,phone,company_code,role_code,role_assigned_on,status,start_date,"
    "end_date,supervisor_employee_id,area_codes\n"
)


def folder(where: Path, order: Iterable[str]) -> Path:
    """Write a site whose areas and people are `code:the one above`, in this order."""
    pairs = [one.split(":") for one in order]
    areas = "".join(f"{code},Area {code},{above}\n" for code, above in pairs)
    people = "".join(f"{code},First,Last,,,CO,,,ACTIVE,,,{above},\n" for code, above in pairs)
    return write(
        where,
        {
            "areas.csv": f"code,name,parent_code\n{areas}",
            "companies.csv": "code,name\nCO,Company\n",
            "personnel.csv": PEOPLE + people,
        },
    )


@pytest.mark.django_db
@pytest.mark.parametrize("order", [["A:", "B:A", "C:B"], ["C:B", "B:A", "A:"]], ids=["from above", "from below"])
def test_an_order_is_turned_round_by_one_load(tmp_path: Path, at: datetime, order: list[str]) -> None:
    by = system_actor(Via.CLI)
    load_site(folder(tmp_path / "site", order), by=by, at=at)
    for turned in (["A:B", "B:C", "C:"], ["C:", "B:C", "A:B"]):
        load_site(folder(tmp_path / "site", turned), by=by, at=at + timedelta(hours=1))
        assert set(Area.objects.values_list("code", "parent__code")) == {("A", "B"), ("B", "C"), ("C", None)}
        above = set(Worker.objects.values_list("employee_id", "supervisor__employee_id"))
        assert above == {("A", "B"), ("B", "C"), ("C", None)}
        load_site(folder(tmp_path / "site", order), by=by, at=at + timedelta(hours=2))
