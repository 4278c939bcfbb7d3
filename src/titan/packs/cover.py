"""The cover of a pack: what it is about and what it holds, for people to read (PDF/A)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.formats import date_format

from titan.catalogue.models import Course
from titan.compliance.queries.summary import course_titles
from titan.core import settings
from titan.core.language import _, ngettext, number
from titan.core.text import in_language
from titan.ledger.models import Leaf, LeafType
from titan.ledger.queries.checkpoints import CheckpointView
from titan.packs.entries import Told
from titan.packs.scope import About, Scope, records_of
from titan.paper.languages import in_each, once, spoken
from titan.paper.typeset import typeset
from titan.personnel.models import Company, Worker
from titan.records.extensions.queries import RecordExtension, deciding, extensions_of
from titan.records.models import Result, TrainingRecord
from titan.training.models import TrainingSession

ROWS = 1_000
"""How many rows a cover prints at most; the entries hold all of them."""


@dataclass(frozen=True)
class Table:
    """The rows of a cover, read once. say: its heads and its cells in the language that is spoken when it is asked.

    more: how many rows are not printed.
    """

    say: Callable[[str], tuple[list[str], list[list[str]]]]
    more: int


def cover(
    scope: Scope,
    told: Told,
    signed: CheckpointView,
    *,
    evidence: int,
    withheld: int,
    made_by: str,
    languages: Sequence[str],
    at: datetime,
) -> bytes:
    """Return cover.pdf in one language, or in two side by side; a fixed number of statements, at most ROWS rows.

    evidence, withheld: how many files of evidence the pack holds, and how many it only names.
    """
    site = settings.current()
    table, title = TABLES[scope.about](scope, site.today(at), at), title_of(scope)

    def say(language: str) -> dict[str, Any]:
        heads, rows = table.say(language)
        return {
            **_words(table.more),
            "subtitle": title(language),
            "facts": [
                (_("About"), title(language)),
                *_span(scope),
                (_("Site"), site.name),
                (_("Made"), f"{date_format(at.astimezone(site.zone), 'j F Y H:i')} ({site.timezone})"),
                *([(_("Made by"), made_by)] if made_by else []),
                (_("Entries"), number(told.entries)),
                (_("Evidence"), _evidence_words(evidence, withheld)),
            ],
            "ledger": [
                (_("Origin"), signed.origin),
                (_("Size"), number(signed.size)),
                (_("Root, first 80 bits"), signed.anchor),
                (_("Root"), _grouped(signed.root.hex())),
                (_("Signed by key"), signed.key_id),
            ],
            "heads": heads,
            "rows": rows,
        }

    said = in_each(languages, say)
    data = {
        **{name: [one[name] for one in said] for name in ("title", "subtitle", "limits", "nothing", "more", "check")},
        **{name: [one[name] for one in said] for name in ("ledger_title", "check_title", "table_title")},
        **{name: _together([one[name] for one in said]) for name in ("facts", "ledger", "rows")},
        "heads": [once(words) for words in zip(*(one["heads"] for one in said), strict=True)],
        "numbers": scope.about in {About.COMPANY, About.PERIOD},
    }
    return typeset("cover", data | spoken(languages), at=at)


def _words(more: int) -> dict[str, Any]:
    """Return what every cover says, in the language that is spoken just now."""
    return {
        "title": _("Audit pack"),
        "ledger_title": _("The ledger it leads to"),
        "check_title": _("How to check it"),
        "check": [
            _("Run python3 verify.py in the unpacked folder, or python3 verify.py and the name of the ZIP file."),
            _("It needs Python 3.11 and no network. It names the first thing that is not as it should be."),
            _("Compare key.txt with the key that you were given on another way, such as on paper or by telephone."),
            _("Compare size and root above with a checkpoint or certificate that you kept from before."),
        ],
        "limits": _(
            "The pack proves that what it holds was written as it stands, in this order, and was not changed since."
            " It does not prove that what was entered was true, nor that nothing else exists."
        ),
        "table_title": _("What it holds"),
        "more": ngettext("%(n)s more row is not printed.", "%(n)s more rows are not printed.", more)
        % {"n": number(more)}
        if more
        else "",
        "nothing": _("Nothing was recorded."),
    }


def _span(scope: Scope) -> list[tuple[str, str]]:
    if not (scope.first or scope.last):
        return []
    return [(_("Classes held"), f"{_day(scope.first) or '…'} – {_day(scope.last) or '…'}")]


def _together(said: Sequence[Sequence[Sequence[str]]]) -> list[list[list[str]]]:
    """Return lines that were said in each language as one list of lines, each cell with what differs in it."""
    return [[once(cell) or [""] for cell in zip(*lines, strict=True)] for lines in zip(*said, strict=True)]


def title_of(scope: Scope) -> Callable[[str], str]:
    """Return what says in words what a pack is about; one statement at most."""
    if scope.about is About.WORKER:
        first, last, badge = Worker.objects.values_list("first_name", "last_name", "employee_id").get(pk=scope.number)
        return lambda _language: _person(first, last, badge)
    if scope.about is About.SESSION:
        named = TrainingSession.objects.values_list("code", "course__code", "course_version__title")
        code, course, title = named.get(pk=scope.number)
        return lambda language: f"{code} · {in_language(title, language) if title else course}"
    if scope.about is About.COMPANY:
        company = str(Company.objects.values_list("name", flat=True).get(pk=scope.number))
        return lambda _language: company
    return lambda _language: f"{_day(scope.first)} – {_day(scope.last)}"


def _single_rows(scope: Scope, today: date, at: datetime) -> Table:
    """Every record, with the person where there are several."""
    several = scope.about is About.SESSION
    found = (
        records_of(scope)
        .filter(created_at__lte=at)
        .select_related("course", "course_version", "worker")
        .order_by("completed_on", "pk")
    )
    total = found.count()
    records = list(found[:ROWS])
    entered = dict(
        Leaf.objects.filter(type=LeafType.RECORD, entity_id__in=[one.pk for one in records]).values_list(
            "entity_id", "index"
        )
    )
    extended = extensions_of(one.pk for one in records)

    def row(one: TrainingRecord, language: str) -> list[str]:
        worker = one.worker
        about = f"{one.course.code} {in_language(one.course_version.title, language)}"
        return [
            _person(worker.first_name, worker.last_name, worker.employee_id) if several else about,
            _day(one.completed_on),
            _until(one, extended.get(one.pk, [])),
            _state(one, today),
            f"#{entered[one.pk]}" if one.pk in entered else "",
        ]

    def say(language: str) -> tuple[list[str], list[list[str]]]:
        heads = [_("Worker") if several else _("Course"), _("Completed"), _("Valid until"), _("State"), _("Entry")]
        return heads, [row(one, language) for one in records]

    return Table(say, total - len(records))


def _worker_rows(scope: Scope, today: date, at: datetime) -> Table:
    """One row for each worker of the company."""
    found = (
        records_of(scope)
        .filter(created_at__lte=at)
        .values("worker_id", "worker__first_name", "worker__last_name", "worker__employee_id")
        .annotate(**_counts(today))
        .order_by("worker__name_key", "worker_id")
    )
    total, rows = found.count(), list(found[:ROWS])

    def say(_language: str) -> tuple[list[str], list[list[str]]]:
        lines = [
            [
                _person(one["worker__first_name"], one["worker__last_name"], one["worker__employee_id"]),
                *_numbers(one),
            ]
            for one in rows
        ]
        return [_("Worker"), *_count_heads()], lines

    return Table(say, total - len(rows))


def _course_rows(scope: Scope, today: date, at: datetime) -> Table:
    """One row for each course."""
    found = (
        records_of(scope)
        .filter(created_at__lte=at)
        .values("course_id")
        .annotate(**_counts(today))
        .order_by("course_id")
    )
    by_id = {row["course_id"]: row for row in found}
    titles = course_titles()
    courses = list(Course.objects.filter(pk__in=by_id).order_by("code"))

    def say(language: str) -> tuple[list[str], list[list[str]]]:
        lines = [
            [f"{one.code} {in_language(titles[one.pk], language)}", *_numbers(by_id[one.pk])] for one in courses[:ROWS]
        ]
        return [_("Course"), *_count_heads()], lines

    return Table(say, max(0, len(courses) - ROWS))


TABLES = {
    About.WORKER: _single_rows,
    About.SESSION: _single_rows,
    About.COMPANY: _worker_rows,
    About.PERIOD: _course_rows,
}


def _person(first: str, last: str, badge: str) -> str:
    """Return a name and its badge; a name that is written from right to left does not turn the badge around."""
    return f"\u2068{f'{first} {last}'.strip()}\u2069 · {badge}"


def _grouped(digits: str) -> str:
    """Return hexadecimal digits in groups that a line can be broken between."""
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def _counts(today: date) -> dict[str, Any]:
    stands = Q(revoked_at=None)
    passed = stands & Q(result=Result.PASSED)
    return {
        "all": Count("pk"),
        "valid": Count("pk", filter=passed & Q(valid_until__gte=today)),
        "expired": Count("pk", filter=passed & Q(valid_until__lt=today)),
        "failed": Count("pk", filter=stands & Q(result=Result.FAILED)),
        "revoked": Count("pk", filter=~stands),
        "last": Max("completed_on"),
    }


def _count_heads() -> list[str]:
    return [_("Records"), _("Valid"), _("Expired"), _("Failed"), _("Revoked"), _("Last class")]


def _numbers(row: Mapping[str, Any]) -> list[str]:
    return [*(number(row[name]) for name in ("all", "valid", "expired", "failed", "revoked")), _day(row["last"])]


def _state(record: TrainingRecord, today: date) -> str:
    if record.revoked_at is not None:
        return _("Revoked")
    if record.result == Result.FAILED:
        return _("Failed")
    return _("Expired") if record.valid_until < today else _("Valid")


def _until(record: TrainingRecord, extensions: list[RecordExtension]) -> str:
    """Return a record's last day, and by whose decision it is later than its expiry."""
    decided = deciding(record, extensions)
    if decided is None:
        return _day(record.expires_on) or _("no expiry")
    return _("%(day)s, extended by decision %(reference)s of %(decided)s") % {
        "day": _day(decided.until),
        "reference": decided.reference,
        "decided": _day(decided.decided_on),
    }


def _evidence_words(files: int, withheld: int) -> str:
    words = ngettext("%(n)s file", "%(n)s files", files) % {"n": number(files)}
    if withheld:
        words += ", " + ngettext("%(n)s withheld", "%(n)s withheld", withheld) % {"n": number(withheld)}
    return words


def _day(day: date | None) -> str:
    return date_format(day, "j M Y") if day else ""
