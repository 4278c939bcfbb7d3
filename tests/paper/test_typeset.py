"""Papers: every script, nothing that people write is markup, the same input gives the same bytes."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paper.reading import archival_faults, codes, fonts, page_count, picture, standard, texts
from titan.paper import typeset as typesetting
from titan.paper.glyphs import MISSING, covered, families, printable
from titan.paper.qr import qr_svg
from titan.paper.typeset import typeset

TEMPLATE = """#import "common.typ": *
#show: paper.with(title: data.name, language: "en")
#heading(data.name)
#for row in data.at("rows", default: ()) [#own(row) #parbreak()]
#if "qr" in data { image("pictures/" + data.qr, width: 40mm) }
"""


@pytest.fixture(autouse=True)
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of templates with one of the tests' own, called `probe`."""
    common = (typesetting.TEMPLATES / "common.typ").read_bytes()
    (tmp_path / "common.typ").write_bytes(common)
    (tmp_path / "probe.typ").write_text(TEMPLATE)
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)
    typesetting._sources.cache_clear()
    yield tmp_path
    typesetting._sources.cache_clear()


def test_it_is_a_pdf_for_the_archive_with_its_fonts_inside() -> None:
    pdf = typeset("probe", {"name": "Rəşad علي"})
    assert standard(pdf) == ("2", "B")
    held = fonts(pdf)
    assert held
    assert all(inside for _name, inside in held)
    assert {name.partition("-")[0] for name, _inside in held} == {"NotoSans", "NotoSansArabic"}


def test_what_breaks_the_standard_is_found() -> None:
    with pikepdf.open(io.BytesIO(typeset("probe", {"name": "x"}))) as document:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
        del document.Root.OutputIntents
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor":
                del one[next(name for name in one if name.startswith("/FontFile"))]
        spoilt = io.BytesIO()
        document.save(spoilt, encryption=pikepdf.Encryption(owner="a", user=""))
    found = " ".join(archival_faults(spoilt.getvalue()))
    for rule in ("6.1.3", "6.2.3", "6.6.2", "6.2.11.4", "/JS is forbidden", "/JavaScript is forbidden"):
        assert rule in found, rule


@pytest.mark.parametrize(
    "text",
    [
        "Rəşad Əliyev Çələbi ğüşıöİ",
        "Борис Ёлкин Ґ Қ Ө",
        "Ελένη Παπαδοπούλου",
        "Nguyễn Thị Ánh",
        "Žofie Łukasz Þór Ðað",
        "O’Brien – “Quoted” … 50 % € ₼ №",
    ],
)
def test_letters_come_out_as_they_are(text: str) -> None:
    (shown,) = texts(typeset("probe", {"name": text}))
    assert unicodedata.normalize("NFC", shown) == text


def test_arabic_is_joined_and_runs_from_right_to_left() -> None:
    def ink(text: str) -> Any:
        dark = picture(typeset("probe", {"name": text})).convert("L").point(lambda value: 255 * (value < 128))
        return dark.crop(dark.getbbox())

    assert ink("محمد").tobytes() != ink("\u200c".join("محمد")).tobytes()
    # An alef is tall and a ba is flat: the alef, which comes first, stands on the right.
    shape = ink("اب")
    left, _top, right, _bottom = shape.crop((0, 0, shape.width, shape.height // 3)).getbbox()
    assert (left + right) / 2 > shape.width / 2


def test_marks_that_combine_are_composed() -> None:
    (shown,) = texts(typeset("probe", {"name": "Re\u0301my A\u0308sa"}))
    assert shown == "Rémy Äsa"


@pytest.mark.parametrize(
    "text",
    [
        '#image("x")',
        '#read("/etc/passwd")',
        "*bold* _slanted_ `raw` $x^2$",
        "= Heading",
        "// comment /* block",
        "@reference <label>",
        r"\#panic() \u{41}",
        "[#set page(width: 1pt)]",
        '"; panic()',
        "${name} {{ name }} %s {0}",
        "- list + list / term: x",
    ],
)
def test_what_people_write_is_text(text: str) -> None:
    (shown,) = texts(typeset("probe", {"name": text, "rows": [text]}))
    assert shown == f"{text} {text}"


def test_what_no_font_has_is_marked_and_breaks_nothing() -> None:
    pdf = typeset("probe", {"name": "李雷 \U0001f642 \ue000 \x07\ud800 Ali"})
    assert standard(pdf) == ("2", "B")
    assert texts(pdf)[0].endswith("Ali")
    assert printable("李 a\x07b \ud800") == f"{MISSING} a b {MISSING}"


def test_a_text_does_not_turn_what_follows_it() -> None:
    assert printable("Ali\u202e2026\u2067x") == "Ali2026x"
    (shown,) = texts(typeset("probe", {"name": "Ali\u202e", "rows": ["until 2026"]}))
    assert "until 2026" in shown


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_can_be_printed(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert all(ord(one) in covered() or one == "\n" or unicodedata.category(one)[0] in "CZ" for one in once)


def test_hard_texts_make_papers() -> None:
    rows = [chr(code) * 3 for code in (0x34F, 0xAD, 0x200D, 0x2028, 0xFEFF, 0x1F1E6, 0xE0041, 0xFFFF, 0x10FFFF, 0x0300)]
    assert page_count(typeset("probe", {"name": "x", "rows": rows})) == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    given_data = {"name": "Rəşad", "rows": ["a", "b"], "qr": "qr.svg"}
    pictures = {"qr.svg": qr_svg("https://titan.example/c/x")}
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    first = typeset("probe", given_data, pictures=pictures, at=at)
    with ThreadPoolExecutor(4) as threads:
        again = list(threads.map(lambda _n: typeset("probe", given_data, pictures=pictures, at=at), range(8)))
    assert set(again) == {first}
    assert typeset("probe", given_data, pictures=pictures) != first


def test_values_of_every_kind() -> None:
    rows = {"name": "x", "rows": ["a"], "more": {"n": 1, "f": 1.5, "t": True, "none": None, "day": date(2026, 11, 22)}}
    assert page_count(typeset("probe", rows)) == 1
    with pytest.raises(ValueError, match="cannot print object"):
        typeset("probe", {"name": object()})


@pytest.mark.parametrize("name", ["../probe", "nothing", "probe.typ", "", "Probe", "a/b"])
def test_only_our_own_templates(name: str) -> None:
    with pytest.raises(ValueError, match="template"):
        typeset(name, {})


@pytest.mark.parametrize("name", ["../x.svg", "common.typ", "x.html", "a/b.png", ""])
def test_only_pictures_are_pictures(name: str) -> None:
    with pytest.raises(ValueError, match="picture"):
        typeset("probe", {"name": "x"}, pictures={name: b""})


def test_a_code_is_read_off_the_page() -> None:
    address = "https://titan.example/c/abcdefghijklmnopqrstuvwxyz"
    pdf = typeset("probe", {"name": "x", "qr": "a.svg"}, pictures={"a.svg": qr_svg(address)})
    assert codes(pdf) == [address]


def test_a_template_opens_no_file_of_the_machine(templates: Path) -> None:
    secret = templates / "secret.txt"
    secret.write_text("secret")
    for number, place in enumerate(["secret.txt", str(secret), "../secret.txt", "/etc/passwd"]):
        (templates / f"reader{number}.typ").write_text(f"#read({place!r})".replace("'", '"'))
        typesetting._sources.cache_clear()
        with pytest.raises(RuntimeError):
            typeset(f"reader{number}", {})


def test_the_fonts_are_those_of_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert families()[:2] == ("Noto Sans", "Noto Sans Arabic")
    assert all(ord(letter) in covered() for letter in "AzЯəşğıİعгगु�")
    assert ord("李") not in covered()


def test_our_templates_are_there() -> None:
    names: Any = {path.name for path in (Path(typesetting.__file__).parent / "templates").glob("*.typ")}
    assert {"common.typ", "certificate.typ"} <= names
