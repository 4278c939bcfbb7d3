"""From an open import to what applying it would do: everything is read, checked and compared, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from titan.exchange.imports.choices import Given
from titan.exchange.imports.models import Import
from titan.exchange.imports.planning.announcing import announce
from titan.exchange.imports.planning.context import Context, Noun, names_of
from titan.exchange.imports.planning.decided import Decided, read_decided
from titan.exchange.imports.planning.folder import settle_references
from titan.exchange.imports.planning.judging import judge
from titan.exchange.imports.planning.matrix import read_matrix
from titan.exchange.imports.planning.people import settle_badge, warn_of_alikes
from titan.exchange.imports.planning.reading import read_rows
from titan.exchange.imports.planning.repeats import Repeats
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.planning.slices import first_lines
from titan.exchange.imports.planning.survey import Survey
from titan.exchange.imports.planning.uses import SheetUse, Wanted, uses_of
from titan.exchange.imports.reading import FileFound, file_found
from titan.exchange.imports.rules.folding import code_key
from titan.exchange.imports.rules.headers import Clues
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.exchange.site_folder.changes import RecordKey, StandingRecord
from titan.exchange.site_folder.queries import KnownWorker, badges_merged, known, known_records, known_workers
from titan.exchange.site_folder.rows import Folder
from titan.personnel.models import Worker

PEOPLE = {Kind.WORKERS, Kind.RECORDS, Kind.MATRIX}
EVERY_ROWS = 1_000

Progress = Callable[[int, int], None]


def _quietly(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Checked:
    """What a check came to. folder: the rows that would be written."""

    context: Context
    file: FileFound
    folder: Folder


def check_rows(row: Import, *, today: date, progress: Progress = _quietly) -> Checked:
    """Read and judge all rows of an open import as it stands; a fixed number of statements for each sheet.

    progress: is told how many rows are done, of how many.
    """
    file, decided, given = file_found(row.reading or {}), read_decided(row.choices), read_given(row.given)
    stands = known(workers=())
    names = names_of(stands, given.maps or {})
    clues = Clues(lambda text: names[Noun.COURSE].find(text).code or None, kind=given.kind)
    wanted = Wanted(file, row.file_name, decided, clues, given.sheets, given.headings or {})
    uses = uses_of(wanted, first_lines(row.pk, range(len(file.sheets))))
    survey = _survey(row.pk, file, [use for use in uses if use.is_used], decided, today)
    context = Context(
        today=today,
        is_1904=file.is_1904,
        language=row.language,
        known=stands,
        decided=decided,
        given=given,
        uses=uses,
        names=names,
        badges={},
        days=survey.days,
        units=survey.units,
        bare_numbers=survey.bare_numbers,
    )
    _know_people(context, survey)
    _read_all(context, row.pk, progress)
    folder = settle_references(context)
    warn_of_alikes(context)
    return Checked(context, file, folder)


def read_given(stored: dict[str, Any]) -> Given:
    """Return what was chosen beforehand from the JSON of an import's row."""
    kind = stored.get("kind")
    return Given(
        kind=Kind(kind) if kind else None,
        sheets=tuple(stored.get("sheets", ())),
        dates=stored.get("dates", ""),
        matrix_dates=stored.get("matrix_dates", ""),
        role_day=stored.get("role_day", ""),
        create=frozenset(stored.get("create", ())),
        maps=stored.get("maps"),
        values=stored.get("values"),
        headings=stored.get("headings"),
    )


def _survey(import_id: int, file: FileFound, uses: list[SheetUse], decided: Decided, today: date) -> Survey:
    def answer(key: str) -> str:
        return decided.answers.get(key, "")

    survey = Survey(import_id, is_1904=bool(file.is_1904), today=today, answer=answer)
    survey.look(uses)
    return survey


def _know_people(context: Context, survey: Survey) -> None:
    """Read the workers and records that the file may be about: those it names, or all of them."""
    if not any(use.is_used and use.kind in PEOPLE for use in context.uses):
        return
    context.badges, context.merged = badges_of_site(), badges_merged()
    answered = {answer.removeprefix("same:") for answer in context.decided.answers.values()}
    named = {badge for name in survey.badges | answered for badge in (name, *context.badges.get(code_key(name), ()))}
    named |= {context.merged[badge] for badge in named if badge in context.merged}
    # Whoever supervises whom may go round through people that no row names.
    supervised = any(use.is_used and use.column_of("supervisor_employee_id") is not None for use in context.uses)
    context.people = None if supervised else _with_supervisors(named)
    training = any(use.is_used and use.kind in {Kind.RECORDS, Kind.MATRIX} for use in context.uses)
    context.trained = frozenset(named) if training else frozenset()
    workers, records = _people_and_records(context)
    context.known = replace(context.known, workers=workers, records=records)


def _with_supervisors(badges: set[str]) -> frozenset[str]:
    """Return these workers and who supervises them: a row that says nothing of a supervisor keeps the one it has."""
    held = known_workers(frozenset(badges)).values()
    return frozenset(badges | {worker.supervisor_employee_id for worker in held if worker.supervisor_employee_id})


def stands_as_checked(context: Context) -> bool:
    """Tell whether the site still is what a check saw; a fixed number of statements.

    A check follows from the file, the choices, the day and this alone: as long as it holds, checking again would come
    to the same.
    """
    now = known(workers=())
    if context.people is None or context.people or context.badges:
        workers, records = _people_and_records(context)
        now = replace(now, workers=workers, records=records)
        if context.badges != badges_of_site() or context.merged != badges_merged():
            return False
    return now == context.known


def badges_of_site() -> dict[str, list[str]]:
    """Return all badges of the site, by what those have in common that differ only in case or zeros; one statement."""
    found: dict[str, list[str]] = {}
    for badge in Worker.objects.order_by("pk").values_list("employee_id", flat=True):
        found.setdefault(code_key(badge), []).append(badge)
    return found


def _people_and_records(context: Context) -> tuple[dict[str, KnownWorker], dict[RecordKey, list[StandingRecord]]]:
    workers = known_workers(context.people)
    trained = [workers[badge].id for badge in context.trained if badge in workers]
    return workers, known_records(trained) if trained else {}


def _read_all(context: Context, import_id: int, progress: Progress) -> None:
    total = sum(use.found.rows for use in context.uses if use.is_used)
    done = 0
    repeats: dict[Kind, Repeats] = {}
    used = [use for use in context.uses if use.is_used]
    for use in used:
        announce(context, import_id, use)
    for kind in Kind:
        for use in used:
            if use.kind is kind:
                known = repeats.setdefault(Kind.RECORDS if kind is Kind.MATRIX else kind, Repeats())
                for plan in _plans(context, import_id, use):
                    if plan.outcome is not Outcome.IGNORED:
                        _settle(context, plan, known)
                    if plan.number % EVERY_ROWS == 0:
                        progress(done + min(plan.row, use.found.rows), total)
                done += use.found.rows
    progress(total, total)


def _plans(context: Context, import_id: int, use: SheetUse) -> Iterable[RowPlan]:
    if use.kind is Kind.MATRIX:
        return read_matrix(context, import_id, use)
    return (plan for plan, _cells in read_rows(context, import_id, use))


def _settle(context: Context, plan: RowPlan, repeats: Repeats) -> None:
    if plan.kind in PEOPLE:
        settle_badge(context, plan)
        if plan.outcome is Outcome.IGNORED:
            return
    if not plan.problems:
        judge(context, plan)
    key = key_of_row(plan)
    if not all(key):
        return
    if repeats.settle(plan, key):
        _remember(context, plan, repeats)


def _remember(context: Context, plan: RowPlan, repeats: Repeats) -> None:
    if plan.kind is Kind.WORKERS and plan.outcome is Outcome.CREATED:
        context.new_badges[plan.key] = plan
        repeats.alike(context, plan)
    elif plan.kind is Kind.COURSES and plan.typed is not None:
        context.new_courses[plan.key] = plan.typed


def key_of_row(plan: RowPlan) -> tuple[str, ...]:
    """Return what makes two rows of a kind be about the same thing; and keep it as the plan's key."""
    values = plan.values
    if plan.kind is Kind.WORKERS:
        return (plan.key,)
    if plan.kind in {Kind.RECORDS, Kind.MATRIX}:
        result = values.get("result") or "PASSED"
        return (plan.key, values.get("course_code", ""), values.get("completed_on", ""), result)
    if plan.kind in {Kind.ROLE_REQUIREMENTS, Kind.AREA_REQUIREMENTS}:
        source = values.get("role_code") or values.get("area_code") or ""
        plan.key = f"{source} {values.get('course_code', '')}".strip()
        return (source, values.get("course_code", ""))
    named = values.get("code") or values.get("name") or values.get("title") or values.get("title_en") or ""
    plan.key = plan.key or named
    return (plan.key,)
