"""Which row is the header, what the sheet's rows are, and which column is which field: proposals. Pure."""

from titan.exchange.imports.rules.headers.columns import propose_columns, signature
from titan.exchange.imports.rules.headers.finding import find_header, header_at
from titan.exchange.imports.rules.headers.header import Clues, Header, Line, Mapped, headings_of

__all__ = [
    "Clues",
    "Header",
    "Line",
    "Mapped",
    "find_header",
    "header_at",
    "headings_of",
    "propose_columns",
    "signature",
]
