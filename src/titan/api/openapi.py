"""What the OpenAPI document says beyond the endpoints: errors, sign-in, idempotency; and its page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from titan.api.problem import MEDIA_TYPE
from titan.api.requests import KEY_HEADER

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong (RFC 9457), with every single error by field.",
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A stable name of the reason."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
        "warnings": {
            "type": "array",
            "description": "With SOFT_BLOCKED: what to acknowledge by naming its code in `override`.",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "subject": {"type": "string"},
                },
                "required": ["code", "message", "subject"],
            },
        },
        "outcome": {"type": "object", "description": "With ALREADY_FINALIZED: the first outcome."},
    },
    "required": ["type", "title", "status", "detail", "code", "errors"],
}

SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A personal API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The web session; anything but GET needs its X-CSRFToken too.",
    },
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": KEY_HEADER,
    "required": False,
    "description": "The same key and body get the first answer again for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7E]+$"},
}

MEANINGS = {
    400: "The body cannot be read.",
    401: "Not signed in, or a token that is unknown, expired or revoked.",
    403: "The role does not allow it, or the CSRF token is missing.",
    404: "It does not exist, or is not yours to see.",
    409: "A state or a hard or soft block stands against it.",
    413: "Too many bytes.",
    415: "Not the type of body or file that is taken here.",
    422: "Values that cannot be taken; each error names its field.",
    429: "Too many failures from this address.",
    503: "The evidence store cannot take the file now.",
}


def describe(document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` completed by what holds for every operation."""
    components = document["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = SECURITY_SCHEMES
    document["security"] = [{name: []} for name in SECURITY_SCHEMES]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _describe_operation(path, method, operation)
    return document


def _describe_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    if method == "post":
        operation["parameters"].append(IDEMPOTENCY_KEY)
    responses = operation["responses"]
    for status in _errors(path, method, operation):
        responses.setdefault(status, {"description": MEANINGS[status]})
    for status, response in responses.items():
        if int(status) >= 400:
            response.setdefault("description", HTTPStatus(int(status)).phrase)
            response.setdefault("content", {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}})
    operation["responses"] = dict(sorted(responses.items(), key=lambda item: int(item[0])))


def _errors(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    errors = {401, 403, 422, 429}
    if "{" in path:
        errors |= {404}
    if method != "get":
        errors |= {404, 409}
    if "requestBody" in operation:
        errors |= {400, 413, 415}
        if "multipart/form-data" in operation["requestBody"]["content"]:
            errors |= {503}
    return errors


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: leaving a parameter out is what null means."""
    choices = schema.get("anyOf")
    if choices is None:
        return schema
    left = [choice for choice in choices if choice != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}
