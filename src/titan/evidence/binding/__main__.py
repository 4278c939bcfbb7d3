"""The child: `python -m titan.evidence.binding TARGET TYPE PATH …` binds one PDF and answers its pages."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

from titan.evidence.binding.pages import bound
from titan.evidence.limits import NotAccepted, answer_with, confine
from titan.evidence.rules import MAX_TOTAL_BYTES, MediaType

# Decoded HEIC may take more bytes than it came in.
MAX_BOUND_BYTES = 2 * MAX_TOTAL_BYTES


def answer(target: Path, named: list[str]) -> dict[str, Any]:
    """Bind the files that `named` gives as type and path, alternately."""
    confine(file_bytes=MAX_BOUND_BYTES)
    parts = [(MediaType(kind), Path(path)) for kind, path in zip(named[::2], named[1::2], strict=True)]
    try:
        return {"pages": bound(parts, target)}
    except (NotAccepted, MemoryError):
        raise
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise NotAccepted("The files cannot be bound into one PDF.") from error
    except Exception as error:
        # Decoders fail in as many ways as files can be broken.
        raise NotAccepted("The files cannot be bound into one PDF.") from error


if __name__ == "__main__":
    answer_with(lambda: answer(Path(sys.argv[1]), sys.argv[2:]))
