"""Every constraint means something: whoever meets one gets a refusal, never an error 500 (ledger.md §4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, models

from titan.core.guards import refusal_of, registered

# Written by Titan alone from values of its own: to meet one of these is a bug, and shall look like one.
OUR_OWN = {
    "one_item_per_requirement",
    "one_tally_per_batch",
    "one_swept_day",
    "evidence_part_position",
    "evidence_is_not_empty",
    "one_answer_per_key",
    "one_node_at_a_place",
    "one_ledger_head",
    "checkpoint_signed_once",
    "accounts_apitoken.token_sha256",
    "calendars_feed.token_sha256",
    "training_trainingsession.code",
    "compliance_workerverdict.worker_id",
}


def titans_models() -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.name.startswith("titan."):
            yield from config.get_models()


def constraint_errors() -> Iterator[tuple[str, str]]:
    """Yield each constraint's name with what PostgreSQL and what SQLite say about it."""
    for model in titans_models():
        table = model._meta.db_table
        for field in model._meta.concrete_fields:
            if field.unique and (not field.primary_key or field.is_relation):
                name = f"{table}.{field.column}"
                if name not in OUR_OWN:
                    key = f"{table}_pkey" if field.primary_key else f"{table}_{field.column}_key"
                    yield name, f'duplicate key value violates unique constraint "{key}"'
                    yield name, f"UNIQUE constraint failed: {name}"
        for constraint in model._meta.constraints:
            name = constraint.name
            if name in OUR_OWN:
                continue
            if isinstance(constraint, models.CheckConstraint):
                yield name, f'new row for relation "{table}" violates check constraint "{name}"'
                yield name, f"CHECK constraint failed: {name}"
            elif isinstance(constraint, models.UniqueConstraint):
                yield name, f'duplicate key value violates unique constraint "{name}"'
                columns = [model._meta.get_field(given).column for given in constraint.fields]
                found = ", ".join(f"{table}.{column}" for column in columns) or f"index '{name}'"
                yield name, f"UNIQUE constraint failed: {found}"


@pytest.mark.parametrize(("name", "text"), list(constraint_errors()))
def test_a_constraint_is_a_refusal(name: str, text: str) -> None:
    refusal = refusal_of(IntegrityError(text))
    assert refusal is not None, name
    assert refusal.status in {409, 422}
    assert refusal.detail


@pytest.mark.parametrize("guard", registered(), ids=lambda guard: guard.name)
def test_a_guards_code_is_a_refusal(guard: object) -> None:
    statements = " ".join((*guard.sqlite, *guard.postgresql))  # type: ignore[attr-defined]
    codes = {part.split("'")[1] for word in ("ABORT, ", "EXCEPTION ") for part in statements.split(word)[1:]}
    for code in codes:
        refusal = refusal_of(IntegrityError(code))
        assert refusal is not None, code
        assert (refusal.status, refusal.code) == (409, code)
