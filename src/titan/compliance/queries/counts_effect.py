"""What a change would do to the site's numbers, shown before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from titan.compliance.queries.summary import Counts, site_counts
from titan.core.command import persistently


@dataclass(frozen=True)
class CountsEffect:
    """How many active workers stand how, as it is and as it would be."""

    before: Counts
    after: Counts


def counts_effect(change: Callable[[], object]) -> CountsEffect:
    """Return what `change`, a command, would do to the site's counts; nothing of it stays.

    Runs the command itself in a transaction that is rolled back, so that what is shown cannot differ from what is done.
    Raises whatever the command refuses.
    """

    def tried() -> CountsEffect:
        with transaction.atomic():
            before = site_counts()
            change()
            found = CountsEffect(before, site_counts())
            transaction.set_rollback(True)
        return found

    return persistently(tried)
