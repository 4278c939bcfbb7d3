"""Papers in one language or in two, in any language that has a catalogue, and with no word that has none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir

from tests import cast
from tests.paper.reading import standard, texts
from tests.training.acting import ADMIN, AT, PASSED, held, scheduled, settle
from titan.core import settings as site_settings
from titan.core.actor import Role
from titan.core.errors import Invalid
from titan.core.settings import Site
from titan.ledger.commands.sign import sign_head
from titan.ledger.queries.checkpoints import newest_checkpoint
from titan.packs.cover import cover
from titan.packs.entries import Told
from titan.packs.scope import About, Scope
from titan.paper import typeset as typesetting
from titan.paper.attendance import attendance_pdf
from titan.paper.certificates import certificates_pdf, records_to_certify
from titan.paper.languages import in_each, once, paper_languages
from titan.records.commands import certify
from titan.training.commands import finalize_session
from tools.catalogues import KEYWORDS, ROOT, Words, as_mo

WITH_WORDS = ("core", "paper", "packs", "records", "compliance", "training")


@pytest.mark.parametrize(
    ("asked", "of_site", "chosen"),
    [
        ("", (), ("tr",)),
        ("", ("en", "tr"), ("en", "tr")),
        ("en", ("en", "tr"), ("en",)),
        ("tr,en", (), ("tr", "en")),
        (" EN , tr ", ("tr",), ("en", "tr")),
    ],
)
def test_asked_before_the_site_before_the_reader(asked: str, of_site: Any, chosen: Any) -> None:
    assert paper_languages(asked, site=Site(paper_languages=of_site), reader="tr") == chosen


@pytest.mark.parametrize("asked", ["az", "en,en", "en,tr,en", "en,<b>", "x" * 500])
def test_what_papers_cannot_be_written_in(asked: str) -> None:
    with pytest.raises(Invalid) as caught:
        paper_languages(asked, site=Site(), reader="en")
    assert {error.field for error in caught.value.errors} == {"languages"}


def test_a_reader_without_a_catalogue_reads_english() -> None:
    assert paper_languages("", site=Site(), reader="az") == ("az",)
    assert in_each(("az", "tr"), lambda language: language) == ["az", "tr"]
    assert once(["First Aid", "", "First Aid"]) == ["First Aid"]


@pytest.fixture
def papers(site: Any) -> Any:
    """What makes every paper that Titan has, in given languages; each with the data on it, which is nobody's words."""
    course = cast.make_course(code="HSE-014", title={"en": "Kursus", "tr": "Kursus", "az": "Kursus"})
    trainer = cast.make_trainer(course, first_name="Ravi", last_name="Iyer")
    venue, company = cast.make_venue(name="Zal"), cast.make_company(name="Firma")
    workers = [cast.make_worker(first_name="Hari", last_name="Gurung", company=company) for _ in range(2)]
    user = cast.make_user(name="Leyla")
    done = held(course, {one: {**PASSED, "score": 92} for one in workers}, trainer=trainer, venue=venue)
    coming = scheduled(course, trainer=trainer, venue=venue, workers=workers, title="Qrup")
    settle()
    finalize_session(done.pk, by=ADMIN, at=AT)
    sign_head()
    records = records_to_certify(done.pk, by=ADMIN)
    certify(records, by=ADMIN, at=AT)
    site_settings.update_settings({"name": "Sahə"}, by=cast.actor(Role.SUPER_ADMIN), at=AT)

    def made(languages: tuple[str, ...]) -> dict[str, bytes]:
        signed = newest_checkpoint()
        assert signed is not None
        told = Told()
        values = {"evidence": 2, "withheld": 1, "made_by": "Leyla", "languages": languages, "at": AT}
        of_whom = {
            "worker": Scope(About.WORKER, workers[0].pk),
            "session": Scope(About.SESSION, done.pk),
            "company": Scope(About.COMPANY, company.pk, AT.date(), AT.date()),
            "period": Scope(About.PERIOD, 0, AT.date(), AT.date()),
        }
        by = cast.actor_of(user)
        return {
            "certificates": certificates_pdf(records, site_url="https://t.example", languages=languages),
            "attendance": attendance_pdf(coming.pk, link="https://t.example/7", languages=languages, by=by, at=AT),
            **{name: cover(scope, told, signed, **values) for name, scope in of_whom.items()},
        }

    return made


def test_every_paper_in_two_languages(papers: Any) -> None:
    """Each says what it says alone in either language; in one file for the archive, and the same each time."""
    both, again = papers(("en", "tr")), papers(("en", "tr"))
    alone = {language: papers((language,)) for language in ("en", "tr")}
    assert both == again
    for name, pdf in both.items():
        assert standard(pdf) == ("2", "B"), name
        words = set(_words(pdf))
        for language, said in alone.items():
            missing = set(_words(said[name])) - words
            # How many pages there are, how numbers are grouped, and where a line is broken may differ.
            assert {one for one in missing if not re.search(r"\d|^\W*$", one)} <= set(), (name, language, missing)


def _words(pdf: bytes) -> list[str]:
    return re.sub("[\u2060\u2068\u2069]", "", " ".join(texts(pdf))).split()


@pytest.fixture
def azerbaijani(tmp_path: Path, settings: Any) -> None:
    """A third language by its catalogue alone: each message is said between ‹ and ›, with its values inside."""
    words = Words("az")
    for part in WITH_WORDS:
        for _name, _line, message, _comments, context in extract_from_dir(
            ROOT / part, [("**.py", "python")], keywords=KEYWORDS, comment_tags=()
        ):
            forms = (message,) if isinstance(message, str) else message
            said = tuple(f"‹{form}›" for form in forms)
            words.add(message, said[0] if isinstance(message, str) else said, context=context)
    folder = tmp_path / "az" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(as_mo(words))
    settings.LANGUAGES = [("en", "English"), ("az", "Azərbaycanca")]
    settings.LOCALE_PATHS = [tmp_path]


# Names, codes, days, and what they stand between; all in the words of the data above, in no word of ours.
DATA = re.compile(
    r"""[\d#.,:;·/–-]+ | HSE-014[,:]? | (W|TC|TS)-[\d-]+ | Kursus | Hari|Gurung | Firma | Ravi|Iyer | Zal | Qrup
    | Leyla | Sahə | \(?Asia/Baku\)? | [Nn]oyabr|[Nn]oy\.? | Baz|B\.e | https://\S+ | [0-9a-f]{4,}
    | titan-[0-9a-f]+/\d+ | [a-z2-7]{26}""",
    re.VERBOSE,
)


def test_a_third_language_comes_by_its_catalogue_alone(azerbaijani: None, papers: Any) -> None:
    """Whatever stands on a paper outside of ‹ and › is a name, a number or a day: no word of ours stays English."""
    for name, pdf in papers(("az",)).items():
        text = " ".join(_words(pdf))
        assert "‹" in text, name
        bare = text
        while (shorter := re.sub(r"‹[^‹›]*›", " ", bare)) != bare:
            bare = shorter
        left = [word for word in bare.split() if not DATA.fullmatch(word)]
        assert left == [], (name, left)


def test_templates_have_no_words_of_their_own() -> None:
    """What stands in a template's strings or in its text is a name, a unit or a sign; words come as data."""
    for path in sorted(typesetting.TEMPLATES.glob("*.typ")):
        source = re.sub(r"//[^\n]*", "", path.read_text("utf-8").replace("://", ""))
        strings = re.findall(r'"((?:[^"\\]|\\.)*)"', source)
        words = {
            one for one in strings if re.search(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}", one) and not one.startswith("<svg")
        }
        assert words == set(), path.name
        shown = [one for one in re.findall(r"\[([^\[\]]*)\]", source) if re.search(r"(?<![#.\w-])[A-Za-z]{3,}", one)]
        assert [one for one in shown if not re.search(r"#|\(", one)] == [], path.name
