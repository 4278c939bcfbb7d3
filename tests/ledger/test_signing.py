"""Signing behind the answers, in the process that gave them."""

from __future__ import annotations

import os
import signal

from titan.ledger.commands.sign import signed_by_now


def test_a_forked_process_signs_for_itself() -> None:
    """Threads stay with the parent, so that a server whose parent has signed would wait for ever."""
    signed_by_now()
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        signed_by_now()
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)
