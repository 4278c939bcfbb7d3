"""QR codes for papers."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> bytes:
    """Return a QR code of `text` as SVG: one path, its quiet zone of four modules around it, error correction M."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        out, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, unit=None
    )
    return out.getvalue()
