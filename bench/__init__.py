"""What docs/performance.md prints: real commands and queries against the shortest raw SQL for the same rows."""
