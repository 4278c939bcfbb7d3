"""Consequences: something is found false, and what rests on it is revoked by two people (domain.md §7)."""
