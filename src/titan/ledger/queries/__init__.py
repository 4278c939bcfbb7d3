"""What the ledger knows: entries, proofs, checkpoints."""
