"""domain.md §9.2 evidence: which of a worker's records proves a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from tests.compliance.rules.seen import RED, TODAY, ago, ahead, decide
from tests.compliance.worlds import World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Record:
    completed: date
    expires: date | None
    result: str = "PASSED"
    revoked: bool = False


EVIDENCE: list[tuple[str, list[Record], int | None]] = [
    ("one valid pass", [Record(ago(10), ahead(90))], 0),
    ("valid through its expires_on: today", [Record(ago(10), TODAY)], 0),
    ("not the day after", [Record(ago(10), ago(1))], None),
    ("completed and expiring today", [Record(TODAY, TODAY)], 0),
    ("expires never", [Record(ago(4000), None)], 0),
    ("never outlasts any date", [Record(ago(1), ahead(9000)), Record(ago(4000), None)], 1),
    (
        "the one that lasts longest, not the latest",
        [Record(ago(90), ahead(60)), Record(ago(1), ahead(50))],
        0,
    ),
    ("tie: the latest completed_on", [Record(ago(3), ahead(60)), Record(ago(9), ahead(60))], 0),
    ("tie of two that never expire", [Record(ago(9), None), Record(ago(3), None)], 1),
    ("tie of both: the highest id", [Record(ago(3), ahead(60)), Record(ago(3), ahead(60))], 1),
    ("a failed result proves nothing", [Record(ago(3), None, "FAILED")], None),
    (
        "a failed result after a pass takes nothing away",
        [Record(ago(9), ahead(60)), Record(ago(1), None, "FAILED")],
        0,
    ),
    ("revoked proves nothing", [Record(ago(3), ahead(60), revoked=True)], None),
    ("revoked: the next longest", [Record(ago(3), None, revoked=True), Record(ago(9), ahead(60))], 1),
    ("an early renewal", [Record(ago(300), ahead(65)), Record(TODAY, ahead(365))], 1),
    ("a renewal that lasts less changes nothing", [Record(ago(9), ahead(365)), Record(TODAY, ahead(30))], 0),
    ("none at all", [], None),
]


@pytest.mark.parametrize(("records", "proof"), [row[1:] for row in EVIDENCE], ids=[row[0] for row in EVIDENCE])
def test_9_2_the_record_that_proves(records: list[Record], proof: int | None) -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course)
    worker, neighbour = world.worker(role, ago(500)), world.worker(role, ago(500))
    # Something to leak: the neighbour, another course.
    world.record(neighbour, course, ago(1), None)
    world.record(worker, world.course(), ago(1), None)
    written = []
    for record in records:
        written.append(world.record(worker, course, record.completed, record.expires, record.result))
        if record.revoked:
            world.revoke(written[-1])
    item = decide(world, worker, course)
    expected = written[proof] if proof is not None else None
    assert item.record_id == (expected.pk if expected else None)
    assert item.expires_on == (expected.expires_on if expected else None)
    assert (item.status == RED) is (expected is None)
