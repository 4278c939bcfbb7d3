"""The languages that the pages can be read in: those whose catalogues are there."""

from __future__ import annotations

from pathlib import Path

from titan.core.language import own_name


def catalogues(folder: Path) -> list[tuple[str, str]]:
    """Return code and own name (tr, Türkçe) of each language with a compiled catalogue in `folder`, by code."""
    names = sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/django.mo"))
    codes = [name.lower().replace("_", "-") for name in names]
    return [(code, own_name(code)) for code in codes]
