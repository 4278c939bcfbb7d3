"""Ten attacks on the whole of it, by somebody who holds the database and the folder of evidence: each is found."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.verifying.edits import sql, without_guards
from tests.ledger.verifying.world import finalize, looked, outside, sign, small_site
from titan.evidence.storage import evidence_store
from titan.ledger.beside import NAME
from titan.ledger.models import Checkpoint, Head, Leaf
from titan.ledger.rules import notes
from titan.ledger.rules.tree import Frontier, leaf_hash
from titan.training.models import Finalization
from titan.training.verify import Problem, ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _insider(site: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site with four finalized sessions, each signed, and no guards."""
    monkeypatch.setattr(ledger, "A_MOMENT", 0)
    made = small_site(5)
    sign(made)
    for name in ("plain", "plain", "signed", "plain"):
        finalize(made, name)
        sign(made)
    outside(made, "plain")
    sign(made)
    assert looked() == []
    with without_guards():
        yield


def named(*wanted: tuple[str, str, int | None]) -> list[Problem]:
    """Expect these codes about these things among the problems, all as alarms; return the problems."""
    problems = looked()
    found = {(one.code, one.entity, one.entity_id) for one in problems if one.kind is not None}
    assert set(wanted) <= found, problems
    return problems


def keep_only(leaves: list[tuple[str, int | None, bytes]]) -> None:
    """Make the ledger one of these leaves alone, consistent in itself, as somebody who knows how it works would."""
    frontier = Frontier()
    sql("DELETE FROM ledger_node")
    sql("DELETE FROM ledger_leaf")
    for index, (kind, about, data) in enumerate(leaves):
        for node in frontier.append(leaf_hash(data)):
            sql(
                "INSERT INTO ledger_node (level, position, hash) VALUES (%s, %s, %s)",
                node.level,
                node.position,
                node.hash,
            )
        sql(
            "INSERT INTO ledger_leaf (leaf_index, type, entity_id, data) VALUES (%s, %s, %s, %s)",
            *(index, kind, about, data),
        )
    sql(
        "UPDATE ledger_head SET size = %s, root = %s, frontier = %s",
        *(frontier.size, frontier.root(), frontier.packed()),
    )


def all_leaves() -> list[tuple[str, int | None, bytes]]:
    return [
        (kind, about, bytes(data))
        for kind, about, data in Leaf.objects.order_by("index").values_list("type", "entity_id", "data")
    ]


def a_session() -> int:
    return Finalization.objects.order_by("pk").values_list("pk", flat=True)[1]


def test_1_a_cut_tail() -> None:
    leaves = all_leaves()
    last = leaves[-1]
    newest = Checkpoint.objects.order_by("-size").values_list("pk", flat=True)[0]
    keep_only(leaves[:-1])
    named(
        ("LEDGER_BEHIND", "ledger", 1),
        ("CHECKPOINT_BEYOND", "checkpoint", newest),
        ("NOT_IN_LEDGER", "training_record", last[1]),
    )
    # With the checkpoint taken out too, what lies beside the evidence still knows.
    sql("DELETE FROM ledger_checkpoint WHERE id = %s", newest)
    named(("LEDGER_BEHIND", "ledger", 1), ("NOT_IN_LEDGER", "training_record", last[1]))


def test_2_a_dropped_session() -> None:
    session = a_session()
    sql("DELETE FROM training_finalization WHERE session_id = %s", session)
    sql("DELETE FROM records_competencyrecord WHERE session_id = %s", session)
    records = [pk for (pk,) in sql("SELECT id FROM records_trainingrecord WHERE session_id = %s", session)]
    sql("DELETE FROM records_trainingrecord WHERE session_id = %s", session)
    sql("UPDATE training_trainingsession SET status = 'CANCELLED', finalized_at = NULL WHERE id = %s", session)
    named(("ROW_MISSING", "session", session), *(("ROW_MISSING", "training_record", pk) for pk in records))
    # Out of the ledger as well: nothing signed fits any more.
    own = set(records)
    kept = [
        leaf
        for leaf in all_leaves()
        if not (leaf[0] == "training.record" and leaf[1] in own)
        and not (leaf[0] == "session.finalized" and leaf[1] == session)
    ]
    keep_only(kept)
    assert {"LEDGER_BEHIND", "LEAVES_CHANGED"} & {one.code for one in looked()}


def test_3_swapped_leaves() -> None:
    leaves = all_leaves()
    places = [index for index, leaf in enumerate(leaves) if leaf[0] == "training.record"]
    one, other = places[0], places[-1]
    leaves[one], leaves[other] = leaves[other], leaves[one]
    keep_only(leaves)
    problems = named()
    spans = [one for one in problems if one.code == "LEAVES_CHANGED"]
    assert spans
    assert spans[0].entity_id is not None
    assert spans[0].entity_id <= one
    # With every checkpoint taken out too, what lies beside the evidence still knows.
    sql("DELETE FROM ledger_checkpoint")
    named(("LEDGER_FORKED", "ledger", 1))


def test_4_a_replayed_checkpoint() -> None:
    first, *_rest, last = Checkpoint.objects.order_by("size")
    sql("UPDATE ledger_checkpoint SET note = %s WHERE id = %s", first.note, last.pk)
    named(("CHECKPOINT_COLUMNS", "checkpoint", last.pk))
    sql("UPDATE ledger_checkpoint SET note = %s WHERE id = %s", last.note, last.pk)
    evidence_store().put_note(NAME, first.note.encode())
    named(("BESIDE_OLD", "ledger", 1))


def test_5_another_origin(settings: Any) -> None:
    head = Head.objects.get()
    sql("UPDATE ledger_head SET origin = 'titan-000000000000/1'")
    named(("HEAD_DIFFERS", "ledger", 1))
    sql("UPDATE ledger_head SET origin = %s", head.origin)
    newest = Checkpoint.objects.order_by("-size")[0]
    key = Ed25519PrivateKey.from_private_bytes(Path(settings.TITAN_LEDGER_KEY_FILE).read_bytes())
    note = notes.sign(notes.Checkpoint("titan-000000000000/1", newest.size, bytes(newest.root)), key)
    resign(newest.pk, note)
    named(("CHECKPOINT_ORIGIN", "checkpoint", newest.pk))


def resign(number: int, note: str) -> None:
    """Put another note in the place of a checkpoint, with columns that fit."""
    said, signatures = notes.read_note(note)
    sql(
        "UPDATE ledger_checkpoint SET note = %s, origin = %s, size = %s, root = %s, key_id = %s WHERE id = %s",
        *(note, said.origin, said.size, said.root, signatures[0].key_id.hex(), number),
    )


def test_6_another_key() -> None:
    newest = Checkpoint.objects.order_by("-size")[0]
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(32))
    resign(newest.pk, notes.sign(notes.Checkpoint(newest.origin, newest.size, bytes(newest.root)), key))
    named(("CHECKPOINT_KEY", "checkpoint", newest.pk))


def test_7_an_unsigned_note() -> None:
    newest = Checkpoint.objects.order_by("-size")[0]
    text, _blank, signed = newest.note.partition("\n\n")
    sql("UPDATE ledger_checkpoint SET note = %s WHERE id = %s", f"{text}\n\n", newest.pk)
    named(("CHECKPOINT_UNREADABLE", "checkpoint", newest.pk))
    name, _, encoded = signed.strip().rpartition(" ")
    zeros = base64.b64encode(base64.b64decode(encoded)[:4] + bytes(64)).decode()
    sql("UPDATE ledger_checkpoint SET note = %s WHERE id = %s", f"{text}\n\n{name} {zeros}\n", newest.pk)
    named(("CHECKPOINT_SIGNATURE", "checkpoint", newest.pk))


def test_8_a_proof_of_another_size(settings: Any) -> None:
    newest = Checkpoint.objects.order_by("-size")[0]
    key = Ed25519PrivateKey.from_private_bytes(Path(settings.TITAN_LEDGER_KEY_FILE).read_bytes())
    sizes = set(Checkpoint.objects.values_list("size", flat=True))
    fewer = next(size for size in range(newest.size - 1, 2, -1) if size not in sizes)
    # By the true key: the root of all leaves, said to be that of fewer.
    resign(newest.pk, notes.sign(notes.Checkpoint(newest.origin, fewer, bytes(newest.root)), key))
    named(("CHECKPOINT_DIFFERS", "checkpoint", newest.pk))


def test_9_an_edited_column() -> None:
    ((pk,),) = sql("SELECT MIN(id) FROM records_trainingrecord")
    sql("UPDATE records_trainingrecord SET score = 100 WHERE id = %s", pk)
    (problem,) = [one for one in named(("ROW_DIFFERS", "training_record", pk)) if one.code == "ROW_DIFFERS"]
    assert "its score is not what leaf" in problem.what


def test_10_swapped_evidence(settings: Any) -> None:
    rows = sql("SELECT MIN(id), key FROM evidence_evidencefile GROUP BY key ORDER BY 1")
    (one, first), (other, second) = rows[0], rows[1]
    paths = [Path(settings.TITAN_EVIDENCE_DIR) / key for key in (first, second)]
    contents = [path.read_bytes() for path in paths]
    try:
        for path, content in zip(paths, reversed(contents), strict=True):
            path.chmod(0o640)
            path.write_bytes(content)
        named(("TAMPERED", "evidence", one), ("TAMPERED", "evidence", other))
    finally:
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
            path.chmod(0o440)
    # In the database instead: what a record cites is not the evidence that it names.
    ((record, key),) = sql("SELECT id, evidence_key FROM records_trainingrecord ORDER BY id LIMIT 1")
    ((another,),) = sql("SELECT MIN(id) FROM evidence_evidencefile WHERE key <> %s", key)
    sql("UPDATE records_trainingrecord SET evidence_id = %s WHERE id = %s", another, record)
    named(("RECORD_CITES_OTHER", "training_record", record))
