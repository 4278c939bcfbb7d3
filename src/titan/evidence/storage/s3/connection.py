"""The connection to an S3 server: one per process and place, with timeouts, retries and words for what goes wrong."""

from __future__ import annotations

import errno
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from titan.core.language import N_, _
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.location import S3Location
from titan.evidence.storage.disk import unusable

log = logging.getLogger("titan.evidence.storage")

MISSING = frozenset({"NoSuchKey", "404", "NotFound"})
EXISTS = frozenset({"PreconditionFailed", "412"})
# Two of us put the same key at the same time; the server asks one to look again.
RACED = frozenset({"ConditionalRequestConflict", "409"})
WHAT_IS_WRONG = {
    "InvalidAccessKeyId": N_("it does not know the access key: check AWS_ACCESS_KEY_ID"),
    "SignatureDoesNotMatch": N_("it does not accept the secret key: check AWS_SECRET_ACCESS_KEY"),
    "ExpiredToken": N_("the session token has expired: renew AWS_SESSION_TOKEN"),
    "InvalidToken": N_("it does not accept the session token: check AWS_SESSION_TOKEN"),
    "RequestTimeTooSkewed": N_("its clock and this machine's differ: set them right"),
    "AccessDenied": N_("this access key may not do that: check what its policy allows"),
    "403": N_("this access key may not do that, or the secret key is wrong"),
    "NoSuchBucket": N_("there is no such bucket: check TITAN_STORAGE_URL"),
    "PermanentRedirect": N_("the bucket lies in another region: check TITAN_STORAGE_URL"),
    "BadDigest": N_("other bytes arrived than were sent"),
    "InvalidDigest": N_("other bytes arrived than were sent"),
    "XAmzContentChecksumMismatch": N_("other bytes arrived than were sent"),
    "XAmzContentSHA256Mismatch": N_("other bytes arrived than were sent"),
    "SlowDown": N_("it is overloaded"),
    "QuotaExceeded": N_("it is full"),
    "XMinioStorageFull": N_("it is full"),
    "507": N_("it is full"),
}


@dataclass(frozen=True)
class Patience:
    """How long to wait for the server, in seconds, and how often to ask altogether."""

    connect: float
    read: float
    attempts: int


WORKING = Patience(connect=5, read=20, attempts=3)
# Whoever only asks wants to know soon, and sometimes holds locks meanwhile.
LOOKING = Patience(connect=2, read=5, attempts=2)
_making = threading.Lock()


def client(location: S3Location, *, looking: bool = False) -> Any:
    """Return the client of this process for the server of `location`; it may be used by several threads.

    looking: for whoever only looks and is answered soon, or not at all.
    """
    patience = LOOKING if looking else WORKING
    # Threads that begin together make one, not one each.
    with _making:
        # A forked process must not write into the connections of the one it came from.
        return _client(location.endpoint, location.region, location.path_style, patience, os.getpid())


@lru_cache(maxsize=8)
def _client(endpoint: str | None, region: str, path_style: bool, patience: Patience, _pid: int) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=patience.connect,
        read_timeout=patience.read,
        retries={"mode": "standard", "total_max_attempts": patience.attempts},
        max_pool_connections=16,
        s3={"addressing_style": "path" if path_style else "virtual"},
        # Ours is a SHA-256, always given and always compared; servers stumble over the checksums that are sent else.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        user_agent_appid="titan",
    )
    session = boto3.session.Session()
    return session.client("s3", endpoint_url=endpoint, region_name=region, config=config)


def forget_clients() -> None:
    """Let the next use read credentials anew."""
    _client.cache_clear()


def code_of(error: ClientError) -> str:
    """Return the server's code for what went wrong; of an answer without words, its HTTP status."""
    return str(error.response.get("Error", {}).get("Code", "")) or _status(error)


def _status(error: ClientError) -> str:
    return str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what the server refuses, and its silence, into EvidenceUnavailable."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise unavailable(error) from error


def unavailable(error: BotoCoreError | ClientError) -> EvidenceUnavailable:
    """Return the refusal that `error` stands for; the log gets the server's own words for whoever keeps it."""
    if isinstance(error, ClientError):
        request = error.response.get("ResponseMetadata", {}).get("RequestId", "")
        log.warning("S3 refused %s: %s (request %s)", error.operation_name, code_of(error), request)
        return unusable(_reason(error))
    log.warning("S3 could not be used: %s", type(error).__name__)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return unusable(_("no access key is given: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"))
    return unusable(_("it does not answer"))


def os_error(error: BotoCoreError | ClientError, key: str) -> OSError:
    """Return the error of reading that `error` stands for: FileNotFoundError only when the object is surely missing."""
    if isinstance(error, ClientError) and code_of(error) in MISSING:
        return FileNotFoundError(errno.ENOENT, "not in the store", key)
    return OSError(errno.EIO, unavailable(error).why, key)


def _reason(error: ClientError) -> str:
    for known in (code_of(error), _status(error)):
        if known in WHAT_IS_WRONG:
            return _(WHAT_IS_WRONG[known])
    return _("it answers “%(code)s”") % {"code": code_of(error)}
