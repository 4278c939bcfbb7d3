"""The child: `python -m titan.evidence.rendering TYPE PATH PAGE FOLDER` draws one page, small and large."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from titan.evidence.limits import MEGABYTE, NotAccepted, answer_with, confine
from titan.evidence.rendering.drawing import draw
from titan.evidence.rules import MediaType

MAX_PICTURE = 16 * MEGABYTE


def answer(media_type: MediaType, path: Path, page: int, folder: Path) -> dict[str, Any]:
    """Draw the page into `folder`."""
    confine(file_bytes=MAX_PICTURE)
    try:
        draw(media_type, path, page, folder)
    except (NotAccepted, MemoryError):
        raise
    except Exception as error:
        # Decoders fail in as many ways as files can be broken.
        raise NotAccepted("The page cannot be drawn.") from error
    return {}


if __name__ == "__main__":
    answer_with(lambda: answer(MediaType(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
