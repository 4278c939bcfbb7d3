"""Forms with files: the files, brought to safety before any transaction begins, and JSON in a field beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import orjson
import pydantic
from ninja.errors import ValidationError
from ninja.files import UploadedFile
from pydantic import WithJsonSchema

from titan.api.fields import Body
from titan.api.requests import need_storable
from titan.core.errors import invalid
from titan.evidence.commands import StagedEvidence, Upload, stage

B = TypeVar("B", bound=Body)
JsonText = Annotated[str, WithJsonSchema({"type": "string", "contentMediaType": "application/json"})]


def staged_upload(files: Sequence[UploadedFile]) -> StagedEvidence:
    """Store the bytes of `files` as evidence; several become one PDF. Refuses what is no evidence (413, 415, 422)."""
    return stage([Upload(getattr(file, "label", file.name or ""), file) for file in files])


def read_json(text: str, model: type[B]) -> B:
    """Return the JSON `text` of the form field `data` as `model`; refuses (422) as if it had come as a body."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid("data", "JSON_INVALID", "Give JSON.") from error
    need_storable(given)
    try:
        return model.model_validate(given)
    except pydantic.ValidationError as error:
        raise ValidationError([{**item, "loc": ("form", "data", *item["loc"])} for item in error.errors()]) from error
