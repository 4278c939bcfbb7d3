"""Answers that are sent as their query made them are exactly what their documented shape makes of them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests import cast
from tests.api.client import ApiClient
from tests.training.acting import settle
from titan.api.audit import AuditEventShape
from titan.api.compliance import MatrixRowShape
from titan.api.pagination import Listed
from titan.api.records import RecordShape
from titan.api.workers import WorkerListShape
from titan.core.actor import Role, system_actor
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.rules import WorkerChanges
from titan.records.commands import revoke_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(site: Any, at: Any) -> None:
    """A site where each column of the lists is empty somewhere and filled somewhere."""
    course, forever = cast.make_course(), cast.make_course(validity_months=0)
    role = cast.make_role()
    cast.require(role, course)
    cast.require(role, forever, 30)
    full = cast.make_worker(role=role, user=cast.make_user(Role.TRAINER))
    cast.make_worker(role=None)
    gone = cast.make_worker(status=WorkerStatus.INACTIVE)
    for worker in (full, gone):
        cast.make_record(worker, course)
    wrong = cast.make_record(full, forever)
    settle()
    boss = system_actor()
    update_worker(full.pk, WorkerChanges(start_date=at.date()), reason="Starts", by=boss, at=at)
    revoke_record(wrong.pk, "Not there", by=boss, at=at)
    anonymise_worker(gone.pk, "Asked to be forgotten", by=boss, at=at)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/workers", WorkerListShape),
        ("/audit", AuditEventShape),
        ("/records", RecordShape),
        ("/compliance/matrix", MatrixRowShape),
    ],
)
def test_an_answer_is_what_its_shape_says(path: str, shape: Any, everything: None, boss: ApiClient) -> None:
    content = boss.get(f"{path}?limit=200").content
    answer = orjson.loads(content)
    assert answer["items"]
    assert orjson.loads(Listed[shape].model_validate(answer).model_dump_json()) == answer
    assert list(answer["items"][0]) == list(shape.model_fields), "in the documented order"
    assert b"+00:00" not in content, "moments are the site's"
