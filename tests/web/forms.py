"""The forms of a page as a browser sees them: what it would send if somebody pressed the button now."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Sent = dict[str, str | list[str]]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self._fields: list[tuple[str, str]] | None = None
        self._select = self._area = ""
        self._options: list[tuple[str, bool]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self.forms.setdefault(given.get("action", ""), [])
        elif self._fields is None:
            return
        elif tag == "input" and given.get("name"):
            ticks = given.get("type") in {"checkbox", "radio"}
            if (not ticks or "checked" in given) and given.get("type") != "file":
                self._fields.append((given["name"], given.get("value", "on" if ticks else "")))
        elif tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self._area, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._fields is None:
            return
        if tag == "select" and self._options:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self._fields.append((self._select, chosen[-1]))
        elif tag == "textarea" and self._area:
            self._fields.append((self._area, self._text))
            self._area = ""
        elif tag == "form":
            self._fields = None


def form_in(page: str, action: str) -> Sent:
    """Return the fields of the form that is sent to `action`, each with its value or values."""
    reader = _Forms()
    reader.feed(page)
    found: dict[str, Any] = {}
    for name, value in reader.forms[action]:
        if name == "csrfmiddlewaretoken":
            continue
        found[name] = (
            [*([found[name]] if isinstance(found[name], str) else found[name]), value] if name in found else value
        )
    return found
