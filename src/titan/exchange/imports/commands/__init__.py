"""What is done with an import, from opening a file to undoing what it made."""

from titan.exchange.imports.commands.answering import (
    answer_questions,
    choose_sheet,
    decide,
    fix_cells,
    leave_out_rows,
    let_empty_cells_clear,
)
from titan.exchange.imports.commands.applying import apply_import
from titan.exchange.imports.commands.discarding import discard_import
from titan.exchange.imports.commands.opening import open_import
from titan.exchange.imports.commands.undoing import undo_import

__all__ = [
    "answer_questions",
    "apply_import",
    "choose_sheet",
    "decide",
    "discard_import",
    "fix_cells",
    "leave_out_rows",
    "let_empty_cells_clear",
    "open_import",
    "undo_import",
]
