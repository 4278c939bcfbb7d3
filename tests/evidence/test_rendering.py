"""Pictures of pages: drawn in a child, kept sealed, never of another file than the one that was re-hashed."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image

from tests import cast
from tests.files import jpeg_bytes, pdf_bytes, png_bytes
from titan.core.errors import Conflict, NotFound
from titan.evidence import child, rendering
from titan.evidence.commands import Upload, open_proof, record_evidence, stage
from titan.evidence.limits import NotAccepted
from titan.evidence.queries import EvidenceView
from titan.evidence.rendering import Size, forget_pictures, page_picture

pytestmark = pytest.mark.django_db
ADMIN = cast.actor(user_id=1)
AT = cast.AT


def stored(content: bytes, name: str = "sheet") -> EvidenceView:
    return record_evidence(stage([Upload(name, io.BytesIO(content))]), by=ADMIN, at=AT)


def picture(evidence: EvidenceView, page: int = 1, size: Size = Size.LARGE) -> bytes:
    return page_picture(open_proof(evidence.id, by=ADMIN, at=AT), page, size)


def kept(evidence: EvidenceView, page: int = 1, size: Size = Size.LARGE) -> Path:
    return Path(settings.TITAN_HOME) / "cache" / "pages" / f"{evidence.sha256}-{page}-{size}"


def test_both_sizes_are_drawn_at_once_and_kept() -> None:
    evidence = stored(pdf_bytes("drawn", pages=2))
    large = Image.open(io.BytesIO(picture(evidence, 2)))
    assert (large.format, max(large.size)) == ("JPEG", 1754)
    assert kept(evidence, 2, Size.SMALL).exists()
    assert max(Image.open(io.BytesIO(picture(evidence, 2, Size.SMALL))).size) == 420


def test_a_kept_picture_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = stored(pdf_bytes("once"))
    first = picture(evidence)
    monkeypatch.setattr(rendering, "_drawn", lambda proof, page: pytest.fail("drawn again"))
    assert picture(evidence) == first


def test_a_picture_put_in_the_place_of_a_kept_one_is_not_shown() -> None:
    evidence, other = stored(pdf_bytes("true")), stored(pdf_bytes("false"))
    true, false = picture(evidence), picture(other)
    assert true != false
    kept(evidence).write_bytes(kept(other).read_bytes())
    assert picture(evidence) == true
    kept(evidence).write_bytes(false)
    assert picture(evidence) == true


@pytest.mark.parametrize("page", [0, -1, 2])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(NotFound):
        picture(stored(jpeg_bytes("one page")), page)


def test_a_photo_lies_the_way_it_was_taken() -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 20), "white").save(target, "JPEG", exif=exif)
    shown = Image.open(io.BytesIO(picture(stored(target.getvalue()))))
    assert shown.size == (20, 60)


def test_transparency_is_shown_on_paper() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(target, "PNG")
    shown = Image.open(io.BytesIO(picture(stored(target.getvalue()))))
    assert shown.getpixel((15, 15)) == (255, 255, 255)
    assert picture(stored(png_bytes("sixteen", mode="I;16")))


def test_what_cannot_be_drawn_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise NotAccepted("broken")

    evidence = stored(pdf_bytes("cannot be drawn"))
    monkeypatch.setattr(child, "run_child", refuse)
    with pytest.raises(Conflict, match="Download the file"):
        picture(evidence)


def test_old_pictures_are_forgotten_and_drawn_again() -> None:
    evidence = stored(pdf_bytes("forgotten"))
    first = picture(evidence)
    long_ago = datetime.now(tz=AT.tzinfo) - timedelta(days=40)
    os.utime(kept(evidence), (long_ago.timestamp(),) * 2)
    assert forget_pictures(long_ago + timedelta(days=1)) == 1
    assert not kept(evidence).exists()
    assert picture(evidence) == first
