"""A wire between Titan and a server that a test can cut: at a byte of what is sent, or just before an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress


class Wire:
    """Passes bytes on to `port` of this machine; used as a context manager.

    cut_at: after so many bytes of one connection were sent, `on_cut` is called and the connection ends. lose: when this
    returns true for a piece of an answer, it and the connection are lost. Each happens once, and is counted in `cuts`.
    """

    def __init__(
        self,
        port: int,
        *,
        cut_at: int | None = None,
        on_cut: Callable[[], None] = lambda: None,
        lose: Callable[[bytes], bool] = lambda piece: False,
    ) -> None:
        self._port, self._cut_at, self._on_cut, self._lose = port, cut_at, on_cut, lose
        self._door = socket.create_server(("127.0.0.1", 0))
        self.cuts = 0

    @property
    def endpoint(self) -> str:
        """The address at this end."""
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> Wire:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._door.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._port))
                except OSError:
                    near.close()
                    continue
                for run in (self._send, self._answer):
                    threading.Thread(target=run, args=(near, far), daemon=True).start()

    def _send(self, near: socket.socket, far: socket.socket) -> None:
        sent = 0
        with suppress(OSError):
            while piece := near.recv(65_536):
                sent += len(piece)
                if self._cut_at is not None and sent > self._cut_at and not self.cuts:
                    self.cuts += 1
                    self._on_cut()
                    break
                far.sendall(piece)
        _close(near, far)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while piece := far.recv(65_536):
                if not self.cuts and self._lose(piece):
                    self.cuts += 1
                    break
                near.sendall(piece)
        _close(near, far)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
