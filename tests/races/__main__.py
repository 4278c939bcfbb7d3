"""A process that races."""

from tests.races.racer import main

main()
