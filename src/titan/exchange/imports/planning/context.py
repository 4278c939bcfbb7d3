"""All that the rows of one file are read with: what stands on the site, what was answered, what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from titan.exchange.imports.choices import Given
from titan.exchange.imports.planning.asked import Asked, Open, key_of
from titan.exchange.imports.planning.decided import Decided
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.planning.uses import SheetUse
from titan.exchange.imports.rules.amounts import Unit
from titan.exchange.imports.rules.folding import code_key, fold
from titan.exchange.imports.rules.names import Found, Names, code_from
from titan.exchange.imports.rules.order import DayColumn
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.states import QuestionKind
from titan.exchange.site_folder.queries import Known
from titan.exchange.site_folder.rows import CourseRow


class Noun(Enum):
    """Things that cells refer to by code or name, and the question about an unknown one."""

    COMPANY = QuestionKind.COMPANY
    ROLE = QuestionKind.ROLE
    AREA = QuestionKind.AREA
    COURSE = QuestionKind.COURSE

    @property
    def plural(self) -> str:
        return {"COMPANY": "companies", "AREA": "areas"}.get(self.name, f"{self.name.lower()}s")


CREATABLE = {Noun.COMPANY, Noun.ROLE, Noun.AREA}


@dataclass
class Context:
    """See above.

    badges: of the whole site, by what they have in common. merged: those of rows that were merged, each with the badge
    that it is now. meant: rows whose new badge somebody said to be a standing worker's, by that badge. new_badges: of
    new workers in the file so far. days: what the columns of days tell, by sheet and column. units: likewise of lengths
    of time; bare_numbers: cells of those that only a unit explains. made_up: new companies, roles and areas that
    somebody asked to create: code → name.
    people, trained: the badges whose workers and whose records were read (None: all workers).
    counted_expiries: how many records end when their course's validity does, because the file says nothing.
    """

    today: date
    is_1904: bool | None
    language: str
    known: Known
    decided: Decided
    given: Given
    uses: list[SheetUse]
    names: dict[Noun, Names]
    badges: dict[str, list[str]]
    merged: dict[str, str] = field(default_factory=dict)
    meant: dict[str, RowPlan] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    days: dict[tuple[int, int], DayColumn] = field(default_factory=dict)
    units: dict[tuple[int, int], Unit | None] = field(default_factory=dict)
    bare_numbers: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    new_badges: dict[str, RowPlan] = field(default_factory=dict)
    new_courses: dict[str, CourseRow] = field(default_factory=dict)
    made_up: dict[Noun, dict[str, str]] = field(default_factory=lambda: {noun: {} for noun in CREATABLE})
    plans: list[RowPlan] = field(default_factory=list)
    counted_expiries: int = 0
    people: frozenset[str] | None = frozenset()
    trained: frozenset[str] = frozenset()

    def answer(self, key: str, default: str = "") -> str:
        """Return the answer to a question, else what was given for all like it."""
        return self.decided.answers.get(key) or default

    def refer(self, noun: Noun, text: str) -> str | Open:
        """Return the code of what `text` names, or what is open about it."""
        names = self.names[noun]
        found = names.find(text)
        if found.code:
            return found.code
        key = key_of(noun.value, text)
        chosen = self.answer(key)
        if chosen.startswith("map:") and chosen[4:] in names.labels:
            self._answered(noun, key, text, chosen, found)
            names.choose(fold(text), chosen[4:])
            return chosen[4:]
        wanted = chosen.startswith("create") or (not chosen and noun.plural in self.given.create)
        if noun in CREATABLE and wanted and not found.candidates:
            if chosen:
                self._answered(noun, key, text, chosen, found)
            return self._create(noun, text, chosen.partition(":")[2])
        return self._open(noun, key, text, found)

    def same_badge(self, badge: str) -> str | None:
        """Return the standing badge that differs from `badge` only in case, blanks or leading zeros, if one does."""
        alike = [found for found in self.badges.get(code_key(badge), ()) if found != badge]
        return alike[0] if len(alike) == 1 else None

    def number(self) -> int:
        """Return the number of the next row."""
        return len(self.plans)

    def _create(self, noun: Noun, text: str, wanted: str) -> str:
        names = self.names[noun]
        code = wanted if wanted and wanted not in names.labels else code_from(text, names.labels)
        names.add(code, [text])
        self.made_up[noun][code] = text
        return code

    def _answered(self, noun: Noun, key: str, text: str, answer: str, found: Found) -> None:
        """Keep that this was asked, so that the answer can be seen and changed."""
        about = self._open(noun, key, text, found)
        about.answer = answer

    def _open(self, noun: Noun, key: str, text: str, found: Found) -> Open:
        about = self.asked.about(key, noun.value, text)
        if about.reason is None:
            about.candidates = found.candidates or tuple(self.names[noun].alike(text))
            about.reason = self._why(noun, text, found)
        return about

    def _why(self, noun: Noun, text: str, found: Found) -> Reason:
        if found.candidates:
            return reason("SEVERAL", text=text, codes=", ".join(found.candidates))
        return reason(f"UNKNOWN_{noun.name}", text=text)


def names_of(known: Known, maps: Mapping[str, str]) -> dict[Noun, Names]:
    """Return under which names the site's things are known. maps: codes by texts, as given for all sheets."""
    titles = {
        code: course.published.title.values() if course.published else () for code, course in known.courses.items()
    }
    found = {
        Noun.COMPANY: Names.of({code: [name] for code, (_pk, name) in known.companies.items()}),
        Noun.ROLE: Names.of({code: role.title.values() for code, role in known.roles.items()}),
        Noun.AREA: Names.of({code: [area.name] for code, area in known.areas.items()}),
        Noun.COURSE: Names.of(titles),
    }
    for text, code in maps.items():
        for names in found.values():
            if code in names.labels:
                names.choose(fold(text), code)
    return found
