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
