"""`titan import`, `titan imports` and `titan undo-import`: people's own spreadsheets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from titan.cli.failures import Stop
from titan.cli.import_report import as_json, tell
from titan.cli.progress import bar
from titan.cli.start import start

if TYPE_CHECKING:
    from datetime import datetime

    from titan.core.actor import Actor
    from titan.exchange.imports.choices import Given
    from titan.exchange.imports.planning.check import Checked


class KindName(StrEnum):
    """What the rows of a file can be, as an option."""

    COMPANIES = "companies"
    ROLES = "roles"
    COURSES = "courses"
    AREAS = "areas"
    ROLE_REQUIREMENTS = "role-requirements"
    AREA_REQUIREMENTS = "area-requirements"
    TRAINERS = "trainers"
    VENUES = "venues"
    WORKERS = "workers"
    RECORDS = "records"
    MATRIX = "matrix"


class DatesName(StrEnum):
    """Which of day and month stands first."""

    DMY = "dmy"
    MDY = "mdy"


class MatrixDatesName(StrEnum):
    """What the dates of a matrix say."""

    COMPLETED = "completed"
    EXPIRES = "expires"


def import_file(  # noqa: PLR0917 - each is an option of the command line
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An XLSX or CSV file.")],
    kind: Annotated[KindName | None, typer.Option(help="What its rows are, when the headings do not tell.")] = None,
    sheet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this sheet; may be repeated.")] = None,
    dates: Annotated[
        DatesName | None, typer.Option(help="Day or month first, where nothing in a column decides it.")
    ] = None,
    matrix_dates: Annotated[MatrixDatesName | None, typer.Option(help="What the dates of a matrix say.")] = None,
    role_day: Annotated[
        str,
        typer.Option(metavar="DAY", help="From when roles and areas without a day count: today, start, YYYY-MM-DD."),
    ] = "",
    create: Annotated[
        str, typer.Option(metavar="WHAT", help="Create what is unknown: companies,roles,areas or all.")
    ] = "",
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=CODE", help="An unknown name is this one; may be repeated."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="HEADING=FIELD", help="Read a column as a field; FIELD - leaves it out."),
    ] = None,
    value: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="One value for all rows; may be repeated.")
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option(metavar="KEY=ANSWER", help="Answer a question by its key; may be repeated.")
    ] = None,
    empty_clears: Annotated[
        bool, typer.Option("--empty-clears", help="Empty cells take away what stands, instead of changing nothing.")
    ] = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="Apply all but the refused rows.")] = False,
    refused: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="Write the refused rows with their reasons to this file.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply it. Without this, nothing is written.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what was not applied, to go on with it on the page.")
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    by: Annotated[str, typer.Option(metavar="LOGIN", help="The e-mail address of the login that imports.")] = "",
) -> None:
    """Import workers, companies, roles, areas, courses, trainers, venues or past training from XLSX or CSV.

    Shows what would be created, changed, left alone and refused, and why. Nothing is written without --yes, and then
    all of it or nothing, unless --skip-refused. What the file does not say is asked, never guessed.

    Examples:

      titan import people.xlsx

      titan import people.xlsx --dates dmy --create companies,roles --role-day today --yes

      titan import matrix.xlsx --matrix-dates completed --skip-refused --refused refused.xlsx --yes
    """
    content = _content(file)
    start()
    from titan.core.clock import now
    from titan.exchange.imports.choices import Given
    from titan.exchange.imports.rules.states import Kind

    headings, values = _pairs("--column", column), _pairs("--set", value)
    _need_fields("--column", [name for name in headings.values() if name != "-"])
    _need_fields("--set", list(values))
    given = Given(
        kind=Kind(kind.name) if kind else None,
        sheets=tuple(sheet or ()),
        dates=dates.value if dates else "",
        matrix_dates=matrix_dates.value if matrix_dates else "",
        role_day=_role_day(role_day),
        create=_created(create),
        maps=_pairs("--map", mapped),
        values=values,
        answers=_pairs("--answer", answer),
        headings=headings,
        empty_clears=empty_clears,
    )
    run = _Run(given, actor(by), now(), skip_refused=skip_refused, yes=yes, keep=keep)
    ended = run.go(file.name, content, refused=refused, json=as_json_)
    raise typer.Exit(ended)


def imports(
    by: Annotated[str, typer.Option(metavar="LOGIN", help="The e-mail address of the login that asks.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 20,
) -> None:
    """List imports, newest first.

    Example:

      titan imports
    """
    start()
    from titan.core.clock import now
    from titan.exchange.imports.queries.imports import list_imports

    page = list_imports(by=actor(by), at=now(), limit=limit)
    for one in page.items:
        counts = one.counts
        written = f"{counts.created:>7,} new {counts.changed:>7,} changed {counts.refused:>7,} refused"
        typer.echo(f"{one.id:>5}  {one.opened_at:%Y-%m-%d %H:%M}  {one.state:9}  {written}  {one.file_name}")
    if not page.items:
        typer.echo("Nothing was imported yet.")


def undo_import(
    number: Annotated[int, typer.Argument(metavar="ID", help="The number of the import, as `titan imports` lists it.")],
    reason: Annotated[str, typer.Option(help="Why; it stands with every record that is revoked.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, only what would happen is told.")] = False,
    by: Annotated[str, typer.Option(metavar="LOGIN", help="The e-mail address of the login that undoes it.")] = "",
) -> None:
    """Undo an import as a whole, while nothing rests on it.

    Its records are revoked, its workers become inactive, other new things are deleted unless somebody had them, and
    what it changed becomes what it was.

    Examples:

      titan undo-import 12 --reason "The wrong month's list"

      titan undo-import 12 --reason "The wrong month's list" --yes
    """
    start()
    from titan.core.clock import now
    from titan.exchange.imports.commands import undo_import as undo
    from titan.exchange.imports.commands.working import work_until_done
    from titan.exchange.imports.queries.imports import undo_preview

    who, at = actor(by), now()
    preview = undo_preview(number, by=who, at=at)
    for sentence in preview.sentences:
        typer.echo(sentence)
    if preview.resting:
        found = "\n  ".join(f"{one.message} ({', '.join(one.examples)})" for one in preview.resting)
        raise Stop(f"It cannot be undone, because this rests on it:\n  {found}")
    if not yes:
        typer.echo("Nothing was undone. Repeat it with --yes.")
        return
    undo(number, reason, by=who, at=at)
    work_until_done(number, clock=now)
    typer.echo("Undone.")


def actor(login: str) -> Actor:
    """Return who acts: the login of this address, else whoever holds the machine."""
    from titan.accounts.models import User
    from titan.core.actor import Via, system_actor
    from titan.training.actors import person_of

    if not login:
        return system_actor(Via.CLI)
    user = User.objects.filter(email=login.strip().lower()).first()
    person = person_of(user.pk, via=Via.CLI) if user else None
    if person is None:
        raise Stop(f"--by: there is no active login {login}.")
    return person.actor


class _Run:
    """One run of `titan import`."""

    def __init__(self, given: Given, by: Actor, at: datetime, *, skip_refused: bool, yes: bool, keep: bool) -> None:
        self._given, self._by, self._at = given, by, at
        self._skip_refused, self._yes, self._keep = skip_refused, yes, keep

    def go(self, name: str, content: bytes, *, refused: Path | None, json: bool) -> int:
        """Open, check, tell, apply; return the exit code."""
        import io

        from titan.core.clock import now
        from titan.core.errors import Refusal
        from titan.evidence.commands import Upload
        from titan.exchange.imports.commands.at_once import open_and_check

        with bar("reading") as shown:

            def progress(done: int, total: int) -> None:
                shown.show(done, total, "checking")

            number, checked = open_and_check(
                Upload(name, io.BytesIO(content)),
                self._given,
                by=self._by,
                at=self._at,
                progress=progress,
                clock=now,
            )
        applied, why = False, ""
        try:
            self._need_known(number)
            if refused is not None:
                self._write_refused(number, refused)
            applied, why = self._apply(number, checked)
        except Refusal as refusal:
            why = refusal.detail
        finally:
            if not applied and not self._keep:
                self._discard(number)
        (as_json if json else tell)(checked, number if applied or self._keep else None, applied=applied, why=why)
        return 1 if why else 0

    def _need_known(self, number: int) -> None:
        from titan.exchange.imports.models import Import

        preview = Import.objects.values_list("preview", flat=True).get(pk=number) or {}
        known = {question["key"] for question in preview["questions"]}
        unknown = [key for key in self._given.answers or {} if key not in known]
        if unknown:
            raise Stop(f"--answer: nothing is asked under {', '.join(unknown)}.")
        sheets = {sheet["name"] for sheet in preview["sheets"]}
        if missing := set(self._given.sheets) - sheets:
            raise Stop(f"--sheet: the file has no sheet {', '.join(sorted(missing))}, but {', '.join(sorted(sheets))}.")

    def _apply(self, number: int, checked: Checked) -> tuple[bool, str]:
        from titan.core.errors import Conflict
        from titan.exchange.imports.commands.applying import need_nothing_in_the_way
        from titan.exchange.imports.commands.at_once import apply_checked
        from titan.exchange.imports.models import Import

        preview = Import.objects.values_list("preview", flat=True).get(pk=number) or {}
        try:
            need_nothing_in_the_way(preview, skip_refused=self._skip_refused)
        except Conflict as conflict:
            # That all of it stands already is no failure.
            return False, "" if conflict.code == "NOTHING_TO_WRITE" else conflict.detail
        if not self._yes:
            return False, ""
        with bar("writing"):
            apply_checked(number, checked, skip_refused=self._skip_refused, by=self._by, at=self._at)
        return True, ""

    def _write_refused(self, number: int, target: Path) -> None:
        from titan.exchange.imports.queries.refused import refused_workbook

        target.write_bytes(refused_workbook(number, by=self._by))

    def _discard(self, number: int) -> None:
        from titan.exchange.imports.commands import discard_import

        discard_import(number, by=self._by, at=self._at)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Stop(f"FILE: {file} cannot be read ({error.strerror}).") from error


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or ():
        # Keys of questions hold no “=”; names may.
        name, equals, value = text.rpartition("=") if option == "--map" else text.partition("=")
        if not equals or not name.strip():
            raise Stop(f"{option}: write NAME=VALUE, not {text!r}.", code=2)
        pairs[name.strip()] = value.strip()
    return pairs


def _need_fields(option: str, names: list[str]) -> None:
    from titan.exchange.imports.rules.fields import FIELDS

    known = {field.name for fields in FIELDS.values() for field in fields}
    if unknown := [name for name in names if name not in known]:
        raise Stop(f"{option}: there is no field {', '.join(unknown)}; fields are {', '.join(sorted(known))}.", code=2)


def _created(create: str) -> frozenset[str]:
    known = {"companies", "roles", "areas"}
    asked = {part.strip() for part in create.split(",") if part.strip()}
    if unknown := asked - known - {"all"}:
        raise Stop(f"--create: give companies, roles, areas or all, not {', '.join(sorted(unknown))}.", code=2)
    return frozenset(known if "all" in asked else asked)


def _role_day(text: str) -> str:
    from datetime import date

    if text in {"", "today", "start"}:
        return text
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Stop(f"--role-day: give today, start or a day as YYYY-MM-DD, not {text!r}.", code=2) from error
