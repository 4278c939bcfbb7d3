"""Appending: one leaf for each thing that happened, in the transaction in which it happened (ledger.md §1)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pymerkle import InmemoryTree

from tests import cast
from tests.api.life import live
from tests.training.acting import ABSENT, FAILED, PASSED, held, settle
from titan.core import guards
from titan.core.actor import Actor, Role
from titan.core.command import command, say
from titan.ledger.commands import append
from titan.ledger.commands.append import enter
from titan.ledger.commands.begin import begin
from titan.ledger.commands.sign import sign_head
from titan.ledger.entering import NewLeaf
from titan.ledger.models import Checkpoint, Head, Leaf, LeafType, Node, PersonKey
from titan.ledger.queries.checkpoints import newest_checkpoint, tlog_proof, vkeys
from titan.ledger.queries.tree import Tiles, paths, root_at
from titan.ledger.rules import notes
from titan.ledger.rules.canonical import read
from titan.ledger.rules.tree import WIDTH, leaf_hash, root_from_path
from titan.records.commands import revoke_record
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session

pytestmark = pytest.mark.django_db

ADMIN = cast.actor()


def leaves() -> list[bytes]:
    return [bytes(data) for data in Leaf.objects.order_by("index").values_list("data", flat=True)]


def said(first: int = 0) -> list[dict[str, Any]]:
    return [read(data) for data in leaves()[first:]]


def their_root() -> bytes:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves():
        tree.append_entry(leaf)
    return bytes(tree.get_state())


@command
def scribble(count: int, *, by: Actor, at: Any, fail: bool = False) -> None:
    """Enter leaves about nothing."""
    enter(NewLeaf(LeafType.SUPERSEDED, {"n": number}, at, by.user_id, number) for number in range(count))
    say("test.scribbled", "ledger", 1)
    if fail:
        raise DatabaseError("no")


class TestTheTree:
    def test_the_head_is_the_root_of_what_is_stored(self, site: Any, at: Any) -> None:
        for count in (1, 2, WIDTH, 300, 7):
            scribble(count, by=ADMIN, at=at)
            head = Head.objects.get()
            assert [pk for (pk,) in Leaf.objects.order_by("pk").values_list("pk")] == list(range(head.size))
            assert bytes(head.root) == their_root() == root_at(head.size)
        assert Node.objects.count() == head.size // WIDTH

    def test_any_leaf_at_any_size(self, site: Any, at: Any) -> None:
        scribble(WIDTH * 2 + 77, by=ADMIN, at=at)
        hashes = [leaf_hash(data) for data in leaves()]
        for size in (3, WIDTH - 1, WIDTH, WIDTH + 1, WIDTH * 2 + 5, len(hashes)):
            wanted = sorted({0, 1, size // 2, size - 1})
            found = paths(wanted, size)
            for index in wanted:
                assert root_from_path(hashes[index], index, size, found[index]) == root_at(size)
        with pytest.raises(ValueError, match="no leaf"):
            paths([len(hashes)], len(hashes))
        with pytest.raises(ValueError, match="lacks"):
            root_at(len(hashes) + WIDTH)

    def test_many_paths_cost_no_more_statements_than_one(self, site: Any, at: Any) -> None:
        from django.test.utils import CaptureQueriesContext

        scribble(WIDTH * 3, by=ADMIN, at=at)
        size = Head.objects.get().size
        costs = []
        for wanted in ([5], list(range(0, size, 3))):
            with CaptureQueriesContext(connection) as statements:
                tiles = Tiles(size)
                tiles.prepare(wanted)
                for index in wanted:
                    tiles.path(index)
            costs.append(len(statements))
        assert costs[1] <= costs[0] == 2

    def test_what_fails_leaves_nothing(self, site: Any, at: Any) -> None:
        before = (Head.objects.get().size, len(leaves()))
        with pytest.raises(DatabaseError):
            scribble(5, by=ADMIN, at=at, fail=True)
        assert (Head.objects.get().size, len(leaves())) == before

    def test_a_leaf_holds_what_it_is_about_and_when(self, site: Any, at: Any) -> None:
        scribble(1, by=ADMIN, at=at)
        assert said()[-1] == {
            "at": "2026-11-22T05:00:00.000000Z",
            "by": ADMIN.user_id,
            "n": 0,
            "type": "evidence.superseded",
            "v": 1,
        }


class TestWhatEnters:
    def test_a_finalization_is_one_batch_closed_by_its_leaf(self, site: Any, at: Any) -> None:
        course, size = cast.make_course(), Head.objects.get().size
        people = [cast.make_worker() for _ in range(4)]
        settle()
        session = held(course, dict(zip(people, (PASSED, PASSED, FAILED, ABSENT), strict=True)))
        outcome = finalize_session(session.pk, by=ADMIN, at=at)
        batch = said(size)
        assert [leaf["type"] for leaf in batch] == ["training.record"] * 3 + ["session.finalized"]
        closing = batch[-1]
        assert (closing["first"], closing["leaves"], closing["records"]) == (size, 3, 3)
        assert (closing["present"], closing["no_show"], closing["failed"]) == (3, 1, 1)
        assert outcome.ledger_entry == size + 3
        records = {one.pk: one for one in TrainingRecord.objects.filter(session_id=session.pk)}
        for leaf in batch[:-1]:
            one = records.pop(leaf["record"])
            assert (leaf["result"], leaf["completed_on"]) == (one.result, one.completed_on.isoformat())
            assert leaf["evidence"] == {"key": one.evidence_key, "sha256": one.evidence_sha256}
        assert not records

    def test_a_life_has_a_leaf_for_every_turn(self, room: Any) -> None:
        size = Head.objects.get().size
        worker = live(room)
        types = Counter(leaf["type"] for leaf in said(size))
        assert types["training.record"] == TrainingRecord.objects.count()
        assert types["record.revoked"] == TrainingRecord.objects.exclude(revoked_at=None).count() == 1
        assert types["competency.opened"] == CompetencyRecord.objects.count() == 2
        assert types["competency.decided"] == types["competency.withdrawn"] == types["session.finalized"] == 1
        assert types["subject.restated"] >= 1
        assert PersonKey.objects.filter(worker_id=worker).exists()

    def test_no_leaf_names_anybody(self, room: Any) -> None:
        worker = live(room)
        everything = b"\n".join(leaves())
        for word in ("Zülfüqarqızı", "ZX81-QVW", "ZX80-QVW", "Çələbi", "providerzx", "remarkzx", "reasonzx", "Neft"):
            assert word.encode() not in everything
        for leaf in said():
            assert "worker" not in leaf
            assert leaf.get("nonce") is None or len(leaf["nonce"]) == 32
        assert worker

    def test_what_was_recorded_before_is_taken_in_first(self, site: Any, at: Any) -> None:
        course = cast.make_course()
        good, bad = (cast.make_record(cast.make_worker(), course) for _ in range(2))
        revoke_record(bad.pk, "Not there", by=ADMIN, at=at)
        guards.remove()
        for model in (Leaf, Node, Head, Checkpoint, PersonKey):
            model.objects.all().delete()
        guards.install()
        begin(by=cast.actor(Role.SUPER_ADMIN), at=at)
        found = said()
        assert [leaf["type"] for leaf in found[:2]] == ["ledger.epoch", "ledger.key"]
        assert found[0]["adopted"] == len(found) - 2 == 3
        assert all(leaf["adopted"] is True for leaf in found[2:])
        assert {leaf["record"] for leaf in found if leaf["type"] == "training.record"} == {good.pk, bad.pk}
        assert [leaf["record"] for leaf in found if leaf["type"] == "record.revoked"] == [bad.pk]
        begin(by=cast.actor(Role.SUPER_ADMIN), at=at)
        assert said() == found

    def test_of_two_first_starts_the_later_finds_it_begun(self, at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        before = said()
        begun = iter([None])
        real = append.known_tip
        monkeypatch.setattr("titan.ledger.commands.begin.known_tip", lambda: next(begun, real()))
        begin(by=cast.actor(Role.SUPER_ADMIN), at=at)
        assert said() == before


class TestCheckpoints:
    def test_a_signed_head_and_a_proof_that_leads_to_it(self, site: Any, at: Any) -> None:
        scribble(20, by=ADMIN, at=at)
        sign_head()
        newest = newest_checkpoint()
        head = Head.objects.get()
        assert newest is not None
        assert (newest.origin, newest.size, newest.root) == (head.origin, head.size, bytes(head.root))
        assert notes.is_signed_by(newest.note, vkeys()[-1])
        index, path, note = notes.read_proof(tlog_proof(head.size - 3))
        assert note == newest.note
        assert root_from_path(leaf_hash(leaves()[index]), index, head.size, path) == newest.root
        assert newest.anchor.replace(" ", "") == newest.root.hex()[:20]

    def test_the_same_head_is_signed_once(self, site: Any, at: Any) -> None:
        scribble(1, by=ADMIN, at=at)
        sign_head()
        sign_head()
        assert Checkpoint.objects.filter(size=Head.objects.get().size).count() == 1


class TestGuards:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE ledger_leaf SET entity_id = 7 WHERE leaf_index = 1",
            "DELETE FROM ledger_leaf WHERE leaf_index = 1",
            "UPDATE ledger_head SET size = size - 1",
            "UPDATE ledger_head SET root = root",
            "DELETE FROM ledger_head",
            "UPDATE ledger_personkey SET worker_id = worker_id + 1",
            "DELETE FROM ledger_checkpoint",
            "UPDATE ledger_checkpoint SET size = 1",
            "INSERT INTO ledger_head (id, origin, epoch, size, root, frontier) SELECT 2, origin, epoch, size, root,"
            " frontier FROM ledger_head",
            "INSERT INTO ledger_leaf (leaf_index, type, data) SELECT leaf_index, type, data FROM ledger_leaf",
        ],
    )
    def test_the_ledger_only_grows(self, site: Any, at: Any, sql: str) -> None:
        cast.make_record(cast.make_worker(), cast.make_course())
        session = held(cast.make_course(), {cast.make_worker(): PASSED})
        finalize_session(session.pk, by=ADMIN, at=at)
        sign_head()
        before = json.dumps([[str(v) for v in row] for row in Leaf.objects.values_list("index", "type", "entity_id")])
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        after = json.dumps([[str(v) for v in row] for row in Leaf.objects.values_list("index", "type", "entity_id")])
        assert after == before
