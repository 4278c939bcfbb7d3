"""What a child process that opens foreign files may use; it sets the limits itself before it touches a file.

No Django here: the child imports this and starts fast.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 2 * 1024**3
CPU_SECONDS = 45
WALL_SECONDS = 90
OPEN_FILES = 64
MAX_ANSWER = 64 * 1024
# 108-megapixel phones and A3 at 600 dpi pass; one picture of this size decodes within MEMORY.
MAX_PIXELS = 120_000_000
MEGABYTE = 1024 * 1024
MAX_WORKBOOK = 200 * MEGABYTE
# One page's drawing; a picture in a PDF may hold four bytes for each of its pixels, and 200 scans add up.
MAX_STREAM = 128 * MEGABYTE
MAX_STREAMS = 6 * 1024 * MEGABYTE


class NotAccepted(Exception):  # noqa: N818 (a refusal, as core.errors has them)
    """The file is no acceptable evidence; the message is a sentence for people, with `values` in its places.

    A child speaks English: whoever started it looks the sentence up in the reader's language.
    """

    def __init__(self, message: str, **values: int) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


def N_(message: str) -> str:  # noqa: N802 (the usual name of the mark)
    """Mark `message` for translation, as core.language does, which a child has no use for."""
    return message


def confine(file_bytes: int) -> None:
    """Limit this process for good: memory, processor time, open files, and `file_bytes` a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_with(work: Callable[[], dict[str, Any]]) -> None:
    """Run `work` and print its answer, or why it refuses, as one line of JSON for the parent."""
    channel = os.dup(1)
    # Decoders written in C may print; only our answer may reach the parent.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        answer = work()
    except NotAccepted as refusal:
        answer = {"refused": refusal.message, "values": refusal.values}
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        answer = {"disk_full": True}
    except MemoryError:
        answer = {"refused": NotAccepted("It needs more memory to open than a sheet may.").message}
    os.write(channel, json.dumps(answer).encode())
    # Without the libraries' own goodbye, which under these limits may fail or take long.
    sys.stdout.flush()
    os._exit(0)
