"""The life of a session, one module per stage: plan, schedule, invite, attend, prove, finalize; or cancel."""

from titan.training.commands.attend import MarkChange, RowAnswer, RowState, ShownMark, mark_attendance, mark_rows
from titan.training.commands.cancel import cancel_session, delete_draft
from titan.training.commands.draft import draft_for_workers, duplicate_session
from titan.training.commands.finalize import finalize_session
from titan.training.commands.invite import Invited, invite_workers, remove_attendee
from titan.training.commands.plan import UNSET, Plan, create_session
from titan.training.commands.prove import attach_evidence, need_evidence_taken, watch_evidence
from titan.training.commands.restore import restore_attendee
from titan.training.commands.schedule import schedule_session, update_session

__all__ = [
    "UNSET",
    "Invited",
    "MarkChange",
    "Plan",
    "RowAnswer",
    "RowState",
    "ShownMark",
    "attach_evidence",
    "cancel_session",
    "create_session",
    "delete_draft",
    "draft_for_workers",
    "duplicate_session",
    "finalize_session",
    "invite_workers",
    "mark_attendance",
    "mark_rows",
    "need_evidence_taken",
    "remove_attendee",
    "restore_attendee",
    "schedule_session",
    "update_session",
    "watch_evidence",
]
