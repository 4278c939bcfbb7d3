"""What happened to a worker, newest first: proofs, failures, decisions, revocations, moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from titan.compliance.queries.workers import WorkerView
from titan.core.settings import Site
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.histories import Held
from titan.records.extensions.queries import loaded_extensions
from titan.records.models import FOREVER, CompetencyRecord, CompetencyStatus, Result, Source, TrainingRecord
from titan.training.queries.people import Missed
from titan.web.shown import date_words, local, maybe_url


@dataclass(frozen=True)
class Moment:
    """One thing that happened. at: when, where the moment is known and not only the day."""

    on: date
    colour: str
    text: str
    note: str = ""
    address: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What the timeline is told from. codes: of sessions; names: of logins; both by id. merges: as of `merges_of`."""

    records: list[TrainingRecord]
    competencies: list[CompetencyRecord]
    held: list[Held]
    missed: list[Missed]
    codes: Mapping[int, str]
    names: Mapping[int, str]
    anonymised_at: datetime | None = None
    merges: tuple[tuple[str, str, datetime], ...] = ()


def timeline(facts: Facts, *, today: date, site: Site) -> list[Moment]:
    """Return the moments of a worker up to `today`, newest first."""
    decided = {row.record_id for row in facts.competencies if row.record_id}
    moments = [
        *(moment for row in facts.records if row.pk not in decided for moment in _result(row, facts)),
        *(moment for row in facts.records for moment in _revocation(row, facts, site)),
        *(moment for row in facts.records for moment in _extensions(row, facts, site)),
        *_run_out(facts.records, today),
        *(moment for row in facts.competencies for moment in _competency(row, facts, site)),
        *(_missed(row, site) for row in facts.missed),
        *_moves(facts.held, site),
    ]
    if facts.anonymised_at:
        day = site.today(facts.anonymised_at)
        moments.append(Moment(day, "none", _("Anonymised: who they were is erased"), at=facts.anonymised_at))
    for words, address, at in facts.merges:
        moments.append(Moment(site.today(at), "none", words, address=address, at=at))
    return sorted(moments, key=lambda one: (one.on, one.at is not None, one.at or 0), reverse=True)


def merges_of(worker: WorkerView) -> tuple[tuple[str, str, datetime], ...]:
    """Return what was merged into a worker, or whom they were merged into: in words, where that is, and when."""
    told = [
        (_("%(badge)s is the same person") % {"badge": one.employee_id}, maybe_url("worker", one.id), one.merged_at)
        for one in worker.also or ()
    ]
    if worker.merged_into and worker.merged_at:
        words = _("Merged: this is %(badge)s") % {"badge": worker.merged_into.employee_id}
        told.append((words, maybe_url("worker", worker.merged_into.id), worker.merged_at))
    return tuple(told)


def source_words(row: TrainingRecord, codes: Mapping[int, str]) -> str:
    """Return where a record comes from: its session's code, the register, an outside provider."""
    if row.session_id is not None and row.session_id in codes:
        return codes[row.session_id]
    if row.source == Source.MIGRATED:
        return _("Imported register")
    if row.source == Source.CORRECTION:
        return _("Correction")
    return row.provider or _("Outside certificate")


def _title(row: TrainingRecord | CompetencyRecord) -> str:
    return local(row.course_version.title)


def _result(row: TrainingRecord, facts: Facts) -> Iterator[Moment]:
    said = {"course": _title(row)}
    passed = row.result == Result.PASSED
    text = _("Passed %(course)s") % said if passed else _("Failed %(course)s") % said
    colour = "green" if passed else "red"
    notes = [source_words(row, facts.codes)]
    if row.score is not None:
        notes.append(_("score %(n)d") % {"n": row.score})
    if row.corrects_id:
        notes.append(_("corrects record %(n)d") % {"n": row.corrects_id})
    if row.revoked_at:
        colour = "none"
        notes.append(_("revoked later"))
    yield Moment(row.completed_on, colour, text, " · ".join(notes), maybe_url("record_sheet", row.pk))


def _revocation(row: TrainingRecord, facts: Facts, site: Site) -> Iterator[Moment]:
    if row.revoked_at is None:
        return
    text = _("Record revoked: %(course)s of %(day)s") % {"course": _title(row), "day": date_words(row.completed_on)}
    notes = [row.revoke_reason, facts.names.get(row.revoked_by_id or 0, "")]
    if hasattr(row, "corrected_by"):
        notes.append(_("corrected by record %(n)d") % {"n": row.corrected_by.pk})
    note = " · ".join(part for part in notes if part)
    address = maybe_url("record_sheet", row.pk)
    yield Moment(site.today(row.revoked_at), "red", text, note, address, row.revoked_at)


def _extensions(row: TrainingRecord, facts: Facts, site: Site) -> Iterator[Moment]:
    """Yield each extension of a record, and its revocation."""
    said, address = {"course": _title(row)}, maybe_url("record_sheet", row.pk)
    for one in loaded_extensions(row):
        words = _("%(course)s is valid longer, until %(day)s") % {**said, "day": date_words(one.until)}
        notes = [one.reference, facts.names.get(one.made_by_id or 0, "")]
        note = " · ".join(part for part in notes if part)
        yield Moment(site.today(one.made_at), "none", words, note, address, one.made_at)
        if one.revoked_at is not None:
            words = _("Extension revoked: %(course)s") % said
            notes = [one.reference, one.revoke_reason, facts.names.get(one.revoked_by_id or 0, "")]
            note = " · ".join(part for part in notes if part)
            yield Moment(site.today(one.revoked_at), "amber", words, note, address, one.revoked_at)


def _run_out(records: Iterable[TrainingRecord], today: date) -> Iterator[Moment]:
    """Yield each proof that ran out before another one took its place."""
    by_course: dict[int, list[TrainingRecord]] = defaultdict(list)
    for row in records:
        if row.result == Result.PASSED and row.revoked_at is None:
            by_course[row.course_id].append(row)
    for rows in by_course.values():
        for row in rows:
            renewed = any(one.completed_on <= row.valid_until < one.valid_until for one in rows)
            if row.valid_until != FOREVER and row.valid_until < today and not renewed:
                text = _("%(course)s ran out") % {"course": _title(row)}
                yield Moment(row.valid_until + timedelta(days=1), "red", text, "", maybe_url("record_sheet", row.pk))


def _competency(row: CompetencyRecord, facts: Facts, site: Site) -> Iterator[Moment]:
    said = {"course": _title(row)}
    code = facts.codes.get(row.session_id or 0, "")
    proof = maybe_url("competency_sheet", row.pk)
    if row.status == CompetencyStatus.PENDING:
        colour = "none" if row.revoked_at else "blue"
        yield Moment(row.completed_on, colour, _("Passed %(course)s, waits for sign-off") % said, code, proof)
        if row.revoked_at:
            day = site.today(row.revoked_at)
            yield Moment(
                day, "none", _("Sign-off withdrawn: %(course)s") % said, row.revoke_reason, proof, row.revoked_at
            )
        return
    if row.assessed_on and row.assessed_on != row.completed_on:
        yield Moment(row.completed_on, "blue", _("Passed the class of %(course)s") % said, code, proof)
    competent = row.status == CompetencyStatus.COMPETENT
    text = _("Competent in %(course)s") % said if competent else _("Not competent in %(course)s") % said
    notes = [row.method.name if row.method else "", facts.names.get(row.assessed_by_id or 0, ""), row.remarks]
    note = " · ".join(part for part in notes if part)
    yield Moment(row.assessed_on or row.completed_on, "green" if competent else "red", text, note, proof)


def _missed(row: Missed, site: Site) -> Moment:
    text = _("Did not come to %(course)s") % {"course": row.course_code}
    return Moment(site.today(row.held_at), "amber", text, row.code, maybe_url("session", row.session_id), row.held_at)


def _moves(held: Iterable[Held], site: Site) -> Iterator[Moment]:
    """Yield what role, areas and status became; what changed at the same moment is told as one."""
    begun: dict[datetime, list[Held]] = defaultdict(list)
    ended: dict[datetime, list[Held]] = defaultdict(list)
    for one in held:
        begun[one.since].append(one)
        if one.until:
            ended[one.until].append(one)
    for at in begun.keys() | ended.keys():
        words = [*_begun(begun[at], ended[at], site), *_left(begun[at], ended[at])]
        text = "; ".join(words)
        is_first = any(one.kind == "STATUS" for one in begun[at]) and not any(one.kind == "STATUS" for one in ended[at])
        text = _("Added: %(what)s") % {"what": text} if is_first else text[:1].upper() + text[1:]
        yield Moment(site.today(at), "none", text, at=at)


def _begun(begun: list[Held], ended: list[Held], site: Site) -> Iterator[str]:
    """Yield what began at one moment: the status, the role with the one before, areas by the day they count from."""
    statuses = {
        WorkerStatus.ACTIVE.value: _("active"),
        WorkerStatus.INACTIVE.value: _("inactive"),
        WorkerStatus.BLACKLISTED.value: _("blacklisted"),
    }
    areas: dict[str, list[str]] = defaultdict(list)
    for one in sorted(begun, key=lambda one: one.kind, reverse=True):
        if one.kind == "STATUS":
            yield statuses.get(one.what, one.what)
        elif one.kind == "ROLE":
            before = next((old.what for old in ended if old.kind == "ROLE" and old.what != one.what), "")
            text = _("role %(what)s") % {"what": one.what}
            text += _(" (before: %(what)s)") % {"what": before} if before else ""
            yield text + _since(one, site)
        else:
            areas[_since(one, site)].append(one.what)
    for since, names in areas.items():
        yield _("area %(what)s") % {"what": ", ".join(names)} + since


def _left(begun: list[Held], ended: list[Held]) -> Iterator[str]:
    new = {(one.kind, one.what) for one in begun}
    has_role = any(one.kind == "ROLE" for one in begun)
    for one in ended:
        if (one.kind == "AREA" and ("AREA", one.what) not in new) or (one.kind == "ROLE" and not has_role):
            yield _("left %(what)s") % {"what": one.what}


def _since(one: Held, site: Site) -> str:
    if one.assigned_on and one.assigned_on != site.today(one.since):
        return _(" since %(day)s") % {"day": date_words(one.assigned_on)}
    return ""
