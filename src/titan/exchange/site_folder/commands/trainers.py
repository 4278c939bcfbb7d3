"""The trainers of a folder and the courses they may teach (domain.md §5)."""

from __future__ import annotations

from titan.core.bulk import id_set, insert_rows, update_rows
from titan.core.command import Said, say_all
from titan.exchange.site_folder.commands.writing import FileReport, Load, by_code, report
from titan.exchange.site_folder.differences import TRAINER_VALUES
from titan.exchange.site_folder.layout import TRAINERS
from titan.exchange.site_folder.rows import TrainerRow
from titan.resources.models import Qualification, Trainer

PERSONAL = ("first_name", "last_name", "email")


def write_trainers(load: Load) -> FileReport:
    """Make new trainers, change changed ones; the cell of courses is all that a trainer may teach."""
    rows, known = load.folder.trainers, load.known.trainers
    new = [row for row in rows if row.code not in known]
    edited = [row for row in rows if row.code in known and _edited(row, load)]
    retaught = [row for row in rows if set(row.qualified_course_codes) != set(_held(row, load))]
    made = insert_rows(
        Trainer,
        [{"code": row.code, **{name: getattr(row, name) for name in TRAINER_VALUES}} for row in new],
        returning=("id", "code"),
    )
    load.ids.trainers.update(by_code(made))
    ids = load.ids.trainers
    update_rows(
        Trainer, [{"id": ids[row.code], **{name: getattr(row, name) for name in TRAINER_VALUES}} for row in edited]
    )
    _write_qualifications(load, retaught)
    say_all(_created(row, load) for row in new)
    say_all(_updated(row, load) for row in edited)
    say_all(_requalified(row, load) for row in retaught)
    changed = {row.code for row in (*edited, *retaught)} - {row.code for row in new}
    return report(TRAINERS.file, len(rows), created=len(new), changed=len(changed))


def _edited(row: TrainerRow, load: Load) -> list[str]:
    trainer = load.known.trainers[row.code]
    return [name for name in TRAINER_VALUES if getattr(row, name) != getattr(trainer, name)]


def _held(row: TrainerRow, load: Load) -> dict[str, int]:
    trainer = load.known.trainers.get(row.code)
    return trainer.qualifications if trainer else {}


def _write_qualifications(load: Load, rows: list[TrainerRow]) -> None:
    ended = [pk for row in rows for course, pk in _held(row, load).items() if course not in row.qualified_course_codes]
    Qualification.objects.filter(id__in=id_set(ended)).update(until=load.at)
    begun = [
        {"trainer_id": load.ids.trainers[row.code], "course_id": load.ids.courses[course], "since": load.at}
        for row in rows
        for course in row.qualified_course_codes
        if course not in _held(row, load)
    ]
    insert_rows(Qualification, begun, returning=())


def _created(row: TrainerRow, load: Load) -> Said:
    after = {"code": row.code, "type": row.type, "company_name": row.company_name}
    return Said("trainer.created", "trainer", load.ids.trainers[row.code], after=after)


def _updated(row: TrainerRow, load: Load) -> Said:
    names, trainer = _edited(row, load), load.known.trainers[row.code]
    personal = [name for name in names if name in PERSONAL]
    open_names = [name for name in names if name not in PERSONAL]
    return Said(
        "trainer.updated",
        "trainer",
        trainer.id,
        before={name: getattr(trainer, name) for name in open_names},
        after={name: getattr(row, name) for name in open_names} | ({"personal_fields": personal} if personal else {}),
    )


def _requalified(row: TrainerRow, load: Load) -> Said:
    courses = load.ids.courses
    return Said(
        "trainer.qualifications_replaced",
        "trainer",
        load.ids.trainers[row.code],
        before={"course_ids": sorted(courses[code] for code in _held(row, load))},
        after={"course_ids": sorted(courses[code] for code in row.qualified_course_codes)},
    )
