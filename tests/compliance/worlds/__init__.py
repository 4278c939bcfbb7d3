"""Small sites for the compliance tests, written with plain ORM so that any state can be made.

`World` builds by hand, one thing at a time. `sites()` draws a random `SiteSpec` of plain values and
`build` writes it in few statements. `changes()` draws what may happen afterwards; `World.apply` does it
and says whose verdicts it touches.
"""

from __future__ import annotations

from tests.compliance.worlds.building import build, thrown_away
from tests.compliance.worlds.random_sites import changes, sites
from tests.compliance.worlds.site import noon
from tests.compliance.worlds.specs import DAYS, Change, Longer, SiteSpec
from tests.compliance.worlds.world import Workers, World

__all__ = [
    "DAYS",
    "Change",
    "Longer",
    "SiteSpec",
    "Workers",
    "World",
    "build",
    "changes",
    "noon",
    "sites",
    "thrown_away",
]
