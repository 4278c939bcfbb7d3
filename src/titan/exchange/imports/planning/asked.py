"""What the rows of a file leave open: unknown names, unknown words, badges much like others; each once."""

from __future__ import annotations

from dataclasses import dataclass, field

from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.reasons import Reason
from titan.exchange.imports.rules.states import QuestionKind

MOST_EXAMPLES = 3


@dataclass
class Open:
    """Something that is not known: its text, in how many rows it stands, and where it stands first.

    candidates: codes that it may mean. about: the field of an unknown word. reason: why a row with it is refused
    meanwhile.
    """

    key: str
    kind: QuestionKind
    text: str
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()
    column: str = ""
    sheet: int | None = None
    about: str = ""
    answer: str = ""
    rows: int = 0
    examples: list[str] = field(default_factory=list)

    def met(self, place: str) -> None:
        """Count one more place."""
        self.rows += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(place)


@dataclass
class Asked:
    """All that is open, by key."""

    found: dict[str, Open] = field(default_factory=dict)

    def about(self, key: str, kind: QuestionKind, text: str) -> Open:
        """Return what is open under `key`, from now on at the latest."""
        return self.found.setdefault(key, Open(key, kind, text))


def key_of(kind: QuestionKind, *parts: object) -> str:
    """Return the key of a question; texts are folded, so that it stays the same however they are written."""
    return ":".join([kind.value.lower(), *(fold(part) if isinstance(part, str) else str(part) for part in parts)])
