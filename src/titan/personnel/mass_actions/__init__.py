"""One change for many workers at once: shown first, with a reason, all or nothing."""
