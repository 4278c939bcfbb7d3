"""The ledger only grows: what is appended stays, and the head goes forward (ledger.md §4)."""

from __future__ import annotations

from titan.core.guards import conflict_means, register
from titan.core.triggers import ALWAYS, refuse

CODE = "LEDGER_IMMUTABLE"

register(
    [
        *(
            refuse(f"{table}_appended", table, CODE, update=ALWAYS, delete=ALWAYS, truncate=True)
            for table in ("ledger_leaf", "ledger_node", "ledger_checkpoint")
        ),
        refuse(
            "ledger_head_grows",
            "ledger_head",
            CODE,
            update="NEW.size <= OLD.size OR NEW.epoch < OLD.epoch OR NEW.epoch > OLD.epoch + 1",
            delete=ALWAYS,
            truncate=True,
        ),
        refuse("ledger_personkey_kept", "ledger_personkey", CODE, update=ALWAYS),
        refuse(
            "ledger_alarm_kept",
            "ledger_alarm",
            CODE,
            update="OLD.resolved_at IS NOT NULL OR NEW.code <> OLD.code OR NEW.detail <> OLD.detail",
            delete=ALWAYS,
            truncate=True,
        ),
    ]
)

conflict_means(
    f"^{CODE}$",
    CODE,
    "The ledger is only ever appended to: nothing in it is changed or deleted.",
)
