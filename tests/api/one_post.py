"""One POST from a process of its own: `python -m tests.api.one_post TOKEN KEY PATH BODY`; prints status and body."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

if __name__ == "__main__":
    import django

    django.setup()
    from tests.api.client import ApiClient

    token, key, path, body = sys.argv[1:]
    print("ready", flush=True)
    sys.stdin.readline()
    answer = ApiClient(token, SERVER_NAME="localhost").post(path, body.encode(), Idempotency_Key=key)
    print(answer.status_code, answer.content.decode(), flush=True)
