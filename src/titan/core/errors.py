"""Refusals: what a command answers instead of acting. Every face renders these, and no other error is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from titan.core.language import N_, _


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong: where it belongs, its code, and what to do in words."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class SoftBlock:
    """A soft block or a remark: `subject` says about what, so that an acknowledgement holds for exactly that."""

    code: str
    message: str
    subject: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """A command refused, and nothing was changed.

    status: the HTTP status of the API. code: the stable name of the reason. detail: one sentence for people.
    errors: every single thing that is wrong. extra: further members of the API's problem.
    """

    status = 400
    title = N_("Refused")

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.extra = dict(extra or {})


class Forbidden(Refusal):
    """The role does not allow it (403)."""

    status = 403
    title = N_("Not allowed")

    def __init__(self, detail: str, code: str = "FORBIDDEN") -> None:
        super().__init__(code, detail)


class NotFound(Refusal):
    """It does not exist, or is not the caller's to see (404)."""

    status = 404
    title = N_("Not found")

    def __init__(self, what: str, identity: object = None) -> None:
        shown = _(what) if identity is None else f"{_(what)} {identity}"
        super().__init__("NOT_FOUND", _("There is no %(what)s, or it is not yours to see.") % {"what": shown})


class Conflict(Refusal):
    """The state does not allow it, or a hard block stands (409)."""

    status = 409
    title = N_("Conflict")


class SoftBlocked(Conflict):
    """Soft blocks stand; the request may be repeated naming each code to override (409)."""

    title = N_("Needs an acknowledgement")

    def __init__(self, warnings: list[SoftBlock]) -> None:
        codes = ", ".join(dict.fromkeys(warning.code for warning in warnings))
        super().__init__(
            "SOFT_BLOCKED",
            _("Repeat the request with an override for each of: %(codes)s.") % {"codes": codes},
            extra={"warnings": [asdict(warning) for warning in warnings]},
        )
        self.warnings = warnings


class TooLarge(Refusal):
    """More bytes than allowed (413)."""

    status = 413
    title = N_("Too large")


class UnsupportedType(Refusal):
    """Not an accepted file type (415)."""

    status = 415
    title = N_("Not an accepted file type")


class Invalid(Refusal):
    """Values that cannot be taken; each error names its field (422)."""

    status = 422
    title = N_("Invalid values")

    def __init__(self, errors: Iterable[FieldError], *, code: str = "INVALID", detail: str = "") -> None:
        found = list(errors)
        super().__init__(code, detail or " ".join(error.message for error in found[:3]), errors=found)


def invalid(field: str, code: str, message: str) -> Invalid:
    """Return the refusal of one value: the field it belongs to, the code, and what to do."""
    return Invalid([FieldError(field, code, message)], code=code)
