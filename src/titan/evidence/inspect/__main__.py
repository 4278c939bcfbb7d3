"""The child: `python -m titan.evidence.inspect KIND PATH` answers with type and pages, or with a refusal."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from titan.evidence.inspect.content import content_type, refuse_second_reading
from titan.evidence.limits import NotAccepted, answer_with, confine
from titan.evidence.rules import Kind, MediaType

CHECKERS = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "jpeg",
    MediaType.PNG: "png",
    MediaType.HEIC: "heic",
    MediaType.CSV: "table",
    MediaType.XLSX: "workbook",
}


def inspected(kind: Kind, path: Path) -> dict[str, Any]:
    """Return the media type and pages of the file at `path`, or raise NotAccepted."""
    with path.open("rb") as file:
        head = file.read(1024)
    media_type = content_type(head, kind)
    # Imported before the limits hold: the decoder is trusted to load, the file is not.
    checker = import_module(f"titan.evidence.inspect.{CHECKERS[media_type]}")
    confine(file_bytes=0)
    try:
        if media_type is not MediaType.XLSX:
            refuse_second_reading(path, head, media_type)
        return {"media_type": media_type, "pages": checker.pages_of(path)}
    except (NotAccepted, MemoryError):
        raise
    except Exception as error:
        # Decoders fail in as many ways as files can be broken.
        raise NotAccepted("It is damaged and cannot be read.") from error


if __name__ == "__main__":
    answer_with(lambda: inspected(Kind(sys.argv[1]), Path(sys.argv[2])))
