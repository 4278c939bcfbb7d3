"""Certificates on paper: one page for each record, with a QR code that leads to its public page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from titan.core import settings
from titan.core.actor import Actor
from titan.core.errors import Conflict
from titan.core.language import _, number, paper_day
from titan.core.settings import Site
from titan.core.text import in_language
from titan.ledger.queries.checkpoints import CheckpointView
from titan.paper.address import check_address
from titan.paper.languages import in_each, once, spoken
from titan.paper.qr import qr_svg
from titan.paper.typeset import typeset
from titan.records.queries.certificates import CertificateView, certificate_views, standing_of_session
from titan.training.access import need_visible
from titan.training.queries.people import session_codes

BETWEEN = " · "


def records_to_certify(session_id: int, *, by: Actor) -> list[int]:
    """Return the records of a session that can have a certificate, in the order of its list (two statements).

    Raises NotFound for a session that is not `by`'s to see, Conflict NOTHING_TO_CERTIFY where there is none.
    """
    need_visible(session_id, by=by)
    records = standing_of_session(session_id)
    if not records:
        raise Conflict(
            "NOTHING_TO_CERTIFY",
            _("No pass of this session stands. Certificates are about the passes of a finalized session."),
        )
    return records


def certificates_pdf(record_ids: Iterable[int], *, site_url: str, languages: Sequence[str]) -> bytes:
    """Return the certificates of these records as one PDF/A-2b, a page each, in this order.

    record_ids: records whose certificates were issued; others are left out. site_url: where Titan is reached, such as
    https://titan.example. languages: one, or two side by side (languages.py); course titles in them where somebody
    wrote them, our words where there is a catalogue. Six statements for any number of records. Raises ValueError when
    there is none.
    """
    views = certificate_views(record_ids)
    if not views:
        raise ValueError("none of these records has a certificate")
    site = settings.current()
    codes = session_codes(view.session_id for view in views if view.session_id)
    pages = [_page(view, site, codes.get(view.session_id or 0, ""), site_url, languages) for view in views]
    data = {"title": " / ".join(in_each(languages, lambda _language: _title(views))), "pages": pages}
    pictures = {_picture(view): qr_svg(check_address(site_url, view.token)) for view in views}
    at = max(view.issued_at for view in views)
    return typeset("certificate", data | spoken(languages), pictures=pictures, at=at)


def _title(views: Sequence[CertificateView]) -> str:
    if len(views) == 1:
        return _("Certificate %(number)s") % {"number": views[0].number}
    return _("Certificates %(first)s to %(last)s") % {"first": views[0].number, "last": views[-1].number}


def ledger_lines(entry: int | None, checkpoint: CheckpointView | None) -> list[str]:
    """Return what is printed about the place in the ledger: the entry, and the anchor that holds it once it is signed.

    A printed anchor ties the whole ledger up to its size: nobody can take back later what was in it (ledger.md §1).
    """
    if entry is None:
        return []
    if checkpoint is None or checkpoint.size <= entry:
        return [_("Entry #%(entry)s of the ledger") % {"entry": number(entry)}]
    return [
        _("Entry #%(entry)s of the ledger, size %(size)s") % {"entry": number(entry), "size": number(checkpoint.size)},
        root_line(checkpoint),
    ]


def root_line(checkpoint: CheckpointView) -> str:
    """Return the anchor of a checkpoint as it is printed: the first 80 bits of its root."""
    return _("Root %(root)s") % {"root": checkpoint.anchor}


def _page(view: CertificateView, site: Site, session: str, site_url: str, languages: Sequence[str]) -> dict[str, Any]:
    said = in_each(languages, lambda language: _said(view, site, session, language))
    ledger = in_each(languages, lambda _language: ledger_lines(view.ledger_entry, view.checkpoint))
    return {
        **{name: [one[name] for one in said] for name in said[0]},
        "course": once([one["course"] for one in said]),
        "site": site.name,
        "name": view.name,
        "who": BETWEEN.join([view.employee_id, view.company]),
        "trainer": view.trainer,
        "address": check_address(site_url, ""),
        "token": view.token,
        "qr": _picture(view),
        # The entry in each language, then the anchor in each: what belongs together stands together.
        "ledger": [list(lines) for lines in zip(*ledger, strict=True)],
        "evidence": [_groups(view.evidence_sha256[:32]), _groups(view.evidence_sha256[32:])],
    }


def _said(view: CertificateView, site: Site, session: str, language: str) -> dict[str, str]:
    """Return what a certificate says in the language that is spoken just now."""
    return {
        "number": _("Certificate %(number)s") % {"number": view.number},
        "certifies": _("This certifies that"),
        "passed": _("passed the training"),
        "course": in_language(view.course_title, language) or view.course_code,
        "facts": BETWEEN.join(_facts(view, session)),
        "validity": _validity(view),
        "extended": _extended(view),
        "trainer_role": _("Trainer"),
        "issued": _("Issued on %(day)s") % {"day": paper_day(site.today(view.issued_at))},
        "check": _("Scan to check this certificate, or open"),
        "evidence_label": _("SHA-256 of the signed sheet"),
    }


def _facts(view: CertificateView, session: str) -> list[str]:
    hours = view.duration_minutes / 60
    facts = [
        f"{view.course_code}, " + _("version %(n)s") % {"n": view.version},
        _("completed on %(day)s") % {"day": paper_day(view.completed_on)},
    ]
    if session:
        facts.append(_("session %(code)s") % {"code": session})
        facts.append(_("%(hours)s hours") % {"hours": number(hours, digits=0 if hours.is_integer() else 1)})
    if view.provider:
        facts.append(view.provider)
    if view.score is not None:
        facts.append(_("score %(n)s") % {"n": view.score})
    return facts


def _validity(view: CertificateView) -> str:
    if view.expires_on is None:
        return _("Does not expire")
    return _("Valid until %(day)s") % {"day": paper_day(view.extended.until if view.extended else view.expires_on)}


def _extended(view: CertificateView) -> str:
    """Return by whose decision it is valid past its expiry, or nothing."""
    if view.expires_on is None or view.extended is None:
        return ""
    return _("Extended from %(day)s by decision %(reference)s of %(decided)s") % {
        "day": paper_day(view.expires_on),
        "reference": view.extended.reference,
        "decided": paper_day(view.extended.decided_on),
    }


def _groups(digits: str) -> str:
    return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def _picture(view: CertificateView) -> str:
    return f"qr-{view.record_id}.svg"
