"""Reading an object as a file: a piece at a time, going on where a broken connection left off."""

from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from titan.evidence.storage.s3.connection import os_error

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RESUMPTIONS = 3
PIECE = 256 * 1024


class Download(io.RawIOBase):
    """The object `name`, read from its beginning to its end; OSError when that cannot be done."""

    def __init__(self, client: Any, bucket: str, name: str, key: str) -> None:
        self._client, self._where, self._key = client, {"Bucket": bucket, "Key": name}, key
        self._resumptions = 0
        self._at = 0
        try:
            answer = client.get_object(**self._where)
        except (BotoCoreError, ClientError) as error:
            raise os_error(error, key) from error
        self.size, self._etag, self._body = int(answer["ContentLength"]), answer["ETag"], answer["Body"]

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes into `buffer`; 0 only at the true end."""
        view = memoryview(buffer).cast("B")
        while self._at < self.size:
            try:
                piece = self._body.read(min(len(view), self.size - self._at))
            except BotoCoreError as error:
                self._resume(error)
                continue
            if not piece:
                self._resume(None)
                continue
            view[: len(piece)] = piece
            self._at += len(piece)
            return len(piece)
        return 0

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed and hasattr(self, "_body"):
            self._body.close()
        super().close()

    def _resume(self, error: BotoCoreError | None) -> None:
        self._resumptions += 1
        if self._resumptions > RESUMPTIONS:
            raise OSError(errno.EIO, "the connection broke again and again", self._key) from error
        self._body.close()
        try:
            # The same object as before: never the first half of one and the second half of another.
            answer = self._client.get_object(**self._where, Range=f"bytes={self._at}-", IfMatch=self._etag)
        except (BotoCoreError, ClientError) as refused:
            raise os_error(refused, self._key) from refused
        self._body = answer["Body"]
