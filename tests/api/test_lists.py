"""Lists are paged by cursor, and every page fits to the next."""

from __future__ import annotations

from typing import Any

from tests.api.client import ApiClient, body_of
from tests.cast import make_user


def walk(client: ApiClient, path: str, limit: int) -> list[Any]:
    """Return all items of a list, page by page."""
    found: list[Any] = []
    cursor = ""
    while True:
        page = body_of(client.get(f"{path}?limit={limit}{cursor}"))
        assert set(page) == {"items", "next_cursor", "total"}
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        assert len(page["items"]) == limit
        cursor = f"&cursor={page['next_cursor']}"


def test_pages_hold_everything_once_in_order(boss: ApiClient) -> None:
    for _ in range(7):
        make_user()
    whole = body_of(boss.get("/users"))
    assert whole["total"] == len(whole["items"]) == 12
    for limit in (1, 5, 12, 200):
        assert walk(boss, "/users", limit) == whole["items"]


def test_tokens_come_newest_first(boss: ApiClient) -> None:
    for name in ("a", "b", "c"):
        boss.post("/tokens", {"name": name})
    assert [token["name"] for token in walk(boss, "/tokens", 2)] == ["c", "b", "a", "test"]
