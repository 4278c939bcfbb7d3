"""The demo site: a synthetic gas terminal project, its people, courses and training register."""

from pathlib import Path

SITE = Path(__file__).resolve().parent / "site"
