"""What the formats ask for: pure functions on bytes, no Django (docs/ledger-format.md)."""
