"""Sites and changes made up at random; a seed says what fills them."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from tests.compliance.worlds.specs import DAYS, KINDS, Asked, Change, Longer, Outcome, Passed, Person, SiteSpec, Waits


def sites(*, reach: int = 60) -> st.SearchStrategy[SiteSpec]:
    """Draw a site; expiries and due days lie mostly within `reach` days of its day.

    Hypothesis draws the sizes, and shrinks them; what fills them comes from a seed. Left to itself it draws
    sites on which nothing is asked of anybody, and there every engine is right.
    """
    return st.builds(
        random_site,
        seed=st.integers(0, 2**32),
        reach=st.just(reach),
        people=st.integers(2, 5),
        courses=st.integers(1, 4),
        roles=st.integers(1, 3),
        areas=st.integers(1, 5),
        asked=st.integers(3, 10),
        records=st.integers(4, 16),
        competencies=st.integers(0, 4),
        extensions=st.integers(0, 4),
    )


def random_site(
    *,
    seed: int,
    reach: int,
    people: int,
    courses: int,
    roles: int,
    areas: int,
    asked: int,
    records: int,
    competencies: int,
    extensions: int,
) -> SiteSpec:
    """Make up a site of this size; a smaller one of the same seed is the beginning of it."""

    def dice(part: str) -> Random:
        return Random(f"{seed} {part}")

    basics = dice("basics")
    day = basics.choice(DAYS)
    warning = basics.choice((0, 1, 7, 30, 365, basics.randint(0, reach)))
    parts = ("tree", "wishes", "lives", "proofs", "waits", "longer")
    tree, wishes, lives, proofs, waits, longer = map(dice, parts)
    parents = tuple(tree.choice((None, *range(number), *range(number))) for number in range(areas))
    holders = [("role", number) for number in range(roles)] + [("area", number) for number in range(areas)]
    wanted: dict[tuple[object, ...], Asked] = {}
    for number in range(asked if holders else 0):
        one = _asked(wishes, holders, courses, reach)
        key = (number,) if one.ended else (one.of, one.holder, one.course)
        wanted.setdefault(key, one)
    return SiteSpec(
        day,
        warning,
        courses,
        roles,
        parents,
        tuple(wanted.values()),
        tuple(_person(lives, roles, areas, reach) for _ in range(people)),
        tuple(_proof(proofs, people, courses, warning, reach) for _ in range(records)),
        tuple(_waits(waits, people, courses) for _ in range(competencies)),
        tuple(_longer(longer, courses, warning, reach) for _ in range(extensions)),
    )


def _asked(dice: Random, holders: list[tuple[str, int]], courses: int, reach: int) -> Asked:
    of, holder = dice.choice(holders)
    grace = dice.choice((None, dice.randint(1, reach), dice.randint(1, reach)))
    course = dice.randrange(courses)
    return Asked("role" if of == "role" else "area", holder, course, grace, ended=dice.random() < 0.15)


def _person(dice: Random, roles: int, areas: int, reach: int) -> Person:
    status = dice.choice(("ACTIVE",) * 6 + ("INACTIVE", "BLACKLISTED"))
    role = (dice.randrange(roles), dice.randint(-reach, 5)) if roles and dice.random() < 0.8 else None
    held = dice.sample(range(areas), min(areas, dice.choice((0, 1, 1, 2, 3))))
    former = dice.sample(range(areas), min(areas, dice.randint(0, 1)))
    return Person(
        status,
        role,
        tuple((area, dice.randint(-reach, 5)) for area in held),
        tuple((area, dice.randint(-reach, 5)) for area in former),
    )


def _proof(dice: Random, people: int, courses: int, warning: int, reach: int) -> Passed:
    edges = (-1, 0, 1, warning - 1, warning, warning + 1)
    expires = dice.choice((None, dice.choice(edges), dice.randint(-reach, reach), dice.randint(0, reach + warning)))
    return Passed(
        worker=dice.randrange(people),
        course=dice.randrange(courses),
        completed=dice.choice((-1, 0, dice.randint(-400, 0))),
        expires=expires,
        result="FAILED" if dice.random() < 0.15 else "PASSED",
        revoked=dice.random() < 0.15,
    )


def _waits(dice: Random, people: int, courses: int) -> Waits:
    outcomes: tuple[Outcome, ...] = ("PENDING", "PENDING", "WITHDRAWN", "COMPETENT", "NOT_COMPETENT")
    return Waits(dice.randrange(people), dice.randrange(courses), dice.randint(-10, 0), dice.choice(outcomes))


def _longer(dice: Random, courses: int, warning: int, reach: int) -> Longer:
    first = dice.randint(-reach, reach)
    edges = (-1, 0, 1, warning, warning + 1)
    until = dice.choice((dice.choice(edges), dice.randint(-reach, 2 * reach), dice.randint(0, reach + warning)))
    return Longer(dice.randrange(courses), first, first + dice.randint(0, reach), until, dice.random() < 0.25)


def changes(most: int = 6) -> st.SearchStrategy[list[Change]]:
    """Draw one or more things that happen."""
    return st.builds(random_changes, seed=st.integers(0, 2**32), number=st.integers(1, most))


def random_changes(*, seed: int, number: int) -> list[Change]:
    dice = Random(seed)

    def pick() -> int:
        return dice.choice((dice.randint(20, 45), dice.randint(0, 400)))

    return [Change(dice.choice(KINDS), pick(), pick(), pick(), pick()) for _ in range(number)]
