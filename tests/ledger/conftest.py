"""The site of the tests through the API, for the ledger."""

from tests.api.conftest import clock, room, users

__all__ = ["clock", "room", "users"]
