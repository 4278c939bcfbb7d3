"""Who may be the same person: for a form, for all rows of an import at once, and among everybody on the site.

People are read in a few statements and compared here, but only those who share a key (`likeness.Name.keys`, a badge):
the work grows with the people, not with their pairs. Nothing is stored for it that could be out of date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from django.db.models import Q

from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.language import _
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_admin
from titan.personnel.likeness import Band, Described, badge_letters, badge_stem, company_keys, likeness
from titan.personnel.models import Company, Worker
from titan.personnel.queries.distinct import distinct_pairs
from titan.personnel.queries.merged import end_of

MOST_OF_ONE_KEY = 60
"""More people than this who share a key have a frequent name in common and nothing else: the key says nothing."""

_BADGES, _COLUMNS = (
    ("pk", "employee_id", "merged_into_id"),
    ("pk", "employee_id", "first_name", "last_name", "company_id"),
)


@dataclass(frozen=True)
class Match:
    """Somebody on the site who may be the person that was described, and why."""

    worker_id: int
    band: Band
    score: int
    reason: str


@dataclass(frozen=True)
class Proposal:
    """Two workers who may be one person (the lower number first), and why."""

    one_id: int
    other_id: int
    band: Band
    score: int
    reason: str


Blocks = dict[tuple[str, str], list[int]]
"""The numbers of people by the keys that they share with others: of badges, and of names within alike companies."""


def _blocks(people: Iterable[tuple[int, Described]], companies: Mapping[str, str]) -> Blocks:
    found: Blocks = defaultdict(list)
    for number, one in people:
        if one.letters:
            found["badge", one.stem].append(number)
        company = companies[one.company]
        for key in one.name.keys:
            found[company, key].append(number)
    return found


def similar_to(people: Sequence[Described], *, by: Actor, but: Iterable[int] = ()) -> list[list[Match]]:
    """Return, for each of `people`, who on the site may be the same person, the likeliest first; three statements.

    For one or for thousands. A badge of a row that was merged finds whoever stays. but: workers left out. Raises
    Forbidden unless an admin.
    """
    need_admin(by)
    return matches_of(people, but=but)


def matches_of(people: Sequence[Described], *, but: Iterable[int] = ()) -> list[list[Match]]:
    """Return what `similar_to` does, for whoever looked already who asks."""
    left_out, named = {*but}, dict(Company.objects.values_list("pk", "name"))
    companies = company_keys([*named.values(), *(one.company for one in people)])
    badges = list(Worker.objects.filter(anonymised_at=None).values_list(*_BADGES))
    asked = _blocks(enumerate(people), companies)
    alike = {companies[one.company] for one in people}
    near = [pk for pk, name in named.items() if companies[name] in alike]
    same = [pk for pk, badge, _into in badges if ("badge", badge_stem(badge_letters(badge))) in asked]
    known = _people(Q(company_id__in=id_set(near)) | Q(pk__in=id_set(same)), named)
    there = _blocks(known.items(), companies)
    pairs = {
        pair
        for block, numbers in asked.items()
        if len(numbers) * len(there.get(block, ())) <= MOST_OF_ONE_KEY**2
        for pair in product(numbers, there.get(block, ()))
    }
    found: list[dict[int, Match]] = [{} for _one in people]
    for number, pk in pairs:
        like = likeness(people[number], known[pk]) if pk not in left_out else None
        if like:
            found[number][pk] = Match(pk, like.band, like.score, like.reason)
    old = _old_badges(badges)
    for number, one in enumerate(people):
        now = old.get(one.letters)
        if now is not None and now not in left_out:
            found[number][now] = Match(now, Band.VERY_LIKELY, 100, _("An earlier badge of this worker"))
    return [sorted(one.values(), key=lambda match: (-match.score, match.worker_id)) for one in found]


def duplicates(
    *, by: Actor, worker_id: int | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Proposal]:
    """Return pairs of workers who may be one person, the likeliest first, a page at a time; three statements.

    Without those of whom somebody said that they are not. worker_id: only pairs that this worker is one of. Raises
    Forbidden unless an admin.
    """
    need_admin(by)
    after = tuple(decode_cursor(cursor, int, int, int)) if cursor else (-101, 0, 0)
    found = sorted(_proposals(worker_id), key=_place)
    rest = [one for one in found if _place(one) > after]
    more = encode_cursor(*_place(rest[limit - 1])) if len(rest) > limit else None
    return Page(rest[:limit], more, None if cursor else len(found))


def _place(one: Proposal) -> tuple[int, int, int]:
    return -one.score, one.one_id, one.other_id


def _proposals(worker_id: int | None) -> Iterator[Proposal]:
    named = dict(Company.objects.values_list("pk", "name"))
    known = _people(Q(), named)
    pairs = _pairs(_blocks(known.items(), company_keys(named.values())), worker_id)
    for low, high in pairs - distinct_pairs():
        like = likeness(known[low], known[high])
        if like:
            yield Proposal(low, high, like.band, like.score, like.reason)


def _pairs(blocks: Blocks, worker_id: int | None) -> set[tuple[int, int]]:
    """Return the pairs who share a key, the lower number first; of one worker alone, or of everybody."""
    pairs: set[tuple[int, int]] = set()
    for numbers in blocks.values():
        if len(numbers) > MOST_OF_ONE_KEY:
            continue
        if worker_id is None:
            pairs.update(combinations(sorted(numbers), 2))
        elif worker_id in numbers:
            pairs.update((min(pk, worker_id), max(pk, worker_id)) for pk in numbers if pk != worker_id)
    return pairs


def _people(which: Q, named: Mapping[int, str]) -> dict[int, Described]:
    """Return those of whom rows stand and who can be named; one statement. named: companies by number."""
    rows = Worker.objects.filter(which, anonymised_at=None, merged_into=None).values_list(*_COLUMNS)
    return {pk: Described(badge, first, last, company, named[company]) for pk, badge, first, last, company in rows}


def _old_badges(badges: Iterable[tuple[int, str, int | None]]) -> dict[str, int]:
    """Return who has the badges of rows that were merged now, by their letters."""
    known = list(badges)
    into = {pk: to for pk, _badge, to in known if to is not None}
    return {badge_letters(badge): end_of(pk, into) for pk, badge, _to in known if pk in into}
