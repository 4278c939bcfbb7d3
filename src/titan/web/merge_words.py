"""What a merge does, in words: every row by name, for whoever is about to do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titan.compliance.queries.merging import MergePreview, Side
from titan.core.merging import Merged, Way
from titan.personnel.commands.distinct import PAIRS
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.workers import WorkerShort, short_workers
from titan.records.models import CompetencyRecord, Result, TrainingRecord
from titan.training.commands.merge import CASES
from titan.training.queries.merging import MergedRows, rows_of_merge
from titan.training.queries.sessions import SessionView
from titan.web.shown import date_words, local, maybe_url


@dataclass(frozen=True)
class Named:
    """One row: its words, and where it is to be seen."""

    words: str
    address: str = ""


@dataclass(frozen=True)
class Line:
    """Some rows of one kind: what becomes of them, and each by name."""

    words: str
    rows: tuple[Named, ...] = ()


@dataclass(frozen=True)
class FieldChange:
    """A field of the one who stays that changes."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class MergeWords:
    """moves: goes to the one who stays. stays: remains with the old number. frees: places in classes to come."""

    fields: list[FieldChange]
    moves: list[Line]
    stays: list[Line]
    frees: list[Line]


def merge_words(preview: MergePreview, sides: Mapping[int, Side]) -> MergeWords:
    """Return in words what a merge would do (a fixed number of statements). sides: both workers as they are."""
    merged = preview.merged
    rows = rows_of_merge(merged)
    gone, stays = sides[merged.pair.gone_id], sides[merged.pair.stays_id]
    return MergeWords(
        fields=[*_fields(merged, gone, stays)],
        moves=[*_moves(merged, rows)],
        stays=[*_stays(gone, rows)],
        frees=[*_frees(rows)],
    )


def _moves(merged: Merged, rows: MergedRows) -> Iterator[Line]:
    records, signs = [_record(one) for one in rows.records], [_competency(one) for one in rows.competencies]
    lists, reports = [_session(one) for one in rows.sessions[Way.MOVED]], [_person(one) for one in rows.reports]
    for found, words in (
        (records, ngettext("%(num)s record", "%(num)s records", len(records))),
        (signs, ngettext("%(num)s sign-off", "%(num)s sign-offs", len(signs))),
        (lists, ngettext("%(num)s place on a class list", "%(num)s places on class lists", len(lists))),
        (reports, ngettext("%(num)s person they supervise", "%(num)s people they supervise", len(reports))),
    ):
        if found:
            yield Line(words % {"num": len(found)}, tuple(found))
    reds, pairs = len(merged.ids(CASES)), len(merged.ids(PAIRS))
    if reds:
        yield Line(ngettext("%(num)s line of a case", "%(num)s lines of cases", reds) % {"num": reds})
    if pairs:
        told = ngettext("%(num)s note “not the same person”", "%(num)s notes “not the same person”", pairs)
        yield Line(told % {"num": pairs})


def _stays(gone: Side, rows: MergedRows) -> Iterator[Line]:
    badge = {"badge": gone.worker.employee_id}
    yield Line(_("the row of %(badge)s, inactive: its badge still finds the one who stays") % badge)
    yield Line(_("the history of its role, areas and status, as it was asked for then"))
    if rows.sessions[Way.KEPT]:
        words = _("its mark on closed class lists on which both stand, as it was marked")
        yield Line(words, tuple(_session(one) for one in rows.sessions[Way.KEPT]))
    kept = [_record(one) for one in rows.kept_records] + [_competency(one) for one in rows.kept_competencies]
    if kept:
        yield Line(_("its results that were taken back, of classes in which both have one"), tuple(kept))


def _frees(rows: MergedRows) -> Iterator[Line]:
    for one in rows.sessions[Way.TAKEN_OFF]:
        named = _session(one)
        yield Line(
            _("Both are on the list of %(session)s: they become one, with the greater mark.") % {"session": named.words}
        )


def _record(row: TrainingRecord) -> Named:
    result = _("failed") if row.result == Result.FAILED else _("passed")
    if row.revoked_at:
        result = _("revoked")
    said = {"course": local(row.course_version.title), "day": date_words(row.completed_on), "result": result}
    return Named(_("%(course)s, %(day)s, %(result)s") % said, maybe_url("record_sheet", row.pk))


def _competency(row: CompetencyRecord) -> Named:
    status = {"PENDING": _("waits"), "COMPETENT": _("competent"), "NOT_COMPETENT": _("not competent")}[row.status]
    said = {
        "course": local(row.course_version.title),
        "day": date_words(row.completed_on),
        "result": _("withdrawn") if row.revoked_at else status,
    }
    return Named(_("%(course)s, %(day)s, %(result)s") % said, maybe_url("competency_sheet", row.pk))


def _session(one: SessionView) -> Named:
    return Named(f"{one.code} {local(one.course_title)}", maybe_url("session", one.id))


def _person(one: WorkerShort) -> Named:
    return Named(f"{one.first_name} {one.last_name}".strip(), maybe_url("worker", one.id))


def _fields(merged: Merged, gone: Side, stays: Side) -> Iterator[FieldChange]:
    """Yield what changes in the row of the one who stays, by name."""
    labels = {
        "company_id": _("Company"),
        "role_id": _("Role"),
        "role_assigned_on": _("In this role since"),
        "areas": _("Areas"),
        "status": _("Status"),
        "supervisor_id": _("Supervisor"),
        "user_id": _("Login"),
    }
    people = short_workers(pk for side in (merged.before, merged.after) if (pk := side.get("supervisor_id")))
    for name, label in labels.items():
        if name in merged.after:
            told = [_value(name, side[name], (gone, stays), people) for side in (merged.before, merged.after)]
            yield FieldChange(label, *told)
    if merged.personal:
        words = {"email": _("e-mail"), "phone": _("phone"), "start_date": _("first day"), "end_date": _("last day")}
        named = ", ".join(words[name] for name in merged.personal if name in words)
        yield FieldChange(_("Taken over"), "", named)


def _value(name: str, value: Any, sides: tuple[Side, Side], people: Mapping[int, WorkerShort]) -> str:
    if not value:
        return "–"
    if name == "areas":
        names = {held.area.id: held.area.name for side in sides for held in side.areas}
        return ", ".join(names.get(held["area_id"], "") for held in value)
    if name == "role_assigned_on":
        return date_words(date.fromisoformat(value))
    named: dict[str, dict[Any, str]] = {
        "status": {
            WorkerStatus.ACTIVE.value: _("Active"),
            WorkerStatus.INACTIVE.value: _("Inactive"),
            WorkerStatus.BLACKLISTED.value: _("Blacklisted"),
        },
        "company_id": {side.worker.company.id: side.worker.company.name for side in sides},
        "role_id": {side.worker.role.id: side.worker.role.title for side in sides if side.worker.role},
        "supervisor_id": {pk: _person(one).words for pk, one in people.items()},
        "user_id": {value: _("a login")},
    }
    return named.get(name, {}).get(value, str(value))
