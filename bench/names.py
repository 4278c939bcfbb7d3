"""Names of the synthetic people: as many pairs as there are letters to tell them apart, in three scripts."""

from __future__ import annotations

from titan.core.text import search_key, sort_key

_STEMS = (
    "Ali",
    "Bey",
    "Cem",
    "Dem",
    "Elç",
    "Far",
    "Gün",
    "Həs",
    "Ilg",
    "Kar",
    "Luq",
    "Mam",
    "Nur",
    "Oru",
    "Paş",
    "Qas",
)
_ENDS = ("ov", "yev", "zade", "li", "oğlu", "can", "man", "soy", "er", "din", "ka", "ian")
_GIVEN = ("Ay", "Be", "Ce", "De", "El", "Fa", "Gü", "Ha", "İl", "Ka", "Le", "Me", "Ni", "Or", "Pe", "Ra", "Sa", "Ta")
_GIVEN_ENDS = ("lin", "rat", "mal", "niz", "şad", "rid", "nay", "san", "qar")
_OTHERS = ("Иванов", "Мамедов", "Петренко", "حسن", "رشيد", "Weaver", "Okafor", "Nguyễn")

LAST = list(enumerate([stem + end for stem in _STEMS for end in _ENDS] + list(_OTHERS)))
FIRST = list(enumerate([stem + end for stem in _GIVEN for end in _GIVEN_ENDS]))


def sorts(text: str) -> str:
    """Return `text` as it sorts."""
    return sort_key(text)


def searches(text: str) -> str:
    """Return `text` as it is searched."""
    return search_key(text)
