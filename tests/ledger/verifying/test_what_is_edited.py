"""Each column of what the ledger speaks of is edited at random, or the threat model promises nothing of it."""

from __future__ import annotations

import pytest
from django.db.models import Model

from tests.ledger.verifying.edits import checkpoints, extensions, leaves, rows, sessions
from titan.evidence.models import EvidenceFile, EvidencePart
from titan.ledger.models import Checkpoint, Head, Leaf, Node, PersonKey
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, ExtendedRecord, TrainingRecord, ValidityExtension
from titan.training.models import Attendee, Finalization, SessionEvidence, TrainingSession

# By a row's own number nothing is proved where something else names it.
NUMBER = {"id"}
PEOPLE = {"first_name", "last_name", "employee_id", "company_id", "former_identities", "anonymised_at"}
MERGED = {"merged_into_id", "merged_at", "merge_reason"}

COLUMNS: dict[type[Model], tuple[set[str], set[str]]] = {
    TrainingRecord: ({*rows.RECORD}, set()),
    CompetencyRecord: ({*rows.COMPETENCY, "status"}, set()),
    ValidityExtension: ({*extensions.EXTENSION}, set()),
    ExtendedRecord: ({*extensions.EXTENDED}, set()),
    # Contacts, place in the company, keys to search by.
    Worker: (
        PEOPLE | MERGED,
        NUMBER
        | {"email", "phone", "role_id", "role_assigned_on", "supervisor_id", "status", "start_date", "end_date"}
        | {"user_id", "created_at", "name_key", "search_key", "also_key"},
    ),
    # Notes and plans.
    TrainingSession: (
        {*sessions.SESSION},
        NUMBER
        | {"title", "search_key", "notes", "venue_id", "version", "created_at", "created_by_id", "cancelled_at"}
        | {"cancel_reason"},
    ),
    Finalization: ({"outcome", *sessions.RECEIPT}, {"session_id"}),
    # Single marks: the leaf counts who came and who failed, and each has a leaf about what it proved.
    Attendee: (
        {"status", "result"},
        NUMBER
        | {"session_id", "worker_id", "score", "verified", "verified_by_id", "method_id", "remarks", "added_at"}
        | {"added_by_id"},
    ),
    SessionEvidence: ({*sessions.SHEET, *sessions.ATTACHED}, NUMBER | {"session_id"}),
    # Labels, kinds, page counts, who uploaded it and when.
    EvidenceFile: (
        {"key", "sha256", "size"},
        NUMBER | {"media_type", "pages", "original_name", "uploaded_at", "uploaded_by_id"},
    ),
    # Of which pictures a sheet was made: the sheet's own bytes are what counts.
    EvidencePart: (set(), NUMBER | {"whole_id", "part_id", "position"}),
    PersonKey: ({"worker_id", "key"}, {"made_at"}),
    Leaf: ({"leaf_index", "type", "entity_id", "data"}, set()),
    Node: ({"hash", "position", "level"}, NUMBER),
    Head: ({*leaves.HEAD}, NUMBER),
    Checkpoint: ({*checkpoints.CHECKPOINT} - {"unsigned", "forged"}, NUMBER | {"signed_at"}),
}
"""By table: the columns that are edited, and those of which nothing is promised (docs/threat-model.md)."""


@pytest.mark.parametrize("model", COLUMNS, ids=lambda model: model._meta.db_table)
def test_every_column_is_edited_or_nothing_is_promised_of_it(model: type[Model]) -> None:
    edited, free = COLUMNS[model]
    assert not edited & free
    assert {field.column for field in model._meta.concrete_fields} == edited | free
