"""What roles and areas require: courses, before site entry or within a grace period (domain.md §3)."""
