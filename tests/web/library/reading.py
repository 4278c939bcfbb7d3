"""Reading a page of the library."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def shown(client: Client, page: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(page, args=args), query)
    assert answer.status_code == 200
    return text_of(answer)
