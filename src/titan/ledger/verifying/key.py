"""The key at hand against the one that the ledger announced last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from titan.ledger.keys import KEY_UNKNOWN, KeyUnusableError, signing_key
from titan.ledger.rules.notes import VerifierKey
from titan.ledger.verifying.problem import Problem, alarm


def has_key() -> bool:
    """Tell whether there is a key; asking for it would make one."""
    return settings.TITAN_LEDGER_KEY is not None or Path(settings.TITAN_LEDGER_KEY_FILE).exists()


def key_problems(announced: Sequence[VerifierKey]) -> Iterator[Problem]:
    """Yield why nothing could be signed now: no key, an unusable one, or not the one of `announced` that came last."""
    if not has_key():
        words = f"{settings.TITAN_LEDGER_KEY_FILE} is gone: put the file back, or announce a new key"
        yield Problem("LEDGER_KEY_MISSING", "ledger", words)
        return
    try:
        public = signing_key().public_key().public_bytes_raw()
    except KeyUnusableError as error:
        yield Problem("LEDGER_KEY_UNUSABLE", "ledger", str(error))
        return
    if announced and announced[-1].public != public:
        words = f"The ledger announced {announced[-1]}, but another key lies here."
        yield alarm(KEY_UNKNOWN, "ledger", 1, words)
