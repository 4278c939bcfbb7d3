"""A list's statement is built once for each shape, and its values are the caller's each time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models import QuerySet

from titan.audit.models import AuditEvent
from titan.core.statements import Given, Shape, Statement, column, given, holds, is_given
from titan.records.models import TrainingRecord

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def events() -> None:
    for number, entity in enumerate(("worker", "course", "worker")):
        AuditEvent.objects.create(
            at=NOON.replace(hour=12 + number),
            actor_role="HSE_ADMIN",
            via="WEB",
            action=f"{entity}.made",
            entity=entity,
            entity_id=number,
            after={"n": number} if number else None,
        )


def test_built_once_for_each_shape_and_asked_with_any_values(events: None) -> None:
    built: list[Shape] = []

    def build(shape: Shape) -> QuerySet[AuditEvent]:
        built.append(shape)
        found = AuditEvent.objects.filter(**given(AuditEvent, *(shape & {"entity"})))
        if "since" in shape:
            found = found.filter(at__gte=Given("since", column(AuditEvent, "at")))
        return found.order_by("id")

    listed = Statement(build, "entity_id", "at", "after")
    assert listed.rows({"entity": "worker"}, 5) == [
        (0, NOON, None),
        (2, NOON.replace(hour=14), {"n": 2}),
    ]
    assert [row[0] for row in listed.rows({"entity": "course"}, 5)] == [1]
    assert [row[0] for row in listed.rows({"since": NOON.replace(hour=13)})] == [1, 2]
    assert [row[0] for row in listed.rows({"entity": "worker"}, 1)] == [0]
    assert listed.count({"entity": "worker"}) == 2
    assert listed.count({}) == 3
    assert listed.rows({"entity": "nothing"}, 5) == []
    assert built == [{"entity"}, {"since"}, {"entity"}, {"entity"}, frozenset()]


def test_a_value_is_never_part_of_the_statement(events: None) -> None:
    listed = Statement(lambda _: AuditEvent.objects.filter(**given(AuditEvent, "entity")), "id")
    assert listed.rows({"entity": "' OR 1 = 1 --"}) == []
    condition = holds("entity_id IN (%s, 1 + %s)", "n", column(AuditEvent, "entity_id"))
    either = Statement(lambda _: AuditEvent.objects.filter(condition).order_by("id"), "entity_id")
    assert either.rows({"n": 1}) == [(1,), (2,)]
    assert either.rows({"n": 0}) == [(0,), (1,)]


def test_what_is_none_narrows_nothing() -> None:
    found: dict[str, Any] = is_given(a=None, b=0, c="")
    assert found == {"b": 0, "c": ""}
    with pytest.raises(TypeError, match="no column"):
        column(TrainingRecord, "corrected_by")
