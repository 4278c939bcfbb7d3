"""What was said stays said: the audit log is only ever added to."""

from __future__ import annotations

from titan.core.guards import conflict_means, register
from titan.core.triggers import ALWAYS, refuse

register(
    [
        refuse(
            "audit_immutable",
            "audit_auditevent",
            "AUDIT_IMMUTABLE",
            update=ALWAYS,
            delete=ALWAYS,
            truncate=True,
        )
    ]
)
conflict_means("^AUDIT_IMMUTABLE$", "AUDIT_IMMUTABLE", "The audit log cannot be changed or deleted.")
