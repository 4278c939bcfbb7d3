"""The catalogues of translation know every string that people see, and say it without losing a value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from titan.exchange.exports.audit_words import ACTIONS
from tools import catalogues
from tools.catalogues import ROOT, as_mo, as_po, languages, merged, po_file, read

MEND = "run: make messages"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[nst]\b|\{n\}")
# Which argument of each is a sentence for people, counted from 0.
SENTENCES = {
    "FieldError": 2,
    "invalid": 2,
    "Conflict": 1,
    "Forbidden": 0,
    "EvidenceUnavailable": 0,
    "SoftBlock": 1,
    "TooLarge": 1,
    "UnsupportedType": 1,
    "add": 2,
}
# What the English of a template may hold unmarked: names.
NAMES = {"Titan", "Titan API", "Titan · Titan", "SHA-256", "kB"}


def test_there_is_turkish() -> None:
    assert "tr" in languages()


@pytest.fixture(scope="module")
def marked() -> dict[str, Catalog]:
    return {language: merged(language) for language in languages()}


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_knows_exactly_what_is_marked(language: str, marked: dict[str, Catalog]) -> None:
    known = {message.id for message in read(language)}
    wanted = {message.id for message in marked[language]}
    assert known == wanted, f"new or changed strings: {MEND}"
    written, wanted_text = po_file(language).read_bytes(), as_po(marked[language])
    assert _without_places(written) == _without_places(wanted_text), f"the catalogue is in no good order: {MEND}"


@pytest.mark.parametrize("language", languages())
def test_the_compiled_catalogue_says_what_the_written_one_says(language: str, marked: dict[str, Catalog]) -> None:
    assert po_file(language).with_suffix(".mo").read_bytes() == as_mo(marked[language]), MEND


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_holds_no_date_and_no_place_of_a_machine(language: str) -> None:
    text = po_file(language).read_text("utf-8")
    assert "Date" not in text.partition("\n\n")[0]
    assert str(ROOT) not in text
    assert not re.search(r"^#: .*:\d", text, re.MULTILINE)


@pytest.mark.parametrize("language", languages())
def test_no_translation_loses_or_invents_a_value(language: str) -> None:
    for message, text in _translations(language):
        forms = (message.id,) if isinstance(message.id, str) else message.id
        wanted = [set(PLACEHOLDER.findall(form)) for form in forms]
        assert set(PLACEHOLDER.findall(text)) in wanted, (message.id, text)


@pytest.mark.parametrize("language", languages())
def test_no_translation_is_html_or_changes_the_space_around(language: str) -> None:
    for message, text in _translations(language):
        source = message.id if isinstance(message.id, str) else message.id[0]
        assert not re.search(r"<\w|&\w+;", source + text), text
        assert (text[:1].isspace(), text[-1:].isspace()) == (source[:1].isspace(), source[-1:].isspace()), text
        assert text.count("\n") == source.count("\n"), text


def test_what_is_untranslated_falls_back_to_english() -> None:
    words = Catalog("tr")
    words.add("One")
    words.add(("%(n)d thing", "%(n)d things"))
    told = as_mo(words)
    assert b"One" not in told
    assert b"thing" not in told


def test_a_message_that_became_plural_is_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = Catalog("tr"), Catalog()
    before.add("thing", "şey")
    before.add("gone", "gitti")
    now.add(("thing", "things"), None, [("b.py", 3), ("a.py", 1), ("a.py", 2)])
    monkeypatch.setattr(catalogues, "read", lambda language: before)
    monkeypatch.setattr(catalogues, "extracted", lambda: now)
    [made] = [message for message in merged("tr") if message.id]
    assert not catalogues.is_translated(made)
    assert [name for name, _line in made.locations] == ["a.py", "b.py"]


def test_below_the_pages_one_place_translates() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "django.utils.translation" in path.read_text("utf-8")
    }
    assert {name for name in users if not name.startswith("web/")} == {"core/language.py"}


def test_every_sentence_of_a_refusal_is_marked() -> None:
    found = [place for path in sorted(ROOT.rglob("*.py")) for place in _unmarked(path.relative_to(ROOT).as_posix())]
    assert found == [], "mark them with _() of titan.core.language"


def test_every_word_of_a_template_is_marked() -> None:
    bare = {}
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<kbd[^>]*>[^<]*</kbd>", "", path.read_text("utf-8"), flags=re.S)
        shown = re.findall(r">([^<>]*[^\W\d_]{2,}[^<>]*)<", text)
        shown += re.findall(r' (?:aria-label|title|placeholder|alt)="([^"]*[^\W\d_]{2,}[^"]*)"', text)
        words = {word.strip(" ,·\n") for word in shown if '="' not in word} - NAMES
        if words:
            bare[path.name] = words
    assert bare == {}


def test_every_action_of_the_audit_log_has_its_words() -> None:
    modules = [ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")]
    said = {action.replace("_", " ") for module in modules for action in _actions(module)}
    assert len(said) > 20
    assert said <= set(ACTIONS), "name the new action in exchange/exports/audit_words.py"


def _without_places(text: bytes) -> list[bytes]:
    """Leave out in which files a string stands: moving it changes no word."""
    return [line for line in text.splitlines() if not line.startswith(b"#:")]


def _actions(module: ast.Module) -> Iterator[str]:
    """Yield what `say` and `Said` are told happened, such as version_drafted."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"say", "Said"}:
            for text in ast.walk(node.args[0]) if node.args else ():
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and "." in text.value:
                    yield text.value.partition(".")[2]


def _translations(language: str) -> Iterator[tuple[Message, str]]:
    for message in read(language):
        if message.id and catalogues.is_translated(message):
            forms = [message.string] if isinstance(message.string, str) else message.string
            yield from ((message, form) for form in forms)


def _unmarked(name: str) -> Iterator[str]:
    # The API and the command line speak English.
    if name.startswith(("api/", "cli/", "exchange/", "demo/", "backup/")):
        return
    for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            place = SENTENCES.get(called)
            if place is not None and len(node.args) > place and any(map(_is_sentence, _leaves(node.args[place]))):
                yield f"{name}:{node.lineno}"


def _leaves(node: ast.expr) -> list[ast.expr]:
    return [*_leaves(node.body), *_leaves(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
