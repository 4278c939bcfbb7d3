"""A bucket as the store: put under a condition and a checksum, locked if asked, read back, never overwritten.

<prefix>/sha256/ab/cd/<sha256>  kept for good
<prefix>/used/<sha256>          empty: these bytes were stored again then; deleted once that is long ago
<prefix>/quarantine/            objects that no row of the database speaks of
<prefix>/ledger/checkpoint      a note: the newest checkpoint of the ledger
<prefix>/check                  empty: what a check puts, always under the same condition

Drafts lie on this machine, where they are inspected. One put carries a whole file: it is kept at once or not at all,
the server compares its SHA-256, and nothing half-written can be left behind.
"""

from __future__ import annotations

import base64
import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from botocore.exceptions import ClientError

from titan.core.language import _
from titan.evidence.errors import tampered
from titan.evidence.location import S3Location
from titan.evidence.rules import key_of, sha256_of
from titan.evidence.storage.disk import disk_errors, open_plain, unusable
from titan.evidence.storage.drafts import Drafts
from titan.evidence.storage.s3.connection import (
    EXISTS,
    MISSING,
    RACED,
    client,
    code_of,
    store_errors,
)
from titan.evidence.storage.s3.download import PIECE, Download
from titan.evidence.storage.store import NOTE_LIMIT, Draft, Readable, Verdict

# A key can vanish and return while the sweeper looks at it; each try sees a settled state or the next change.
TRIES = 5
# How much shorter than asked a lock may be: the servers' clocks, and their rounding.
SLACK = timedelta(hours=1)
EMPTY = hashlib.sha256(b"").hexdigest()


class S3Store:
    """The store in a bucket, with its drafts on this machine."""

    def __init__(self, location: S3Location, drafts: Drafts) -> None:
        self.location = location
        self.drafts = drafts

    def receive(self, content: Readable, *, limit: int) -> AbstractContextManager[Draft | None]:
        """See Store.receive."""
        return self.drafts.receive(content, limit=limit)

    def keep(self, draft: Draft) -> str:
        """See Store.keep. An answer that was lost is no harm: the repeated put finds the same bytes."""
        key = key_of(draft.sha256)
        with store_errors():
            for _try in range(TRIES):
                until = self._locked_until()
                if self._put(key, draft, until):
                    self._need_kept(key, draft, until)
                    return key
                # First young, then looked at: whoever sets it aside looks the other way round.
                self._put_empty(f"used/{draft.sha256}")
                match self.verify(key, draft.sha256, draft.size):
                    case Verdict.OK:
                        self._lock_longer(key, until)
                        return key
                    case Verdict.TAMPERED:
                        raise tampered(key, _("is already in the store, but with other bytes than its hash says"))
                    case Verdict.UNREADABLE:
                        raise unusable(_("what is in it cannot be read"))
        raise unusable(_("it changes all the time"))

    def open(self, key: str) -> BinaryIO:
        """See Store.open."""
        return io.BufferedReader(self._download(key, self._client), PIECE)

    def verify(self, key: str, sha256: str, size: int) -> Verdict:
        """See Store.verify."""
        if sha256_of(key) != sha256:
            return Verdict.TAMPERED
        try:
            with self._download(key, client(self.location, looking=True)) as source:
                if source.size != size:
                    return Verdict.TAMPERED
                found = hashlib.file_digest(source, "sha256").hexdigest()
        except FileNotFoundError:
            return Verdict.MISSING
        except OSError:
            return Verdict.UNREADABLE
        return Verdict.OK if found == sha256 else Verdict.TAMPERED

    def aged(self, before: datetime) -> Iterator[str]:
        """See Store.aged."""
        with store_errors():
            used_again = {name.rpartition("/")[2] for name, at in self._listed("used/") if at >= before}
            for name, stored_at in self._listed("sha256/"):
                key = self.location.key_of(name)
                if stored_at < before and sha256_of(key) not in used_again:
                    yield key

    def quarantine(self, key: str, *, before: datetime) -> bool:
        """See Store.quarantine. In a bucket with versions the object is hidden; what is locked is not deleted."""
        marker = f"used/{sha256_of(key)}"
        with store_errors():
            found = self._head(key)
            if found is None or found["LastModified"] >= before or self._is_young(marker, before):
                return False
            aside = f"quarantine/{sha256_of(key)}.{secrets.token_hex(4)}"
            self._copy(key, aside)
            self._client.delete_object(**self._at(key))
            if self._is_young(marker, before):
                # Somebody stored it again meanwhile, and may have seen it before it went.
                if self._head(key) is None:
                    self._copy(aside, key)
                self._client.delete_object(**self._at(aside))
                return False
        return True

    def discard_drafts(self, before: datetime) -> int:
        """See Store.discard_drafts."""
        with store_errors():
            for name, stored_at in self._listed("used/"):
                if stored_at < before:
                    self._client.delete_object(Bucket=self.location.bucket, Key=name)
        return self.drafts.discard(before)

    def put_note(self, name: str, content: bytes) -> None:
        """See Store.put_note."""
        with store_errors():
            client(self.location, looking=True).put_object(
                **self._at(name),
                Body=content,
                ContentType="text/plain; charset=utf-8",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_in_base64(hashlib.sha256(content).hexdigest()),
            )

    def note(self, name: str) -> bytes | None:
        """See Store.note."""
        with store_errors():
            try:
                answer = client(self.location, looking=True).get_object(**self._at(name))
                return bytes(answer["Body"].read(NOTE_LIMIT))
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise

    def check(self, *, thoroughly: bool = False) -> None:
        """See Store.check. Costs one small request, and leaves one empty object, however often it is asked."""
        self.drafts.check()
        with store_errors():
            # What exists is not put again, which needs the same right and lets nothing grow.
            if self._put_probe("check", EMPTY) and self._put_probe("check", EMPTY):
                raise unusable(_("it overwrites what is there: this server does not know If-None-Match"))
            if thoroughly:
                self._need_checksums()
                self._need_lock()

    @property
    def _client(self) -> Any:
        return client(self.location)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.location.bucket, "Key": self.location.name_of(key)}

    def _download(self, key: str, via: Any) -> Download:
        if sha256_of(key) is None:
            raise FileNotFoundError(2, "no key of this store", key)
        return Download(via, self.location.bucket, self.location.name_of(key), key)

    def _put(self, key: str, draft: Draft, until: datetime | None) -> bool:
        """Put `draft` unless something lies there; tell whether it was put."""
        lock = {"ObjectLockMode": self.location.lock_mode, "ObjectLockRetainUntilDate": until} if until else {}
        with disk_errors():
            body = open_plain(draft.path)
        with body:
            return self._put_new(self._client, key, draft.sha256, Body=body, **lock)

    def _put_probe(self, key: str, sha256: str) -> bool:
        return self._put_new(client(self.location, looking=True), key, sha256, Body=b"")

    def _put_new(self, via: Any, key: str, sha256: str, **rest: Any) -> bool:
        try:
            via.put_object(
                **self._at(key),
                **rest,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_in_base64(sha256),
                ContentType="application/octet-stream",
            )
        except ClientError as error:
            if code_of(error) in EXISTS | RACED:
                return False
            raise
        return True

    def _put_empty(self, key: str) -> None:
        self._client.put_object(**self._at(key), Body=b"", ChecksumAlgorithm="SHA256", ChecksumSHA256=_in_base64(EMPTY))

    def _need_kept(self, key: str, draft: Draft, until: datetime | None) -> None:
        """Raise EvidenceUnavailable unless the server now says what it was told, lock included."""
        found = self._head(key) or {}
        checksum = found.get("ChecksumSHA256")
        whole = found.get("ContentLength") == draft.size and checksum in {None, _in_base64(draft.sha256)}
        # A server that keeps no checksums is asked for the bytes.
        if not whole or (checksum is None and self.verify(key, draft.sha256, draft.size) is not Verdict.OK):
            raise unusable(_("it gives back other bytes than it was given"))
        if until and found.get("ObjectLockRetainUntilDate", datetime.min.replace(tzinfo=UTC)) < until - SLACK:
            raise unusable(_("it does not lock what TITAN_STORAGE_URL wants locked"))

    def _locked_until(self) -> datetime | None:
        # The lock is the server's, and counts from when the bytes arrive: no moment of the site is meant.
        days = self.location.retain_days
        return datetime.now(UTC) + timedelta(days=days) if days else None

    def _lock_longer(self, key: str, until: datetime | None) -> None:
        if until is None:
            return
        found = self._head(key) or {}
        if found.get("ObjectLockRetainUntilDate", datetime.min.replace(tzinfo=UTC)) < until - SLACK:
            retention = {"Mode": self.location.lock_mode, "RetainUntilDate": until}
            self._client.put_object_retention(
                **self._at(key), Retention=retention, ChecksumAlgorithm="SHA256", VersionId=found["VersionId"]
            )

    def _head(self, key: str) -> dict[str, Any] | None:
        try:
            return dict(self._client.head_object(**self._at(key), ChecksumMode="ENABLED"))
        except ClientError as error:
            if code_of(error) in MISSING:
                return None
            raise

    def _is_young(self, key: str, before: datetime) -> bool:
        found = self._head(key)
        return found is not None and found["LastModified"] >= before

    def _copy(self, source: str, target: str) -> None:
        """Copy within the bucket unless something lies at `target`."""
        try:
            self._client.copy_object(
                **self._at(target), CopySource=self._at(source), IfNoneMatch="*", ChecksumAlgorithm="SHA256"
            )
        except ClientError as error:
            if code_of(error) not in EXISTS | RACED:
                raise

    def _listed(self, below: str) -> Iterator[tuple[str, datetime]]:
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.location.bucket, Prefix=self.location.name_of(below)):
            for found in page.get("Contents", ()):
                yield found["Key"], found["LastModified"]

    def _need_checksums(self) -> None:
        """Raise EvidenceUnavailable when the server takes bytes that do not match the SHA-256 they came with."""
        try:
            taken = self._put_probe("check-of-checksums", hashlib.sha256(b"other").hexdigest())
        except ClientError as error:
            if str(error.response["ResponseMetadata"]["HTTPStatusCode"]) != "400":
                raise
            return
        if taken:
            self._client.delete_object(**self._at("check-of-checksums"))
        raise unusable(_("it does not compare checksums: this server cannot notice bytes that were damaged on the way"))

    def _need_lock(self) -> None:
        if self.location.lock_mode is None:
            return
        try:
            answer = client(self.location, looking=True).get_object_lock_configuration(Bucket=self.location.bucket)
            enabled = answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
        except ClientError as error:
            if code_of(error) not in {"ObjectLockConfigurationNotFoundError", "404", "NotImplemented", "501"}:
                raise
            enabled = False
        if not enabled:
            raise unusable(
                _("the bucket was made without object lock: make one with it, or take object_lock out of the URL")
            )


def _in_base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
