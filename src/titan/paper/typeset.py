"""Papers as PDF/A-2b, set by typst from the templates beside this file.

What people wrote goes in as data and is never part of a template: a worker called `#image("x")` is only a text.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from titan.paper.glyphs import families, font_files, printable

TEMPLATES = Path(__file__).parent / "templates"
PICTURES = "pictures"
AT_ONCE = 2
"""How many papers are set at the same time in one process: each keeps its pages in memory until it is written."""

LARGE = 50_000
"""From how many characters of data on a paper is large."""

KEPT_FOR = 11
"""After how many more compilations typst has forgotten what it worked out for one."""

UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_PICTURE = re.compile(r"[a-z0-9][a-z0-9_-]*\.(svg|png|jpg)")
_turn = threading.BoundedSemaphore(AT_ONCE)


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    pictures: Mapping[str, bytes] = {},
    at: datetime = UNDATED,
) -> bytes:
    """Return templates/<template>.typ as PDF/A-2b. The same arguments give the same bytes.

    data: what the template reads as `data` from common.typ: texts, numbers, booleans, None, days, lists and mappings.
    Texts are printed as they are; characters that no font has are printed as U+FFFD (glyphs.py).
    pictures: SVG, PNG or JPEG by file name, for `image("pictures/<name>")`.
    at: the date in the file's properties (PDF/A wants one).
    Raises ValueError for a template or picture name that cannot be one, and for data that is not of these kinds.
    """
    if not _NAME.fullmatch(template) or f"{template}.typ" not in _sources():
        raise ValueError(f"no template is called {template!r}")
    for name in pictures:
        if not _PICTURE.fullmatch(name):
            raise ValueError(f"a picture cannot be called {name!r}")
    files = {
        **_sources(),
        **{f"{PICTURES}/{name}": content for name, content in pictures.items()},
        # Files of the project are the only files a template can open.
        "main.typ": f'#include "{template}.typ"\n'.encode(),
    }
    inputs = {"data": json.dumps(_plain(data), ensure_ascii=False), "fonts": json.dumps(families())}
    with _turn:
        try:
            return _compiled(files, inputs, at)
        finally:
            if len(inputs["data"]) > LARGE:
                _forget()


def _compiled(files: Mapping[str, bytes], inputs: dict[str, str], at: datetime) -> bytes:
    compiler = typst.Compiler(
        input=files,  # type: ignore[type-var]
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        package_path=TEMPLATES,
        package_cache_path=TEMPLATES,
    )
    made = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=int(at.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError("typst wrote no single file")
    return made


def _forget() -> None:
    """Let typst forget what it worked out for a large paper: hundreds of megabytes that no other paper needs."""
    for _ in range(KEPT_FOR):
        _compiled({"main.typ": b""}, {}, UNDATED)


@functools.cache
def _fonts() -> typst.Fonts:
    folders = sorted({str(path.parent) for path in font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


@functools.cache
def _sources() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(TEMPLATES.glob("*.typ"))}


def _plain(value: Any) -> Any:
    """Return `value` as JSON can say it, its texts as the fonts can print them."""
    if isinstance(value, str):
        return printable(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise ValueError(f"a paper cannot print {type(value).__name__}")
