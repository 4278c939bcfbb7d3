"""A check as its import's row and slices keep it: what faces show without checking again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import orjson

from titan.core.language import _, ngettext
from titan.exchange.imports.planning.check import Checked
from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.questions import questions_of
from titan.exchange.imports.planning.readers import choices_of
from titan.exchange.imports.planning.rows import LETTERS, RowPlan
from titan.exchange.imports.planning.uses import SheetUse, cell_at
from titan.exchange.imports.queries.views import ColumnView, Counts, FieldView, Question
from titan.exchange.imports.reading import FileFound
from titan.exchange.imports.reading.lines import column_letter, shown
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.exchange.site_folder.differences import text

SAMPLES, LONGEST_SAMPLE = 3, 40
_COUNTED = {
    Outcome.CREATED: "created",
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "unchanged",
    Outcome.REFUSED: "refused",
    Outcome.IGNORED: "ignored",
}
_MADE_UP = {Noun.COMPANY: Kind.COMPANIES, Noun.ROLE: Kind.ROLES, Noun.AREA: Kind.AREAS}


def preview_of(checked: Checked) -> dict[str, Any]:
    """Return what is kept of a check in its import's row."""
    context = checked.context
    made = made_up_of(checked)
    by_sheet = {use.index: count(plan for plan in context.plans if plan.use is use) for use in context.uses}
    by_kind = {kind: count(plan for plan in context.plans if plan.kind is kind) for kind in Kind}
    for one in made:
        kind = Kind(one["kind"])
        by_kind[kind] = Counts(**{**asdict(by_kind[kind]), "created": by_kind[kind].created + 1})
    total = Counts(*(sum(getattr(counts, name) for counts in by_kind.values()) for name in _COUNTED.values()))
    return {
        "sheets": [_sheet(use, by_sheet[use.index]) for use in context.uses],
        "questions": [_plain(asked) for asked in questions_of(context)],
        "notes": _notes(context, checked.file),
        "counts": asdict(total),
        "by_kind": {kind.value: asdict(counts) for kind, counts in by_kind.items() if any(asdict(counts).values())},
        "made_up": made,
        "remembered": any(use.is_remembered and use.is_used for use in context.uses),
        "digest": digest_of(checked),
    }


def _plain(asked: Question) -> dict[str, Any]:
    # Not asdict, which copies each value as if it were a tree: a file of people who are known may ask about each.
    return {**vars(asked), "options": [dict(vars(option)) for option in asked.options]}


def made_up_of(checked: Checked) -> list[dict[str, str]]:
    """Return the companies, roles and areas that answers create."""
    folder, found = checked.folder, []
    for noun, rows in ((Noun.COMPANY, folder.companies), (Noun.ROLE, folder.roles), (Noun.AREA, folder.areas)):
        wanted = checked.context.made_up[noun]
        known = {row.code for row in rows}
        own = {plan.key for plan in checked.context.plans if plan.kind is _MADE_UP[noun]}
        found += [
            {"kind": _MADE_UP[noun].value, "code": code, "name": name}
            for code, name in wanted.items()
            if code in known and code not in own
        ]
    return found


def count(plans: Iterable[RowPlan]) -> Counts:
    """Return how many rows come to what."""
    found: dict[str, int] = defaultdict(int)
    for plan in plans:
        found[_COUNTED[plan.outcome]] += 1
    return Counts(**found)


def digest_of(checked: Checked) -> str:
    """Return what two checks have in common that would write the same."""
    digest = hashlib.sha256()
    for plan in checked.context.plans:
        changed = {name: [text(old), text(new)] for name, (old, new) in (plan.differences or {}).items()}
        kept = [LETTERS[plan.outcome], plan.key, plan.values if plan.writes else None, changed]
        digest.update(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS))
    digest.update(orjson.dumps(made_up_of(checked)))
    return digest.hexdigest()


def kept_rows(plans: Iterable[RowPlan]) -> dict[tuple[int, int], list[list[Any]]]:
    """Return what is kept of each row, by sheet and row."""
    found: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)
    for plan in plans:
        found[plan.use.index, plan.row].append(_kept(plan))
    return found


def _kept(plan: RowPlan) -> list[Any]:
    problems = [
        [problem.field, problem.column, problem.reason.code, problem.reason.message] for problem in plan.problems
    ]
    changes = [[name, text(old), text(new)] for name, (old, new) in (plan.differences or {}).items()]
    return [LETTERS[plan.outcome], plan.kind.value, plan.column, plan.key, plan.values, problems, changes]


def _sheet(use: SheetUse, counts: Counts) -> dict[str, Any]:
    kind = use.kind
    fields = (
        [
            FieldView(
                name=field.name,
                label=_(field.label),
                required=field.required,
                column=use.column_of(field.name),
                value=use.values.get(field.name),
                choices=choices_of(kind, field.name),
            )
            for field in FIELDS[kind]
        ]
        if kind
        else []
    )
    given = {field.name for field in fields if field.column is not None or field.value}
    covered = {"first_name": "full_name", "title": "title_en"}
    missing = [
        field.label
        for field in fields
        if field.required and field.name not in given and covered.get(field.name) not in given
    ]
    return {
        "index": use.index,
        "name": use.found.name,
        "is_used": use.is_used,
        "is_hidden": use.found.is_hidden,
        "kind": kind,
        "header_row": use.header.row if use.header else None,
        "rows": use.found.rows,
        "columns": [asdict(column) for column in _columns(use)],
        "fields": [asdict(field) for field in fields],
        "missing": missing,
        "counts": asdict(counts),
    }


def _columns(use: SheetUse) -> list[ColumnView]:
    width = max(
        (len(use.header.headings) if use.header else 0, *(len(cells) for _row, cells in use.samples)), default=0
    )
    return [_column(use, index) for index in range(width)]


def _column(use: SheetUse, index: int) -> ColumnView:
    values = [shown(cell_at(cells, index)) for _row, cells in use.samples]
    samples = [value[:LONGEST_SAMPLE] for value in values if value.strip()][:SAMPLES]
    mapped = use.columns.get(index)
    headings = use.header.headings if use.header else []
    return ColumnView(
        index=index,
        letter=column_letter(index),
        heading=headings[index] if index < len(headings) else "",
        samples=tuple(samples),
        field=mapped.field if mapped else None,
        why=mapped.why if mapped else "",
        course=use.courses.get(index),
    )


def _notes(context: Context, file: FileFound) -> list[str]:
    notes = []
    if file.format == "CSV":
        notes.append(
            _("Read as %(encoding)s, with cells separated by %(delimiter)s.")
            % {"encoding": file.encoding, "delimiter": _(file.delimiter)}
        )
    for use in context.uses:
        notes += _notes_of(use)
    if context.counted_expiries:
        notes.append(
            ngettext(
                "%(num)s record has no expiry in the file: it is valid as long as its course is.",
                "%(num)s records have no expiry in the file: they are valid as long as their courses are.",
                context.counted_expiries,
            )
            % {"num": context.counted_expiries}
        )
    return notes


def _notes_of(use: SheetUse) -> list[str]:
    name = use.found.name or _("The file")
    if not use.is_used:
        if not use.found.rows:
            return []
        why = _("it is hidden") if use.found.is_hidden and use.kind else _("nothing in it was recognised")
        return [_("“%(sheet)s” is not imported: %(why)s.") % {"sheet": name, "why": why}]
    notes = []
    left = [
        use.heading(index) for index in range(len(use.header.headings if use.header else ())) if _is_left(use, index)
    ]
    if left:
        said = {"sheet": name, "columns": ", ".join(left)}
        notes.append(_("“%(sheet)s”: these columns are not imported: %(columns)s.") % said)
    if use.kind is Kind.WORKERS and use.column_of("status") is None and "status" not in use.values:
        notes.append(_("“%(sheet)s” tells no status: new workers are active.") % {"sheet": name})
    if use.found.hidden_rows:
        notes.append(
            ngettext(
                "“%(sheet)s”: %(num)s hidden row is imported too.",
                "“%(sheet)s”: %(num)s hidden rows are imported too.",
                use.found.hidden_rows,
            )
            % {"sheet": name, "num": use.found.hidden_rows}
        )
    return notes


def _is_left(use: SheetUse, index: int) -> bool:
    heading = use.header.headings[index] if use.header else ""
    return bool(heading) and index not in use.columns and index not in use.courses
