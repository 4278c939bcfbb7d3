"""Audit packs: what an auditor takes along and checks without Titan (docs/ledger-format.md §7)."""
