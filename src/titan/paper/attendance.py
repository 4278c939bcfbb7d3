"""The list to sign: who is invited to a class, with room for a tick, a result and a signature, and for walk-ins.

The scan of it becomes the evidence that the records of the class cite (domain.md §1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from titan.accounts.queries import user_names
from titan.core import settings
from titan.core.actor import Actor
from titan.core.errors import Conflict
from titan.core.language import _, ngettext, number, short_day
from titan.core.settings import Site
from titan.core.text import in_language
from titan.ledger.queries.checkpoints import CheckpointView, newest_checkpoint
from titan.paper.certificates import BETWEEN, root_line
from titan.paper.languages import in_each, once, spoken
from titan.paper.qr import qr_svg
from titan.paper.typeset import typeset
from titan.training.access import need_visible
from titan.training.models import SessionStatus
from titan.training.queries.sessions import AttendeeView, SessionView, class_list, sessions_in_short
from titan.training.rules import SlotTime

LINES = 20
"""Lines of a page."""

WALK_INS = 2
"""How many lines there are at least for people who were not invited."""

WORDED_TIMES, MOST_TIMES = 2, 10
"""Of how many slots the days are printed in words, and how many at all; a course may have sixty."""

QR = "qr-session.svg"


def attendance_pdf(session_id: int, *, link: str, languages: Sequence[str], by: Actor, at: datetime) -> bytes:
    """Return the list to sign of a scheduled session as PDF/A-2b, as it stands now; a fixed number of statements.

    link: the address of the session's page, which its QR code leads to. languages: one, or two side by side. The same
    list at the same moment gives the same bytes. Raises NotFound for a session that is not `by`'s to see, Conflict
    NOT_SCHEDULED before it is scheduled and after it was closed.
    """
    need_visible(session_id, by=by)
    (session,) = sessions_in_short([session_id])
    if session.status != SessionStatus.SCHEDULED:
        raise Conflict("NOT_SCHEDULED", _("There is a list to sign once a session is scheduled, until it is closed."))
    people, site = class_list(session_id, by=by).items, settings.current()
    printed_by = user_names([by.user_id]).get(by.user_id, "") if by.user_id else ""
    checkpoint, pages = newest_checkpoint(), _pages(people)
    said = in_each(
        languages,
        lambda language: _said(session, site, checkpoint, language, pages=len(pages), printed_by=printed_by, at=at),
    )
    data = {
        **{name: [one[name] for one in said] for name in said[0]},
        "title": f"{session.code} · {said[0]['heading']}",
        "course": once([one["course"] for one in said]),
        "session_title": session.title,
        "site": site.name,
        "code": session.code,
        "course_code": session.course_code,
        "trainer": session.trainer_name,
        "venue": session.venue_name,
        "several_times": len(session.slots) > 1,
        "pages": pages,
        "link": link,
        "qr": QR,
    }
    return typeset("attendance", data | spoken(languages), pictures={QR: qr_svg(link)}, at=at)


def _pages(people: Sequence[AttendeeView]) -> list[list[dict[str, Any]]]:
    """Return the lines of each page: the invited by name, then empty ones up to the end of the last page."""
    lines = [
        {
            "name": f"{one.first_name} {one.last_name}".strip(),
            "badge": one.employee_id,
            "company": one.company_name,
        }
        for one in people
    ]
    whole = -(-(len(lines) + WALK_INS) // LINES) * LINES
    lines += [{"name": "", "badge": "", "company": ""}] * (whole - len(lines))
    return [lines[begin : begin + LINES] for begin in range(0, whole, LINES)]


def _said(
    session: SessionView,
    site: Site,
    checkpoint: CheckpointView | None,
    language: str,
    *,
    pages: int,
    printed_by: str,
    at: datetime,
) -> dict[str, Any]:
    """Return what the list says in the language that is spoken just now."""
    return {
        "heading": _("Attendance list"),
        "course": in_language(session.course_title, language) or session.course_code,
        "session_label": _("Session"),
        "version": _("version %(n)s") % {"n": session.course_version},
        "trainer_label": _("Trainer"),
        "venue_label": _("Venue"),
        "times_label": _("Time"),
        "times": _times(session.slots, site),
        "more_times": _more_times(session.slots),
        "day_label": _("Signed on (day)"),
        "name_head": _("Name"),
        "badge_head": _("Badge"),
        "company_head": _("Company"),
        "present_head": _("Present"),
        "passed_head": _("Passed"),
        "failed_head": _("Failed"),
        "signature_head": _("Signature, inside the row"),
        "notes": _notes(session.attendees),
        "trainer_signs": _("Trainer’s signature, date and time"),
        "foot": _printed(printed_by, site, at),
        "page_of": [_("page %(n)s of %(m)s") % {"n": n, "m": pages} for n in range(1, pages + 1)],
        "ledger": _anchor(checkpoint),
    }


def _times(slots: Sequence[SlotTime], site: Site) -> str:
    """Return the times in words; of more than two the days as numbers, which are short and alike in every language."""
    day = short_day if len(slots) <= WORDED_TIMES else date.isoformat
    return BETWEEN.join(_slot(slot, site, day) for slot in slots[:MOST_TIMES])


def _more_times(slots: Sequence[SlotTime]) -> str:
    more = len(slots) - MOST_TIMES
    return ngettext("and %(num)s more", "and %(num)s more", more) % {"num": more} if more > 0 else ""


def _slot(slot: SlotTime, site: Site, day: Callable[[date], str]) -> str:
    begins, ends = (moment.astimezone(site.zone) for moment in (slot.starts_at, slot.ends_at))
    last = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{day(ends.date())} {ends:%H:%M}"
    # Joined, so that no line ends within a time.
    return f"{day(begins.date())}, {begins:%H:%M}\N{WORD JOINER}–\N{WORD JOINER}{last}"


def _notes(invited: int) -> str:
    first = _("Sign for yourself only, in your own row, with a dark pen, after the class.")
    walk_in = _("Rows from %(n)s on are for people who were not invited: write name, badge and company.")
    wrong = _("A wrong tick: fill its box, and tick the other one.")
    return " ".join([first, wrong, walk_in % {"n": invited + 1}])


def _printed(name: str, site: Site, at: datetime) -> str:
    local = at.astimezone(site.zone)
    when = f"{short_day(local.date())}, {local:%H:%M}"
    if not name:
        return _("printed %(when)s") % {"when": when}
    return _("printed %(when)s by %(name)s") % {"when": when, "name": name}


def _anchor(checkpoint: CheckpointView | None) -> str:
    """Return the anchor: a signed sheet that lies in a cupboard ties the ledger up to this size (ledger-format.md)."""
    if checkpoint is None:
        return ""
    return _("Ledger, size %(size)s: %(root)s") % {"size": number(checkpoint.size), "root": root_line(checkpoint)}
