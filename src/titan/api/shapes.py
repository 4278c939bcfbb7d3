"""What refers to something embeds it in short."""

from __future__ import annotations

from titan.api.fields import LocalText, Shape


class CompanyShort(Shape):
    id: int
    code: str
    name: str


class WorkerShort(Shape):
    id: int
    employee_id: str
    first_name: str
    last_name: str
    company: CompanyShort


class CourseShort(Shape):
    """`title` in the caller's language, else in English, else in any."""

    id: int
    code: str
    title: LocalText


class TrainerShort(Shape):
    id: int
    name: str


class VenueShort(Shape):
    id: int
    name: str
    capacity: int


class UserShort(Shape):
    id: int
    name: str


def user_short(user_id: int | None, names: dict[int, str]) -> dict[str, int | str] | None:
    """Return who did something in short; None when it was nobody who signs in. names: `accounts.queries.user_names`."""
    return {"id": user_id, "name": names[user_id]} if user_id in names else None
