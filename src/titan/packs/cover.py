"""The cover of a pack: what it is about and what it holds, for people to read (PDF/A)."""

from __future__ import annotations

from collections.abc import Mapping
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
from titan.paper.typeset import typeset
from titan.personnel.models import Company, Worker
from titan.records.extensions.queries import RecordExtension, deciding, extensions_of
from titan.records.models import Result, TrainingRecord
from titan.training.models import TrainingSession

ROWS = 1_000
"""How many rows a cover prints at most; the entries hold all of them."""


def cover(
    scope: Scope,
    told: Told,
    signed: CheckpointView,
    *,
    evidence: int,
    withheld: int,
    made_by: str,
    language: str,
    titles: str,
    at: datetime,
) -> bytes:
    """Return cover.pdf in the language that is chosen just now; a fixed number of statements, at most ROWS rows.

    evidence, withheld: how many files of evidence the pack holds, and how many it only names. language: of the words.
    titles: the language of courses.
    """
    site = settings.current()
    today = site.today(at)
    heads, rows, more = TABLES[scope.about](scope, titles, today, at)
    title = title_of(scope, titles)
    facts = [
        (_("About"), title),
        (_("Site"), site.name),
        (_("Made"), f"{date_format(at.astimezone(site.zone), 'j F Y H:i')} ({site.timezone})"),
        (_("Made by"), made_by),
        (_("Entries"), number(told.entries)),
        (_("Evidence"), _evidence_words(evidence, withheld)),
    ]
    if scope.first or scope.last:
        facts.insert(1, (_("Classes held"), f"{_day(scope.first) or '…'} – {_day(scope.last) or '…'}"))
    return typeset(
        "cover",
        {
            "language": language,
            "title": _("Audit pack"),
            "subtitle": title,
            "facts": facts,
            "ledger_title": _("The ledger it leads to"),
            "ledger": [
                (_("Origin"), signed.origin),
                (_("Size"), number(signed.size)),
                (_("Root, first 80 bits"), signed.anchor),
                (_("Root"), _grouped(signed.root.hex())),
                (_("Signed by key"), signed.key_id),
            ],
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
            "heads": heads,
            "numbers": scope.about in {About.COMPANY, About.PERIOD},
            "rows": rows,
            "more": ngettext("%(n)s more row is not printed.", "%(n)s more rows are not printed.", more)
            % {"n": number(more)}
            if more
            else "",
            "nothing": _("Nothing was recorded."),
        },
        at=at,
    )


def title_of(scope: Scope, titles: str) -> str:
    """Return what a pack is about, in words; one statement at most."""
    if scope.about is About.WORKER:
        first, last, badge = Worker.objects.values_list("first_name", "last_name", "employee_id").get(pk=scope.number)
        return _person(first, last, badge)
    if scope.about is About.SESSION:
        named = TrainingSession.objects.values_list("code", "course__code", "course_version__title")
        code, course, title = named.get(pk=scope.number)
        return f"{code} · {in_language(title, titles) if title else course}"
    if scope.about is About.COMPANY:
        return str(Company.objects.values_list("name", flat=True).get(pk=scope.number))
    return f"{_day(scope.first)} – {_day(scope.last)}"


def _single_rows(scope: Scope, language: str, today: date, at: datetime) -> Any:
    """Every record, with the person where there are several."""
    heads = [_("Course"), _("Completed"), _("Valid until"), _("State"), _("Entry")]
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
    rows = []
    for one in records:
        row = [
            f"{one.course.code} {in_language(one.course_version.title, language)}",
            _day(one.completed_on),
            _until(one, extended.get(one.pk, [])),
            _state(one, today),
            f"#{entered[one.pk]}" if one.pk in entered else "",
        ]
        rows.append(
            [_person(one.worker.first_name, one.worker.last_name, one.worker.employee_id), *row[1:]] if several else row
        )
    return [_("Worker"), *heads[1:]] if several else heads, rows, total - len(records)


def _worker_rows(scope: Scope, language: str, today: date, at: datetime) -> Any:
    """One row for each worker of the company."""
    found = (
        records_of(scope)
        .filter(created_at__lte=at)
        .values("worker_id", "worker__first_name", "worker__last_name", "worker__employee_id")
        .annotate(**_counts(today))
        .order_by("worker__name_key", "worker_id")
    )
    total = found.count()
    rows = [
        [
            _person(one["worker__first_name"], one["worker__last_name"], one["worker__employee_id"]),
            *_numbers(one),
        ]
        for one in found[:ROWS]
    ]
    return [_("Worker"), *_count_heads()], rows, total - len(rows)


def _course_rows(scope: Scope, language: str, today: date, at: datetime) -> Any:
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
    rows = [[f"{one.code} {in_language(titles[one.pk], language)}", *_numbers(by_id[one.pk])] for one in courses[:ROWS]]
    return [_("Course"), *_count_heads()], rows, len(courses) - len(rows)


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
