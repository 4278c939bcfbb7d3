"""Whether two descriptions may be of one person: badges and names, however they are spelled. Pure.

Names are written in many ways on one site: Rəşad Əliyev, ƏLİYEV RƏŞAD, Rashad Aliyev, Resad Aliev. So they are compared
by how they sound, in any order of their parts. Nothing here decides: it proposes, with the reason in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import permutations
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from titan.core.language import _
from titan.core.text import search_key


class Band(StrEnum):
    """How much speaks for two rows being one person. It is always a question."""

    VERY_LIKELY = "VERY_LIKELY"
    LIKELY = "LIKELY"
    POSSIBLE = "POSSIBLE"


@dataclass(frozen=True)
class Likeness:
    """How alike two descriptions are: the band, a score (0 to 100) to sort by, and the reason in words."""

    band: Band
    score: int
    reason: str


@dataclass(frozen=True)
class Described:
    """Somebody as a row or a form describes them. company_id None: a company that is not known yet, by its name."""

    badge: str
    first_name: str
    last_name: str
    company_id: int | None
    company: str

    @cached_property
    def letters(self) -> str:
        return badge_letters(self.badge)

    @cached_property
    def stem(self) -> str:
        return badge_stem(self.letters)

    @cached_property
    def name(self) -> Name:
        return name_of(f"{self.first_name} {self.last_name}")


# --- Badges

_SIGNS = re.compile(r"[^a-z0-9]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def badge_letters(badge: str) -> str:
    """Return a badge without case, blanks and signs: "GRL-0085", "grl 0085" and "GRL0085" are one."""
    if badge.isascii():
        # Thousands at a time: a pattern passes over what a call for each character takes ten times as long over.
        return _SIGNS.sub("", badge.lower())
    return "".join(filter(str.isalnum, search_key(badge)))


def badge_stem(letters: str) -> str:
    """Return the letters of a badge without leading zeros: whether GRL-85 is GRL-0085 is a question."""
    return _ZEROS.sub("", letters)


# --- Names

_PARTICLES = frozenset(("oglu", "ogly", "oghlu", "ogli", "qizi", "gizi", "kizi", "kyzy"))
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziiklmnoprstufhcie", strict=True)),
        **{"ж": "j", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ь": "", "ю": "iu", "я": "ia", "ё": "e", "і": "i"},
    }
)
_WRITTEN_TOGETHER = (("dzh", "c"), ("sch", "s"), ("sh", "s"), ("ch", "c"), ("kh", "h"), ("gh", "g"), ("zh", "j"))
# Letters of one sound, as alphabets and clerks change them: Cavid and Javid, Xalid and Khalid, Ahmed and Ahmet.
_SOUNDS = str.maketrans({**dict(zip("xwjqptkeoy", "hvcgbdgaui", strict=True))})
_WORD = re.compile(r"[^\W_]+")
_VOWELS = re.compile("[aiu]")
_TWICE = re.compile(r"([^\W\d])\1+")


@lru_cache(maxsize=50_000)
def sound_of(word: str) -> str:
    """Return how a word of a name sounds, roughly, in a few Latin letters."""
    plain = word.translate(_CYRILLIC)
    for letters, sound in _WRITTEN_TOGETHER:
        plain = plain.replace(letters, sound)
    return _TWICE.sub(r"\1", plain.translate(_SOUNDS))


@lru_cache(maxsize=50_000)
def _bones(sound: str) -> str:
    """Return the consonants of a sound: what misspelling changes least."""
    return _TWICE.sub(r"\1", _VOWELS.sub("", sound)) or sound


class Name(NamedTuple):
    """A whole name: its words, and how they sound, both sorted; without those that only say whose child it is.

    keys: two similar names share one of them. Each is a whole word, and how another one begins or ends: one slip of the
    pen, wherever it is, leaves a key whole.
    """

    words: tuple[str, ...]
    sounds: tuple[str, ...]
    keys: tuple[str, ...]


@lru_cache(maxsize=50_000)
def name_of(whole: str) -> Name:
    """Return a name as it is compared."""
    words = [word for word in _WORD.findall(search_key(whole)) if word not in _PARTICLES]
    sounds = tuple(sorted(filter(None, map(sound_of, words))))
    return Name(tuple(sorted(words)), sounds, tuple(_keys(sounds)))


def _keys(sounds: tuple[str, ...]) -> set[str]:
    bones = [_bones(sound) for sound in sounds]
    keys = {" ".join(sounds)} if sounds else set()
    for word, other in permutations(bones, 2):
        keys |= {f"{word}|{other[0]}", f"{word}|.{other[-1]}"}
    return keys


ALIKE = 80
"""From how many of a hundred on two names are similar at all."""


def name_likeness(one: Name, other: Name) -> int:
    """Return how alike two names are: 100 the same letters, 97 the same sound, from ALIKE on similar; else 0."""
    mine, theirs = one.sounds, other.sounds
    if mine == theirs:
        return (100 if one.words == other.words else 97) if mine else 0
    # A slip of the pen is one in the letters or in the sound: an r lost between two vowels makes one vowel of two.
    return max(_nearly(mine, theirs), _nearly(one.words, other.words))


def _nearly(mine: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """Return how alike the words of two names are that are not the same."""
    fewer, more = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    if len(fewer) < 2:
        return 0
    rest, others = _left_over(fewer, more)
    if not rest:
        # A further name, or the father's, that one of the two leaves out.
        return 92
    slips = _slips(rest[0], others, len(fewer) == len(more)) if len(rest) == 1 else None
    if slips is None:
        return 0
    return 90 if slips == 1 else ALIKE


def _left_over(fewer: tuple[str, ...], more: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the words of each of two names that the other one has not, each counted once."""
    left = list(more)
    rest = []
    for word in fewer:
        if word in left:
            left.remove(word)
        else:
            rest.append(word)
    return rest, left


def _slips(word: str, others: list[str], alike: bool) -> int | None:
    """Return how many slips of the pen make `word` one of the others; None when it is another name.

    In a short name, one letter for another makes another name (Rəşad, Rəşid); a letter too few, too many or two
    that changed places does not.
    """
    best = None
    for other in others:
        distance, length = OSA.distance(word, other), min(len(word), len(other))
        swapped = sorted(word) == sorted(other)
        is_slip = distance == 1 and length >= 3 and (length >= 6 or len(word) != len(other) or swapped)
        if is_slip or (distance == 2 and length >= 8):
            best = distance if best is None else min(best, distance)
    return best if alike or best == 1 else None


# --- Companies

_LEGAL = frozenset(
    (
        *("mmc", "llc", "ltd", "asc", "qsc", "as", "sti", "san", "tic", "inc", "corp", "co", "gmbh", "ooo", "zao"),
        *("oao", "ojsc", "cjsc", "plc", "sarl", "ve", "the"),
    )
)


@lru_cache(maxsize=10_000)
def company_sounds(name: str) -> tuple[str, ...]:
    """Return what a company's name sounds like, without its legal form."""
    words = re.findall(r"\w+", search_key(name).replace(".", ""))
    return tuple(sorted(sound_of(word) for word in words if word not in _LEGAL)) or tuple(words)


@lru_cache(maxsize=50_000)
def is_company_alike(one: str, other: str) -> bool:
    """Tell whether two companies' names are one, but for their legal form and how they are spelled."""
    mine, theirs = company_sounds(one), company_sounds(other)
    if mine == theirs:
        return True
    # Contractor 10 is not Contractor 11.
    numbers = [[word for word in words if not word.isalpha()] for words in (mine, theirs)]
    return numbers[0] == numbers[1] and fuzz.ratio(" ".join(mine), " ".join(theirs)) >= 90


# --- Both together


def likeness(one: Described, other: Described) -> Likeness | None:
    """Return how alike two descriptions are, or None when nothing speaks for one person."""
    name = name_likeness(one.name, other.name)
    by_badge = _by_badge(one, other, name)
    if by_badge is not None or not name:
        return by_badge
    if one.company_id is not None and one.company_id == other.company_id:
        return _by_name(name, _("the same company"), 0)
    if is_company_alike(one.company, other.company):
        return _by_name(name, _("a similar company"), 10)
    return None


def _by_badge(one: Described, other: Described, name: int) -> Likeness | None:
    if one.letters and one.letters == other.letters:
        same = _("the same badge") if one.badge == other.badge else _("the same badge, written otherwise")
        if name:
            return _told(Band.VERY_LIKELY, 99, same, _name_words(name))
        return _told(Band.POSSIBLE, 60, same, _("another name"))
    if name and one.stem and one.stem == other.stem:
        return _told(Band.LIKELY, 95, _("the same badge but for leading zeros"), _name_words(name))
    return None


def _by_name(name: int, company: str, less: int) -> Likeness | None:
    score = name - 10 - less
    band = Band.LIKELY if name >= 92 and not less else Band.POSSIBLE
    # Two doubts at once are no proposal.
    return _told(band, score, _name_words(name), company) if name >= 92 or not less else None


def _told(band: Band, score: int, *why: str) -> Likeness:
    words = ", ".join(why)
    return Likeness(band, score, words[:1].upper() + words[1:])


def _name_words(name: int) -> str:
    if name == 100:
        return _("the same name")
    if name == 97:
        return _("the same name, spelled otherwise")
    return _("the same name and a further one") if name == 92 else _("a similar name")


def company_keys(names: Iterable[str]) -> dict[str, str]:
    """Return a key for each company's name, the same one for names that are alike."""
    leaders: list[str] = []
    keys: dict[str, str] = {}
    for name in sorted(set(names)):
        leader = next((one for one in leaders if is_company_alike(one, name)), None)
        if leader is None:
            leaders.append(name)
        keys[name] = leader or name
    return keys
