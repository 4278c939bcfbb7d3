"""Rows that say the same twice, which are taken once, and rows that contradict each other, which are refused both."""

from __future__ import annotations

from titan.core.language import _
from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.rules.fields import field_of
from titan.exchange.imports.rules.folding import code_key
from titan.exchange.imports.rules.reasons import reason
from titan.exchange.imports.rules.states import Kind, Outcome

Key = tuple[object, ...]


class Repeats:
    """Remembers the first row of each key."""

    def __init__(self) -> None:
        self._first: dict[Key, RowPlan] = {}
        self._alike: dict[str, RowPlan] = {}

    def settle(self, plan: RowPlan, key: Key) -> bool:
        """Take note of a row; return False when it repeats or contradicts an earlier one."""
        first = self._first.setdefault(key, plan)
        if first is plan:
            return True
        differing = _differing(first, plan)
        if not differing and first.outcome is not Outcome.REFUSED and plan.outcome is not Outcome.REFUSED:
            plan.ignore(reason("REPEATED", row=first.use.place(first.row)))
            return False
        columns = ", ".join(differing) or _("a cell that cannot be read")
        for one, other in ((plan, first), (first, plan)):
            one.refuse(reason("CONTRADICTS", row=other.use.place(other.row), key=plan.key, columns=columns))
        return False

    def alike(self, context: Context, plan: RowPlan) -> None:
        """Refuse two new workers of one file whose badges differ only in case or leading zeros."""
        first = self._alike.setdefault(code_key(plan.key), plan)
        if first is plan or first.key == plan.key or context.answer(f"badge:{plan.use.index}") == "new":
            return
        for one, other in ((plan, first), (first, plan)):
            one.refuse(
                reason("BADGE_ALIKE_HERE", text=one.key, badge=other.key, row=other.use.place(other.row)), "employee_id"
            )


def _differing(first: RowPlan, second: RowPlan) -> list[str]:
    """Return the labels of fields in which two rows differ."""
    names = [name for name in {**first.values, **second.values} if first.values.get(name) != second.values.get(name)]
    return [_(field.label) if (field := field_of(_fields(first.kind), name)) else name for name in names]


def _fields(kind: Kind) -> Kind:
    return Kind.RECORDS if kind is Kind.MATRIX else kind
