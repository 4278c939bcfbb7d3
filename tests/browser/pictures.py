"""`make pictures`: every screen in both themes at three widths, what people print as pages, and an index of all.

python -m tests.browser.pictures [--into FOLDER] [--only WORDS] [--width N] [--theme light|dark]
"""

from __future__ import annotations

import argparse
import html
import sys
import time
from pathlib import Path
from typing import Literal

import pypdfium2
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.chromium import launched
from tests.browser.screens import DESK, SCREENS, SIZES, TOUCHED, Screen, go, window
from tests.browser.showroom import Showroom, showroom

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
FOLDER = Path(__file__).parents[2] / "var" / "pictures"
PRINT = "print"


def main() -> None:
    """Take the pictures that the options ask for."""
    options = _options()
    home = Path(options.home) if options.home else None
    wanted = [screen for screen in SCREENS if not options.only or any(one in screen.name for one in options.only)]
    into = Path(options.into)
    into.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    print("Making the demo site; this takes half a minute.", flush=True)
    with showroom(home) as room, sync_playwright() as playwright:
        browsers = {touch: launched(playwright, touch=touch) for touch in (False, True)}
        studio = Studio(browsers, room, into, options.width, options.theme)
        for number, screen in enumerate(wanted, start=1):
            studio.take(screen)
            if number % 10 == 0 or number == len(wanted):
                print(f"{number} of {len(wanted)} screens, {time.monotonic() - begin:.0f} s", flush=True)
        for browser in browsers.values():
            browser.close()
    _write_index(into)
    print(f"{len(studio.taken)} pictures: {into / 'index.html'}")
    if studio.failed:
        raise SystemExit(f"Could not be brought onto the screen: {', '.join(dict.fromkeys(studio.failed))}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Take a picture of every screen.")
    parser.add_argument("--into", default=FOLDER, help="the folder to write them to")
    parser.add_argument("--only", nargs="+", help="screens whose names contain one of these words")
    parser.add_argument("--width", nargs="+", type=int, choices=SIZES)
    parser.add_argument("--theme", nargs="+", choices=THEMES)
    parser.add_argument("--home", help="a folder that keeps the demo site for the next time")
    return parser.parse_args()


class Studio:
    """Takes pictures: `taken` are the files, `failed` the screens that could not be reached.

    browsers: the one with a mouse, and the one that is touched.
    """

    def __init__(
        self, browsers: dict[bool, Browser], room: Showroom, into: Path, widths: list[int], themes: list[Theme]
    ) -> None:
        self.browsers, self.room, self.into = browsers, room, into
        self.widths, self.themes = widths or list(SIZES), themes or list(THEMES)
        self.taken: list[Path] = []
        self.failed: list[str] = []

    def take(self, screen: Screen) -> None:
        """Take all pictures of a screen; it is loaded once for the desk and once for what is touched."""
        for touch, browser in self.browsers.items():
            wanted = [width for width in (TOUCHED if touch else (DESK,)) if width in self.widths]
            if not wanted:
                continue
            context = window(browser, self.room, screen.role, touch=touch)
            page = context.new_page()
            try:
                go(page, screen, self.room)
            except (Error, AssertionError) as error:
                print(f"{screen.name}: {str(error).splitlines()[0]}", file=sys.stderr)
                self.failed.append(screen.name)
            for width in wanted:
                self._shoot(page, screen, width)
            if DESK in wanted and screen.printed:
                self._print(page, screen)
            context.close()

    def _shoot(self, page: Page, screen: Screen, width: int) -> None:
        page.set_viewport_size(SIZES[width])
        # A dialog lies over what is in the window; of everything else the whole page is wanted.
        whole = not page.locator("dialog[open]").count()
        page.evaluate("scrollTo(0, 0)")
        for theme in self.themes:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=self._path(screen, f"{theme}-{width}"), full_page=whole, animations="disabled")

    def _print(self, page: Page, screen: Screen) -> None:
        """Take each page of paper; the screen is dark then, since paper is light whatever the screen is."""
        page.emulate_media(media="print")
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=False))
        for number, paper in enumerate(document, start=1):
            paper.render(scale=1.6).to_pil().save(self._path(screen, f"{PRINT}-{number:02}"))
        document.close()

    def _path(self, screen: Screen, look: str) -> Path:
        self.taken.append(self.into / f"{screen.name}-{look}.png")
        return self.taken[-1]


def _write_index(into: Path) -> None:
    names = [screen.name for screen in SCREENS if any(into.glob(f"{screen.name}-*.png"))]
    links = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in names)
    sections = "".join(_section(into, name) for name in names)
    (into / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Titan’s screens</title><style>"
        "body{font:14px system-ui;margin:0 1rem 4rem 16rem;background:#888}nav{position:fixed;inset:0 auto 0 0;"
        "inline-size:14rem;overflow:auto;background:#fff}ol{padding-inline-start:2.5rem}section{margin-block:1rem 3rem}"
        "div{display:flex;gap:1rem;align-items:start;overflow-x:auto}img{display:block;max-block-size:90vh}"
        f"figure{{margin:0;flex:none}}</style><nav><ol>{links}</ol></nav>{sections}",
        encoding="utf-8",
    )


def _section(into: Path, name: str) -> str:
    looks = [f"{theme}-{width}" for width in SIZES for theme in THEMES]
    looks += [path.stem.removeprefix(f"{name}-") for path in sorted(into.glob(f"{name}-{PRINT}-*.png"))]
    figures = "".join(
        f'<figure><figcaption>{look}</figcaption><a href="{name}-{look}.png">'
        f'<img loading="lazy" src="{name}-{look}.png" alt="{name}, {look}"></a></figure>'
        for look in looks
        if (into / f"{name}-{look}.png").exists()
    )
    return f'<section id="{name}"><h2>{html.escape(name)}</h2><div>{figures}</div></section>'


if __name__ == "__main__":
    main()
