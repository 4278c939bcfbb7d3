"""The site of the tests through the API, for packs."""

from tests.api.conftest import clock, room, users

__all__ = ["clock", "room", "users"]
