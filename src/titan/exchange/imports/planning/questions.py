"""What is asked about a file, each thing once, in words, with the answers that can be given."""

from __future__ import annotations

from collections.abc import Iterator

from titan.core.language import _
from titan.exchange.imports.planning.asked import Open, key_of
from titan.exchange.imports.planning.context import CREATABLE, Context, Noun
from titan.exchange.imports.planning.days import answered_order, days_key
from titan.exchange.imports.planning.filling.workers import START, TODAY
from titan.exchange.imports.planning.people import NEW, SAME, SAME_AS, SEPARATOR
from titan.exchange.imports.planning.uses import SheetUse
from titan.exchange.imports.queries.views import Option, Question
from titan.exchange.imports.rules.amounts import Unit
from titan.exchange.imports.rules.order import DayColumn, Example
from titan.exchange.imports.rules.states import QuestionKind

_MOST_EXAMPLES = 3


def questions_of(context: Context) -> list[Question]:
    """Return all questions about a file: what is open first, then what concerns the most rows."""
    found = [*_about_days(context), *_about_serials(context), *_about_units(context), *_about_rows(context)]
    return sorted(found, key=lambda asked: (not asked.open, asked.answer is not None, -asked.rows, asked.key))


def _about_days(context: Context) -> Iterator[Question]:
    seen: set[str] = set()
    for (sheet, column), told in context.days.items():
        use = context.uses[sheet]
        for asked in _about_column(context, use, column, told):
            if asked.key not in seen:
                seen.add(asked.key)
                yield asked


def _about_column(context: Context, use: SheetUse, column: int, told: DayColumn) -> Iterator[Question]:
    if told.asks_order:
        order = answered_order(context, use, column)
        yield Question(
            key=days_key(QuestionKind.DATES, use, column),
            kind=QuestionKind.DATES,
            sheet=use.index,
            column=_heading(use, column),
            value="",
            text=_("Which stands first in the dates of “%(column)s”, the day or the month?")
            % {"column": _heading(use, column)},
            hint=_("Nothing in the column decides it: these could be either."),
            options=(
                Option("dmy", _("the day (%(example)s is 3 April)") % {"example": "03/04/2026"}),
                Option("mdy", _("the month (%(example)s is 4 March)") % {"example": "03/04/2026"}),
            ),
            takes_code=False,
            answer=order.value if order else None,
            open=order is None,
            rows=sum(told.either.values()),
            examples=_examples(use, told.examples),
            how="--dates dmy",
        )
    if told.asks_swapped:
        key = days_key(QuestionKind.SWAPPED, use, column)
        answer = context.answer(key) or None
        yield Question(
            key=key,
            kind=QuestionKind.SWAPPED,
            sheet=use.index,
            column=_heading(use, column),
            value="",
            text=_("Did a spreadsheet program swap day and month in “%(column)s”?") % {"column": _heading(use, column)},
            hint=_(
                "Every real date in it lies in the first twelve days of a month, and every date left as text does not: "
                "that happens when a program reads 03/04/2026 the other way round."
            ),
            options=(
                Option("as-they-are", _("No, the dates are right as they are")),
                Option("swapped", _("Yes, swap them back")),
            ),
            takes_code=False,
            answer=answer,
            open=answer is None,
            rows=told.date_cells,
            examples=_examples(use, told.date_examples),
            how=f"--answer {key}=as-they-are",
        )


def _about_serials(context: Context) -> Iterator[Question]:
    serials = sum(told.serials for told in {id(told): told for told in context.days.values()}.values())
    if context.is_1904 is not None or not serials:
        return
    key = QuestionKind.DATE_SYSTEM.value.lower()
    yield Question(
        key=key,
        kind=QuestionKind.DATE_SYSTEM,
        sheet=None,
        column="",
        value="",
        text=_("Some dates are serial numbers of a spreadsheet. From when do they count?"),
        hint=_("From 1900, unless the file comes from an old Mac."),
        options=(Option("1900", _("from 1900 (usual)")), Option("1904", _("from 1904 (old Macs)"))),
        takes_code=False,
        answer=context.answer(key, "1900"),
        open=False,
        rows=serials,
        examples=(),
        how=f"--answer {key}=1904",
    )


def _about_units(context: Context) -> Iterator[Question]:
    for (sheet, column), cells in context.bare_numbers.items():
        use = context.uses[sheet]
        key = key_of(QuestionKind.UNIT, sheet, column)
        mapped = use.columns.get(column)
        units = (
            (Unit.MINUTES, Unit.HOURS) if mapped and mapped.field == "duration_minutes" else (Unit.MONTHS, Unit.YEARS)
        )
        labels = {
            Unit.MINUTES: _("minutes"),
            Unit.HOURS: _("hours"),
            Unit.MONTHS: _("months"),
            Unit.YEARS: _("years"),
        }
        yield Question(
            key=key,
            kind=QuestionKind.UNIT,
            sheet=sheet,
            column=_heading(use, column),
            value="",
            text=_("In what does “%(column)s” count?") % {"column": _heading(use, column)},
            hint="",
            options=tuple(Option(unit.value, labels[unit]) for unit in units),
            takes_code=False,
            answer=context.answer(key) or None,
            open=not context.answer(key),
            rows=len(cells),
            examples=tuple(cells[:_MOST_EXAMPLES]),
            how=f"--answer {key}={units[0].value}",
        )


def _about_rows(context: Context) -> Iterator[Question]:
    makers = {
        QuestionKind.ROLE_DAY: _role_day,
        QuestionKind.MATRIX_DATES: _matrix_dates,
        QuestionKind.BADGE: _badge,
        QuestionKind.PERSON: _person,
        QuestionKind.WORD: _word,
    }
    for about in context.asked.found.values():
        if about.rows or about.answer:
            yield makers.get(about.kind, _reference)(context, about)


def _asked(about: Open, **values: object) -> Question:
    plain = {
        "key": about.key,
        "kind": about.kind,
        "sheet": about.sheet,
        "column": about.column,
        "value": about.text,
        "hint": "",
        "takes_code": False,
        "answer": about.answer or None,
        "open": False,
        "rows": about.rows,
        "examples": tuple(about.examples),
    }
    return Question(**{**plain, **values})  # type: ignore[arg-type]


def _role_day(context: Context, about: Open) -> Question:
    answer = context.answer(about.key, context.given.role_day) or None
    options = [Option(TODAY, _("from today, %(day)s") % {"day": context.today.isoformat()})]
    if any(use.column_of("start_date") is not None for use in context.uses):
        options.append(Option(START, _("from each worker's first day")))
    return _asked(
        about,
        text=_("From when do roles and areas count that the file gives without a day?"),
        hint=_("Days of grace are counted from then. You may also give a day."),
        options=tuple(options),
        answer=answer,
        open=answer is None,
        how="--role-day today",
        takes_day=True,
    )


def _matrix_dates(context: Context, about: Open) -> Question:
    use = context.uses[about.sheet or 0]
    return _asked(
        about,
        text=_("What do the dates of the matrix “%(sheet)s” say?") % {"sheet": use.found.name or _("in this file")},
        options=(
            Option("completed", _("when the training was completed")),
            Option("expires", _("until when it is valid; completion is counted back by the course's validity")),
        ),
        open=not about.answer,
        how="--matrix-dates completed",
    )


def _badge(context: Context, about: Open) -> Question:
    return _asked(
        about,
        text=_("Badges that differ from standing ones only in case or leading zeros: are these the same workers?"),
        options=(Option(SAME, _("Yes, the same workers")), Option(NEW, _("No, other workers"))),
        how=f"--answer {about.key}={SAME}",
    )


def _person(context: Context, about: Open) -> Question:
    found = [one.split(SEPARATOR) for one in about.candidates]
    return _asked(
        about,
        text=_("Is the new worker %(badge)s somebody who stands already?") % {"badge": about.text},
        options=(
            Option(NEW, _("No, a new worker")),
            *(Option(f"{SAME_AS}{badge}", f"{badge} {name} ({why})") for badge, name, why in found),
        ),
        answer=context.answer(about.key, NEW),
        takes_code=True,
        how=f"--answer {about.key}={SAME_AS}{found[0][0]}",
    )


def _word(context: Context, about: Open) -> Question:
    return _asked(
        about,
        text=_("What does “%(word)s” mean in “%(column)s”?") % {"word": about.text, "column": about.column},
        hint=_("Its rows are refused until you say so."),
        options=tuple(Option(choice, choice) for choice in about.candidates),
        how=f'--answer "{about.key}={about.candidates[0]}"',
    )


def _reference(context: Context, about: Open) -> Question:
    noun = Noun(about.kind)
    names = context.names[noun]
    texts = {
        Noun.COMPANY: _("There is no company “%(text)s” on the site."),
        Noun.ROLE: _("There is no role “%(text)s” on the site."),
        Noun.AREA: _("There is no area “%(text)s” on the site."),
        Noun.COURSE: _("There is no course “%(text)s” on the site."),
    }
    several = about.reason is not None and about.reason.code == "SEVERAL"
    text = _("Several share the name “%(text)s”.") if several else texts[noun]
    can_create = noun in CREATABLE and not several
    options = [Option("create", _("Create it"))] if can_create else []
    options += [Option(f"map:{code}", f"{code} {names.labels.get(code, '')}".strip()) for code in about.candidates]
    how = f'--map "{about.text}=CODE"'
    return _asked(
        about,
        text=text % {"text": about.text},
        hint=_("Its rows are refused until you say what it is."),
        options=tuple(options),
        takes_code=True,
        how=f"--create {noun.plural} | {how}" if can_create else how,
    )


def _heading(use: SheetUse, column: int) -> str:
    return _("the courses") if column in use.courses else use.heading(column)


def _examples(use: SheetUse, examples: list[Example]) -> tuple[str, ...]:
    return tuple(f"{use.place(row, column)}: {shown}" for row, column, shown in examples)
