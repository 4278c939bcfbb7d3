"""The key at hand against the one that the ledger announced last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from titan.ledger.keys import KEY_UNKNOWN, KeyMissingError, KeyUnusableError, signing_key
from titan.ledger.rules.notes import VerifierKey
from titan.ledger.verifying.problem import Problem, alarm


def key_problems(announced: Sequence[VerifierKey]) -> Iterator[Problem]:
    """Yield why nothing could be signed now: no key, an unusable one, or not the one of `announced` that came last."""
    newest = announced[-1] if announced else None
    try:
        public = signing_key().public_key().public_bytes_raw()
    except KeyMissingError:
        yield alarm(KEY_UNKNOWN, "ledger", 1, f"The ledger announced {newest}, but its key is not here.")
    except KeyUnusableError as error:
        yield Problem("LEDGER_KEY_UNUSABLE", "ledger", str(error))
    else:
        if newest is not None and newest.public != public:
            words = f"The ledger announced {newest}, but another key lies here."
            yield alarm(KEY_UNKNOWN, "ledger", 1, words)
