"""What is wrong with a folder: every problem with its file, row, column and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from titan.core.errors import FieldError, Invalid

Found = tuple[str, int, FieldError]
"""A problem of a file, at a row (0: of the whole file)."""


@dataclass
class Problems:
    """Gathers what is wrong, so that all of it is said at once."""

    found: list[Found] = field(default_factory=list)

    def add(self, file: str, row: int | None, column: str, code: str, message: str) -> None:
        """Note a problem. row: as a spreadsheet counts, the header is row 1; None: the whole file."""
        place = file + (f", row {row}" if row else "") + (f", column {column}" if column else "")
        self.found.append((file, row or 0, FieldError(place, code, message)))

    def refuse_if_any(self) -> None:
        """Raise Invalid (422) with every problem, in the order of files and rows."""
        if self.found:
            ordered = [error for _, _, error in sorted(self.found, key=lambda problem: problem[:2])]
            count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
            raise Invalid(ordered, code="FOLDER_INVALID", detail=f"The folder has {count}; nothing was loaded.")
