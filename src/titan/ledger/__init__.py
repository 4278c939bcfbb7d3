"""The tamper-evident ledger: one Merkle log that anybody can check without trusting us (docs/ledger-format.md)."""
