"""Finding what a text names: by code, else by name or title, never by a guess. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from titan.exchange.imports.rules.folding import asides, fold, tidy

ALIKE = 84
MOST_ALIKE = 3


@dataclass(frozen=True)
class Found:
    """What a text names. code: the one thing; candidates: several that share a name, one of which is to be chosen."""

    code: str = ""
    candidates: tuple[str, ...] = ()


@dataclass
class Names:
    """Things of one kind: codes, and under which names each is known. Grows as a file brings more of them."""

    labels: dict[str, str] = field(default_factory=dict)
    _by_fold: dict[str, set[str]] = field(default_factory=dict)
    _chosen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, things: Mapping[str, Iterable[str]]) -> Names:
        """Return the names of `things`: code → its names."""
        made = cls()
        for code, names in things.items():
            made.add(code, names)
        return made

    def add(self, code: str, names: Iterable[str]) -> None:
        """Let `code` be known under these names, and by itself."""
        known = [name for name in names if name]
        self.labels.setdefault(code, known[0] if known else code)
        for name in (code, *known):
            if folded := fold(name):
                self._by_fold.setdefault(folded, set()).add(code)

    def choose(self, folded: str, code: str) -> None:
        """Let a folded text name `code` from now on, because somebody said so."""
        self._chosen[folded] = code

    def find(self, text: str) -> Found:
        """Return what `text` names: by what was chosen, exact code, folded code or name, or `code - name` together."""
        clean = tidy(text)
        if clean in self.labels:
            return Found(clean)
        folded = fold(clean)
        if folded in self._chosen:
            return Found(self._chosen[folded])
        codes = self._by_fold.get(folded) or self._of_both(clean)
        if not codes:
            return Found()
        return Found(next(iter(codes))) if len(codes) == 1 else Found(candidates=tuple(sorted(codes)))

    def knows(self, text: str) -> bool:
        """Tell whether `text` names something, or several."""
        found = self.find(text)
        return bool(found.code or found.candidates)

    def alike(self, text: str) -> list[str]:
        """Return the codes of things whose names are spelt much like `text`, likeliest first."""
        matches = process.extract(fold(text), self._by_fold.keys(), scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=6)
        codes = dict.fromkeys(code for name, _score, _place in matches for code in sorted(self._by_fold[name]))
        return list(codes)[:MOST_ALIKE]

    def _of_both(self, text: str) -> set[str]:
        """Return what both halves of `NGT - Northgate` or `Northgate (NGT)` name."""
        for halves in _halves(text):
            first, second = (self._by_fold.get(fold(half), set()) for half in halves)
            if both := first & second:
                return both
        return set()


def _halves(text: str) -> Iterable[tuple[str, str]]:
    for aside in asides(text):
        yield text.replace(aside, ""), aside
    for separator in (" - ", " – ", " — ", ": ", " "):
        before, _, after = text.partition(separator)
        if after:
            yield before, after


def code_from(name: str, taken: Iterable[str], *, limit: int = 40) -> str:
    """Return a code made of a name, such as NORTHGATE-MEKANIK, that is none of `taken`."""
    bare = "-".join(fold(name).upper().split())[:limit].strip("-") or "NEW"
    used, code, number = set(taken), bare, 2
    while code in used:
        ending = f"-{number}"
        code, number = f"{bare[: limit - len(ending)]}{ending}", number + 1
    return code
