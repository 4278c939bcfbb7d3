"""What an import came to, for a person at a terminal and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from titan.exchange.imports.planning.check import Checked
    from titan.exchange.imports.planning.rows import RowPlan

ON_A_TERMINAL = 200
"""How many refused cells a terminal is shown; everything else gets all of them."""


def tell(checked: Checked, number: int | None, *, applied: bool, why: str) -> None:
    """Print what was found, asked and refused, and what was done."""
    from titan.exchange.imports.planning.preview import preview_of

    preview = preview_of(checked)
    for sheet in preview["sheets"]:
        _tell_sheet(sheet)
    for note in preview["notes"]:
        typer.echo(f"Note: {note}")
    for one in preview["made_up"]:
        typer.echo(f"New by your choice: {one['kind'].lower()} {one['code']} ({one['name']})")
    for question in preview["questions"]:
        _tell_question(question)
    _tell_refused(checked)
    counts = preview["counts"]
    typer.echo(
        f"{counts['created']:,} to create, {counts['changed']:,} to change, {counts['unchanged']:,} as they are, "
        f"{counts['refused']:,} refused, {counts['ignored']:,} ignored."
    )
    _tell_end(counts, number, applied=applied, why=why)


def as_json(checked: Checked, number: int | None, *, applied: bool, why: str) -> None:
    """Print all of it as one JSON object."""
    from titan.exchange.imports.planning.preview import preview_of

    preview = preview_of(checked)
    rows: dict[str, list[dict[str, Any]]] = {
        "refused": [],
        "ignored": [],
        "created": [],
        "changed": [],
        "unchanged": [],
    }
    for plan in checked.context.plans:
        rows[plan.outcome.value.lower()].append(_plain(plan))
    said = {name: preview[name] for name in ("sheets", "questions", "notes", "counts", "by_kind", "made_up")}
    typer.echo(
        json.dumps({"id": number, "applied": applied, "why": why, **said, **rows}, ensure_ascii=False, default=str)
    )


def _plain(plan: RowPlan) -> dict[str, Any]:
    from titan.exchange.site_folder.differences import text

    return {
        "kind": plan.kind.value,
        "place": plan.use.place(plan.row, plan.column),
        "sheet": plan.use.found.name,
        "row": plan.row,
        "key": plan.key,
        "values": plan.values,
        "changes": {name: [text(old), text(new)] for name, (old, new) in (plan.differences or {}).items()},
        "problems": [
            {
                "place": plan.use.place(plan.row, problem.column),
                "column": plan.use.heading(problem.column),
                "field": problem.field,
                **asdict(problem.reason),
            }
            for problem in plan.problems
        ],
    }


def _tell_sheet(sheet: dict[str, Any]) -> None:
    name = sheet["name"] or "The file"
    if not sheet["is_used"]:
        return
    typer.echo(f"{name}: {sheet['kind'].lower().replace('_', ' ')}, headings in row {sheet['header_row']}")
    labels = {field["name"]: field["label"] for field in sheet["fields"]}
    for column in sheet["columns"]:
        if column["field"]:
            how = "" if column["why"] == "HEADING" else f" ({column['why'].lower()})"
            typer.echo(f"  {column['letter']:>3} {column['heading'] or '–'} → {labels[column['field']]}{how}")
        elif column["course"] is not None:
            typer.echo(f"  {column['letter']:>3} {column['heading']} → course {column['course'] or '?'}")
    if sheet["missing"]:
        typer.echo(f"  New rows also need: {', '.join(sheet['missing'])}")


def _tell_question(question: dict[str, Any]) -> None:
    answered = question["answer"] is not None
    mark = "Answered" if answered else "Open" if question["open"] else "Question"
    rows = f" ({question['rows']:,} rows)" if question["rows"] else ""
    typer.echo(f"{mark}: {question['text']}{rows}")
    if answered:
        typer.echo(f"  Answer: {question['answer']}")
        return
    for example in question["examples"]:
        typer.echo(f"  {example}")
    for option in question["options"]:
        typer.echo(f"  {option['value']}: {option['label']}")
    typer.echo(f"  Answer with: {question['how']}")


def _tell_refused(checked: Checked) -> None:
    most = ON_A_TERMINAL if sys.stdout.isatty() else None
    for shown, line in enumerate(_refused(checked)):
        if shown == most:
            typer.echo("… and more: see all of them with --refused OUT.xlsx or --json.")
            return
        typer.echo(line)


def _refused(checked: Checked) -> Iterator[str]:
    from titan.exchange.imports.rules.states import Outcome

    for plan in checked.context.plans:
        if plan.outcome is Outcome.REFUSED:
            for problem in plan.problems:
                heading = plan.use.heading(problem.column)
                place = plan.use.place(plan.row, problem.column)
                yield f"Refused: {place}{f' {heading}' if heading else ''}: {problem.reason.message}"


def _tell_end(counts: dict[str, int], number: int | None, *, applied: bool, why: str) -> None:
    if applied:
        typer.echo(f"Imported, as import {number}.")
    elif why:
        typer.echo(f"Nothing was written. {why}", err=True)
    elif not counts["created"] and not counts["changed"]:
        typer.echo("Nothing would change: all of it stands already.")
    else:
        typer.echo("Nothing was written. Repeat it with --yes.")
    if number is not None and not applied:
        typer.echo(f"It is kept as import {number}: go on with it on the page.")
