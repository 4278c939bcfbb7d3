"""Verification: a sound site has no problem, and whatever an insider changes is found and named."""
