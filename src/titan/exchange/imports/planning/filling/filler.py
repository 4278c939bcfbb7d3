"""What filling needs of every kind: the value of a cell, else what stands, else a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from titan.core.language import _
from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.fields import field_of
from titan.exchange.imports.rules.reasons import reason
from titan.exchange.site_folder.differences import text

Columns = dict[str, str]


@dataclass
class Filler:
    """Fills the columns of one row. standing: what stands, as an object with these attributes; None: it is new."""

    context: Context
    plan: RowPlan
    standing: Any
    columns: Columns = field(default_factory=dict)

    def given(self, name: str) -> str:
        """Return what the row says of a field; empty when it says nothing."""
        return self.plan.values.get(name, "")

    def fill(self, name: str, default: str = "", *, required: bool = False) -> str:
        """Fill a column: by its cell, else as it stands, else with `default`; report what is required and nowhere."""
        value = self.plan.values.get(name)
        if value or (value == "" and self.standing is not None and self.context.decided.empty_clears):
            self.columns[name] = value
        elif self.standing is not None:
            self.columns[name] = text(getattr(self.standing, name))
        else:
            self.columns[name] = default
        if required and not self.columns[name]:
            self.need(name)
        return self.columns[name]

    def need(self, name: str) -> None:
        """Report that a field is missing: its cell is empty, or nothing is mapped to it."""
        known = field_of(self.plan.kind, name)
        label = _(known.label) if known else name
        code = "REQUIRED" if name in self.plan.values else "REQUIRED_COLUMN"
        self.plan.refuse(reason(code, field=label), name)

    def keep_case(self, name: str, stands: str, key: Any) -> None:
        """Leave what stands as it is where the cell differs from it only in case and blanks."""
        if name in self.columns and self.columns[name] != stands and key(self.columns[name]) == key(stands):
            self.columns[name] = stands


def titled(filler: Filler, stands: Mapping[str, str]) -> None:
    """Fill the titles by language. A title without a language is that which stands already, if any language has it."""
    given = {name[6:]: value for name, value in filler.plan.values.items() if name.startswith("title_") and value}
    plain = filler.given("title")
    if plain and plain not in stands.values() and "en" not in given:
        language = filler.context.language
        given[language if language in stands else "en"] = plain
    titles = {**stands, **given}
    if "en" not in titles:
        filler.need("title")
    filler.columns.update({f"title_{language}": value for language, value in titles.items()})
    filler.columns.setdefault("title_en", "")
