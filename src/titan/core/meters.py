"""Figures that are counted where things happen, and shown by titan.watch."""

from __future__ import annotations

from prometheus_client import Counter

EVIDENCE_ALARMS = Counter(
    "titan_evidence_alarms", "Times that stored evidence was found missing or with other bytes than its hash says"
)
