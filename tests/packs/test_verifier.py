"""The verifier of audit packs, against packs made by hand from docs/ledger-format.md."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import subprocess
import sys
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.packs.building import (
    KEY,
    LETTER,
    ORIGIN,
    PHOTO,
    SHEET,
    STRANGER,
    Ledger,
    Pack,
    Person,
    b64,
    canonical,
    evidence_line,
    good_pack,
    key_of,
    leaf_hash,
    note,
    path_of,
    record,
    root_of,
    vkey,
)
from titan.packs import verify

FILE = Path(verify.__file__)


class Said(NamedTuple):
    code: int
    out: str
    err: str


def run(path: Path, *options: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = verify.main([str(path), *options])
    assert "Traceback" not in err.getvalue()
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture
def pack() -> Pack:
    return good_pack()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "pack.zip"


@pytest.fixture(autouse=True)
def _no_warning_of_names_twice() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        yield


# --- A good pack


def test_a_good_pack_holds_and_says_what_was_checked(pack: Pack, target: Path) -> None:
    said = run(pack.write(target))
    assert said.err == ""
    assert said.code == 0
    digits = pack.ledger.root.hex()
    groups = " ".join((digits[:5], digits[5:10], digits[10:15], digits[15:20]))
    assert said.out.splitlines() == [
        f"Checkpoint: {ORIGIN}, {len(pack.ledger.leaves)} leaves, root {groups}",
        f"Signed by: {'+'.join(vkey().split('+')[:2])} (known from key.txt: compare it with yours)",
        "Entries: 12 of 12 lead to that root",
        "People: 2 shown, 0 merged; 2 entries of erased ones",
        "Evidence: 2 files checked, 2 withheld",
        "Sessions: 1 complete, 0 only in part in this pack",
        "Records: 4",
        "Records revoked: 1",
        "  record 11 (entry 3) by entry 10",
        "Records corrected: 1",
        "  record 12 (entry 4) by entry 13",
        "Records validity.extended: 0",
        "Records validity.withdrawn: 0",
        "The checkpoint says nothing of README.txt, cover.pdf, verify.py, or names and types of evidence.",
        "All of this holds.",
    ]


def test_an_unpacked_pack_checks_itself_without_anything_installed(pack: Pack, tmp_path: Path) -> None:
    for name, data in pack.contents():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(FILE.read_bytes() if name == "verify.py" else data)

    def alone() -> subprocess.CompletedProcess[str]:
        # -I and -S: neither what is installed nor what lies about can be imported.
        command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = alone()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("All of this holds.\n")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "README.txt").unlink()
    (tmp_path / "README.txt").symlink_to(tmp_path / "notes.txt")
    done = alone()
    assert done.returncode == 2
    assert "NOT AS IT SHOULD BE: 'README.txt/': a file that does not belong in a pack\n" in done.stderr
    assert done.stderr.endswith("CANNOT BE READ: 'not in the pack: README.txt'\n")


def test_it_is_short_and_needs_the_standard_library_alone() -> None:
    text = FILE.read_text()
    assert text.count("\n") < 300
    imported = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in imported if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_key_from_elsewhere_is_trusted_instead_of_key_txt(pack: Pack, target: Path) -> None:
    said = run(pack.write(target), "--key", vkey(STRANGER), "--key", vkey())
    assert said.code == 0
    assert "(known from --key)" in said.out


def test_any_key_of_key_txt_may_sign_and_strange_signatures_are_passed_over(pack: Pack, target: Path) -> None:
    pack.key_txt = vkey(STRANGER) + "\n" + vkey() + "\n"
    pack.checkpoint = note(len(pack.ledger.leaves), pack.ledger.root, keys=(Ed25519PrivateKey.generate(), KEY))
    assert run(pack.write(target)).code == 0


def test_a_kept_checkpoint_is_compared_when_it_can_be(pack: Pack, target: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    pack.write(target)
    size, root = len(pack.ledger.leaves), pack.ledger.root
    for data, code, words in (
        (note(size, root), 0, "Kept checkpoint: compared"),
        (note(size, b"r" * 32), 1, "the checkpoint that you kept has another root"),
        (note(size - 1, b"r" * 32), 0, "a pack alone cannot tell"),
        (note(size, b"r" * 32, origin=ORIGIN[:-1] + "2"), 0, "a pack alone cannot tell"),
        (b"not a checkpoint", 2, "CANNOT BE READ"),
    ):
        kept.write_bytes(data)
        said = run(target, "--checkpoint", str(kept))
        assert said.code == code
        assert words in said.out + said.err


def test_a_batch_that_is_not_wholly_there_is_no_fault_but_is_said(pack: Pack, target: Path) -> None:
    del pack.entries[1]
    pack.count()
    said = run(pack.write(target))
    assert said.code == 0
    assert "Sessions: 0 complete, 1 only in part" in said.out
    assert "Records: 3\n" in said.out


# --- Tampering: each kind is caught, and named


def cut_an_entry(pack: Pack) -> None:
    del pack.entries[3]


def cut_the_last_line_short(pack: Pack) -> None:
    pack.entries[-1] = canonical(pack.entries[-1])[:-20]


def swap_two_leaves(pack: Pack) -> None:
    one, other = pack.entries[0], pack.entries[1]
    one["leaf"], other["leaf"] = other["leaf"], one["leaf"]


def swap_two_numbers(pack: Pack) -> None:
    one, other = pack.entries[0], pack.entries[1]
    one["index"], other["index"] = other["index"], one["index"]


def change_a_byte_of_a_leaf(pack: Pack) -> None:
    leaf = base64.b64decode(pack.entries[0]["leaf"])
    pack.entries[0]["leaf"] = b64(leaf.replace(b'"score":90', b'"score":91'))


def longer_path(pack: Pack) -> None:
    pack.entries[2]["proof"].append(b64(b"h" * 32))


def shorter_path(pack: Pack) -> None:
    pack.entries[2]["proof"].pop()


def path_of_another_size(pack: Pack) -> None:
    pack.entries[2]["proof"] = [b64(hash) for hash in path_of(5, pack.ledger.hashes[:8])]


def hash_of_31_bytes(pack: Pack) -> None:
    pack.entries[2]["proof"][0] = b64(b"h" * 31)


def other_root(pack: Pack) -> None:
    pack.checkpoint = note(len(pack.ledger.leaves), b"r" * 32)
    pack.about["checkpoint"]["root"] = (b"r" * 32).hex()


def other_root_in_pack_json(pack: Pack) -> None:
    pack.about["checkpoint"]["root"] = (b"r" * 32).hex()


def replayed_checkpoint(pack: Pack) -> None:
    pack.checkpoint = note(len(pack.ledger.leaves) - 1, root_of(pack.ledger.hashes[:-1]))


def replayed_with_pack_json(pack: Pack) -> None:
    replayed_checkpoint(pack)
    root = root_of(pack.ledger.hashes[:-1]).hex()
    pack.about["checkpoint"] = {"origin": ORIGIN, "size": len(pack.ledger.leaves) - 1, "root": root}


def other_origin(pack: Pack) -> None:
    pack.checkpoint = note(len(pack.ledger.leaves), pack.ledger.root, origin="titan-00c0ffee1234/2")


def other_origin_in_pack_json(pack: Pack) -> None:
    pack.about["checkpoint"]["origin"] = "titan-00c0ffee1234/2"


def other_key(pack: Pack) -> None:
    pack.checkpoint = note(len(pack.ledger.leaves), pack.ledger.root, keys=(STRANGER,))


def unsigned(pack: Pack) -> None:
    pack.checkpoint = note(len(pack.ledger.leaves), pack.ledger.root, keys=())


def changed_after_signing(pack: Pack) -> None:
    signature = pack.checkpoint.split(b"\n\n")[1]
    pack.checkpoint = note(len(pack.ledger.leaves), b"r" * 32, keys=()) + signature


def signed_with_another_key_under_the_same_id(pack: Pack) -> None:
    text, line = pack.checkpoint.split(b"\n\n")
    start, name, signature = line.split()
    forged = base64.b64decode(signature)[:4] + STRANGER.sign(text + b"\n")
    pack.checkpoint = text + b"\n\n" + b" ".join((start, name, b64(forged).encode())) + b"\n"


def swapped_bytes_of_evidence(pack: Pack) -> None:
    one, other = list(pack.files)
    pack.files[one], pack.files[other] = pack.files[other], pack.files[one]


def evidence_with_more_at_its_end(pack: Pack) -> None:
    pack.files[next(iter(pack.files))] += b"\0"


def evidence_cut(pack: Pack) -> None:
    pack.files[next(iter(pack.files))] = SHEET[:-1]


def evidence_of_another_stated_size(pack: Pack) -> None:
    pack.evidence[0]["size"] += 1


def evidence_not_there(pack: Pack) -> None:
    pack.files.pop(pack.evidence[0]["file"])


def line_of_another_file(pack: Pack) -> None:
    pack.evidence[0]["file"] = pack.evidence[2]["file"]


def withheld_of_no_hash(pack: Pack) -> None:
    pack.evidence[3]["sha256"] = pack.evidence[3]["sha256"].upper()


def withheld_of_less_than_nothing(pack: Pack) -> None:
    pack.evidence[3]["size"] = -5


def one_more_key_in_a_line(pack: Pack) -> None:
    pack.evidence[3]["note"] = "more"


def one_more_key_in_an_entry(pack: Pack) -> None:
    pack.entries[0]["note"] = "more"


def file_of_another_name(pack: Pack) -> None:
    line = pack.evidence[0]
    line["file"] = "README.txt"
    pack.extra.append(("README.txt", SHEET))


def line_of_evidence_cut(pack: Pack) -> None:
    del pack.evidence[3]
    pack.count()


def part_without_a_line(pack: Pack) -> None:
    del pack.evidence[1]
    pack.count()


def evidence_line_twice(pack: Pack) -> None:
    pack.evidence.append(pack.evidence[1])
    pack.count()


def evidence_neither_there_nor_withheld(pack: Pack) -> None:
    pack.evidence[1]["withheld"] = None


def evidence_that_no_line_names(pack: Pack) -> None:
    pack.extra.append((evidence_line(b"more")["file"], b"more"))


def another_name(pack: Pack) -> None:
    pack.entries[0]["identity"]["name"] = "Vəli Məmmədov"


def another_badge(pack: Pack) -> None:
    pack.entries[1]["identity"]["employee_id"] = "B-1"


def another_persons_opening(pack: Pack) -> None:
    pack.entries[0]["identity"], pack.entries[0]["salt"] = pack.entries[1]["identity"], pack.entries[1]["salt"]


def one_more_key_in_an_identity(pack: Pack) -> None:
    pack.entries[0]["identity"]["title"] = "welder"


def another_salt(pack: Pack) -> None:
    pack.entries[0]["salt"] = "00" * 32


def half_an_opening(pack: Pack) -> None:
    pack.entries[0]["salt"] = None


def opening_of_a_leaf_about_nobody(pack: Pack) -> None:
    place = pack.entry("session.finalized")["place"]
    pack.entries[place].update({key: pack.entries[0][key] for key in ("salt", "identity")})


def other_texts(pack: Pack) -> None:
    pack.entries[0]["texts"]["remarks"] = "on time"


def texts_hidden(pack: Pack) -> None:
    pack.entries[0]["texts"] = None


def texts_made_up(pack: Pack) -> None:
    pack.entries[1]["texts"]["remarks"] = "made up"


def texts_without_an_opening(pack: Pack) -> None:
    pack.entries[2]["texts"] = {"provider": "", "remarks": "made up"}


def other_count_of_entries(pack: Pack) -> None:
    pack.about["counts"]["entries"] += 1


def other_count_of_evidence(pack: Pack) -> None:
    pack.about["counts"]["evidence"] += 1


def other_format(pack: Pack) -> None:
    pack.about["format"] = "titan-pack/2"


def entry_twice(pack: Pack) -> None:
    pack.entries.append(pack.entries[0])
    pack.count()


def extra_file(pack: Pack) -> None:
    pack.extra.append(("evidence.jsonl.bak", b""))


def file_twice(pack: Pack) -> None:
    pack.extra.append(("entries.jsonl", b""))


def evidence_file_twice(pack: Pack) -> None:
    pack.extra.append((pack.evidence[0]["file"], b"other"))


def climbing_name(pack: Pack) -> None:
    pack.extra.append(("evidence/../../../tmp/x", b""))


def absolute_name(pack: Pack) -> None:
    pack.extra.append(("/etc/passwd", b""))


def name_with_control_signs(pack: Pack) -> None:
    pack.extra.append(("\x1b[2Jpack.json", b""))


def name_with_an_end_in_it(pack: Pack) -> None:
    pack.extra.append(("pack.jsonX.txt", b""))


def wrong_restatement(pack: Pack) -> None:
    pack.entries[1]["restated"] = pack.entries[0]["index"]


def restatement_of_another(pack: Pack) -> None:
    pack.entries[0]["restated"] = pack.entry("subject.restated")["index"]


def restatement_of_the_erased(pack: Pack) -> None:
    pack.entries[2]["restated"] = pack.entry("subject.erased")["index"]


def restatement_beside_an_erased_one(pack: Pack) -> None:
    for entry in pack.entries:
        entry.update(salt=None, identity=None, texts=None)


def number_that_is_true(pack: Pack) -> None:
    pack.entries.append({**pack.ledger.entry(1), "index": True})
    pack.count()


def number_below_nothing(pack: Pack) -> None:
    # A path goes left for any number that is small enough.
    pack.entries.append({**pack.ledger.entry(0), "index": -1})
    pack.count()


# A pack's ledger that says something false, signed and all.
def batch_that_says_more_records(pack: Pack) -> None:
    forge(pack, "session.finalized", records=4)


def batch_that_says_fewer_competencies(pack: Pack) -> None:
    forge(pack, "session.finalized", competencies=0)


def batch_that_ends_elsewhere(pack: Pack) -> None:
    forge(pack, "session.finalized", leaves=3)


def evidence_of_a_leaf_without_a_line(pack: Pack) -> None:
    forge(pack, "session.finalized", evidence=key_of(b"lost"))


def leaf_that_is_not_canonical(pack: Pack) -> None:
    place = pack.entry("session.finalized")
    pack.ledger.leaves[place["index"]] = pack.ledger.leaves[place["index"]].replace(b'"v":1', b'"v": 1')
    prove_anew(pack)


def leaf_of_another_version(pack: Pack) -> None:
    forge(pack, "session.finalized", v=2)


def leaf_with_a_fraction(pack: Pack) -> None:
    forge(pack, "session.finalized", failed=0.5)


def leaf_with_a_huge_number(pack: Pack) -> None:
    forge(pack, "session.finalized", failed=2**53)


def forge(pack: Pack, kind: str, **changes: Any) -> None:
    index = pack.entry(kind)["index"]
    pack.ledger.leaves[index] = canonical({**json.loads(pack.ledger.leaves[index]), **changes})
    prove_anew(pack)


def prove_anew(pack: Pack) -> None:
    pack.entries = [{**pack.ledger.entry(entry["index"]), "restated": entry["restated"]} for entry in pack.entries]
    pack.seal()


ROOT = "the path does not lead to the checkpoint's root"
LENGTH = "a path that is too long or too short"
STATED = "pack.json: another format or checkpoint"
IDENTITY = "the identity is not that of the leaf"
TEXTS = "the texts are not those of the leaf"
UNSIGNED = "checkpoint.txt: not signed by a key that may sign it"
CONTENT = "evidence without the hash and size of its line"
STRAY = "a file that does not belong in a pack"
RESTATED = "`restated` names no such entry of that person"
TAMPERING: list[tuple[Callable[[Pack], None], str]] = [
    (cut_an_entry, "pack.json: not 11 entries, 4 evidence"),
    (cut_the_last_line_short, "entries.jsonl, line 12: not as §7 says (JSONDecodeError)"),
    (swap_two_leaves, f"entries.jsonl, line 1: {ROOT}"),
    (swap_two_numbers, f"entries.jsonl, line 1: {ROOT}"),
    (change_a_byte_of_a_leaf, f"entries.jsonl, line 1: {ROOT}"),
    (longer_path, f"entries.jsonl, line 3: {LENGTH}"),
    (shorter_path, f"entries.jsonl, line 3: {LENGTH}"),
    (path_of_another_size, f"entries.jsonl, line 3: {LENGTH}"),
    (hash_of_31_bytes, f"entries.jsonl, line 3: {LENGTH}"),
    (other_root, f"entries.jsonl, line 1: {ROOT}"),
    (other_root_in_pack_json, STATED),
    (replayed_checkpoint, STATED),
    (replayed_with_pack_json, "entries.jsonl, line 1: "),
    (other_origin, STATED),
    (other_origin, UNSIGNED),
    (other_origin_in_pack_json, STATED),
    (other_key, UNSIGNED),
    (unsigned, UNSIGNED),
    (changed_after_signing, "checkpoint.txt: the signature does not hold"),
    (signed_with_another_key_under_the_same_id, "checkpoint.txt: the signature does not hold"),
    (swapped_bytes_of_evidence, f"evidence.jsonl, line 1: {CONTENT}"),
    (evidence_with_more_at_its_end, f"evidence.jsonl, line 1: {CONTENT}"),
    (evidence_cut, f"evidence.jsonl, line 1: {CONTENT}"),
    (evidence_of_another_stated_size, f"evidence.jsonl, line 1: {CONTENT}"),
    (evidence_not_there, "evidence.jsonl, line 1: evidence that is not in the pack"),
    (line_of_another_file, "evidence.jsonl, line 1: evidence that is not in the pack"),
    (withheld_of_no_hash, "evidence.jsonl, line 4: not a line of evidence"),
    (withheld_of_less_than_nothing, "evidence.jsonl, line 4: not a line of evidence"),
    (one_more_key_in_a_line, "evidence.jsonl, line 4: not a line of evidence"),
    (one_more_key_in_an_entry, "entries.jsonl, line 1: not an entry of this tree"),
    (file_of_another_name, "evidence.jsonl, line 1: evidence that is not in the pack"),
    (line_of_evidence_cut, "entries.jsonl, line 6: evidence without a line in evidence.jsonl"),
    (part_without_a_line, f"'{key_of(PHOTO)['sha256']}': a part or a file without a line"),
    (evidence_line_twice, "evidence.jsonl, line 5: evidence that stands there twice"),
    (evidence_neither_there_nor_withheld, "evidence.jsonl, line 2: evidence neither there nor withheld, or both"),
    (evidence_that_no_line_names, f"'{evidence_line(b'more')['file']}': a part or a file without a line"),
    (another_name, f"entries.jsonl, line 1: {IDENTITY}"),
    (another_badge, f"entries.jsonl, line 2: {IDENTITY}"),
    (another_persons_opening, f"entries.jsonl, line 1: {IDENTITY}"),
    (one_more_key_in_an_identity, "entries.jsonl, line 1: an identity with other keys"),
    (another_salt, f"entries.jsonl, line 1: {IDENTITY}"),
    (half_an_opening, "entries.jsonl, line 1: an opening of nothing, or half an opening"),
    (opening_of_a_leaf_about_nobody, "entries.jsonl, line 5: an opening of nothing, or half an opening"),
    (other_texts, f"entries.jsonl, line 1: {TEXTS}"),
    (texts_hidden, f"entries.jsonl, line 1: {TEXTS}"),
    (texts_made_up, f"entries.jsonl, line 2: {TEXTS}"),
    (texts_without_an_opening, "entries.jsonl, line 3: an opening of nothing, or half an opening"),
    (other_count_of_entries, "pack.json: not 12 entries, 4 evidence"),
    (other_count_of_evidence, "pack.json: not 12 entries, 4 evidence"),
    (other_format, STATED),
    (entry_twice, "entries.jsonl, line 13: an entry that stands there twice"),
    (extra_file, f"'evidence.jsonl.bak': {STRAY}"),
    (file_twice, "'entries.jsonl': a file that stands there twice"),
    (evidence_file_twice, ".pdf': a file that stands there twice"),
    (climbing_name, f"'evidence/../../../tmp/x': {STRAY}"),
    (absolute_name, f"'/etc/passwd': {STRAY}"),
    (name_with_control_signs, f"'\\x1b[2Jpack.json': {STRAY}"),
    (wrong_restatement, f"entry 4: {RESTATED}"),
    (restatement_of_another, f"entry 3: {RESTATED}"),
    (restatement_of_the_erased, f"entry 5: {RESTATED}"),
    (restatement_beside_an_erased_one, f"entry 4: {RESTATED}"),
    (number_that_is_true, "entries.jsonl, line 13: not an entry of this tree"),
    (number_below_nothing, "entries.jsonl, line 13: not an entry of this tree"),
    (batch_that_says_more_records, "entry 7: a batch without what its session says"),
    (batch_that_says_fewer_competencies, "entry 7: a batch without what its session says"),
    (batch_that_ends_elsewhere, "line 5: a batch that does not end just before its session"),
    (evidence_of_a_leaf_without_a_line, "line 5: evidence without a line in evidence.jsonl"),
    (leaf_that_is_not_canonical, "line 5: a leaf that is not canonical"),
    (leaf_of_another_version, "line 5: a leaf that is not canonical, or not of version 1"),
    (leaf_with_a_fraction, "line 5: invalid literal for int() with base 10: '0.5'"),
    (leaf_with_a_huge_number, "line 5: a number that is too large"),
]


@pytest.mark.parametrize(("tamper", "words"), TAMPERING, ids=lambda value: getattr(value, "__name__", ""))
def test_tampering_is_caught_and_named(pack: Pack, target: Path, tamper: Callable[[Pack], None], words: str) -> None:
    tamper(pack)
    said = run(pack.write(target))
    assert said.code == 1
    assert "NOT AS IT SHOULD BE: " in said.err
    assert words in said.err
    assert said.out.endswith("SOMETHING IS NOT AS IT SHOULD BE.\n")


def test_a_name_is_judged_as_it_was_written(pack: Pack, target: Path) -> None:
    name_with_an_end_in_it(pack)
    target.write_bytes(pack.write(target).read_bytes().replace(b"pack.jsonX.txt", b"pack.json\0.txt"))
    said = run(target)
    assert said.code == 1
    assert f"'pack.json\\x00.txt': {STRAY}" in said.err


def test_a_pack_signed_by_somebody_else_holds_only_until_the_key_is_given(pack: Pack, target: Path) -> None:
    pack.key_txt = vkey(STRANGER)
    other_key(pack)
    assert run(pack.write(target)).code == 0
    said = run(target, "--key", vkey())
    assert said.code == 1
    assert UNSIGNED in said.err


def test_each_kind_of_fault_is_named_once_with_its_first_place(pack: Pack, target: Path) -> None:
    for entry in pack.entries:
        entry["proof"].pop()
    pack.extra += [("a", b""), ("b", b"")]
    said = run(pack.write(target))
    assert said.err == (f"NOT AS IT SHOULD BE: 'a': {STRAY}\nNOT AS IT SHOULD BE: entries.jsonl, line 1: {LENGTH}\n")


# --- What cannot be read, and what means harm


@pytest.mark.parametrize(
    "name",
    ["README.txt", "verify.py", "key.txt", "checkpoint.txt", "pack.json", "entries.jsonl", "evidence.jsonl"],
)
def test_what_is_missing_is_named(pack: Pack, target: Path, name: str) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for each, data in pack.contents():
            if each != name:
                archive.writestr(each, data)
    said = run(target)
    assert (said.code, said.err) == (2, f"CANNOT BE READ: 'not in the pack: {name}'\n")


@pytest.mark.parametrize("key", ["", "x", vkey()[:-1], vkey().replace("1234/1", "1235/1"), vkey() + "="])
def test_what_is_not_a_key_is_not_taken_for_one(pack: Pack, target: Path, key: str) -> None:
    said = run(pack.write(target), "--key", key)
    assert said.code == 2
    assert "something that is not a verifier key" in said.err


def test_neither_a_zip_nor_a_directory_with_a_pack(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no ZIP")
    for path in (tmp_path, tmp_path / "text", tmp_path / "nothing"):
        said = run(path)
        assert said.code == 2
        assert said.err.startswith("CANNOT BE READ: ")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xff\xfe",
        b"titan\n",
        note(3, b"r" * 32).replace(b"\n3\n", b"\n03\n"),
        note(3, b"r" * 32) + b"more",
    ],
)
def test_what_is_not_a_checkpoint_cannot_be_read(pack: Pack, target: Path, data: bytes) -> None:
    pack.checkpoint = data
    assert run(pack.write(target)).code == 2


LINES = [
    b"",
    b"null",
    b"7",
    b"[]",
    b'"text"',
    b"{}",
    b"{",
    b"\xef\xbb\xbf{}",
    b"\xff",
    b"NaN",
    b'{"index":NaN}',
    b'{"index":-Infinity}',
    b'{"index":1e400}',
    b'{"index":' + b"9" * 5000 + b"}",
    b'{"index":1,"index":1}',
    b'{"index":"\\ud800"}',
    b'{"\xc9\x99":1}',
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000,
]


@pytest.mark.parametrize("name", ["entries", "evidence"])
@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_broken_line_is_a_fault(pack: Pack, target: Path, name: str, line: bytes) -> None:
    rows: list[Any] = getattr(pack, name)
    rows.insert(1, line + b"\n")
    pack.count()
    said = run(pack.write(target))
    assert said.code == 1
    assert f"NOT AS IT SHOULD BE: {name}.jsonl, line 2: " in said.err


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_broken_pack_json_or_leaf_is_a_fault(pack: Pack, target: Path, line: bytes) -> None:
    index = pack.entry("session.finalized")["index"]
    pack.ledger.leaves[index] = line
    prove_anew(pack)
    assert run(pack.write(target)).code == 1
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in good_pack().contents():
            archive.writestr(name, line if name == "pack.json" else data)
    said = run(target)
    assert said.code == 1
    assert "NOT AS IT SHOULD BE: pack.json: " in said.err


@pytest.mark.parametrize(
    ("member", "what"),
    [
        (b'"n":1,"n":1', "a key twice, or not in ASCII"),
        ('"ə":1'.encode(), "a key twice, or not in ASCII"),
        (b'"n":9007199254740992', "a number that is too large"),
        (b'"n":[-9007199254740992]', "a number that is too large"),
        (b'"n":' + b"9" * 5000, "a number that is too large"),
        (b'"n":"\\udfff"', "not as §7 says (UnicodeEncodeError)"),
        (b'"n":0.0', "invalid literal for int()"),
        (b'"n":NaN', "invalid literal for int()"),
    ],
)
def test_json_beyond_the_format_is_a_fault_wherever_it_stands(
    pack: Pack, target: Path, member: bytes, what: str
) -> None:
    pack.about["about"] = "HERE"
    pack.evidence[0]["original_name"] = pack.entries[4]["restated"] = "HERE"
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in pack.contents():
            archive.writestr(name, data.replace(b'"HERE"', b"{" + member + b"}"))
    said = run(target)
    assert said.code == 1
    assert f"NOT AS IT SHOULD BE: evidence.jsonl, line 1: {what}" in said.err
    for name in ("pack.json", "entries.jsonl"):
        with zipfile.ZipFile(target, "w") as archive:
            for each, data in pack.contents():
                archive.writestr(each, data.replace(b'"HERE"', b"{" + member + b"}" if each == name else b"null"))
        said = run(target)
        assert said.code == 1
        assert f"NOT AS IT SHOULD BE: {name}" in said.err
        assert what in said.err


WRONG = [None, True, -1, 2**53 - 1, "", "x", "\x1b[2J", [], [[]], {}, {"sha256": []}, ["x"], {"person": {}}]
ENTRY_KEYS = ("index", "leaf", "proof", "salt", "identity", "texts", "restated")
LINE_KEYS = ("sha256", "size", "file", "withheld", "parts")


@pytest.mark.parametrize("key", ENTRY_KEYS)
def test_a_wrong_type_in_an_entry_is_a_fault(pack: Pack, target: Path, key: str) -> None:
    right = [pack.entries[0][key], *([None] if key == "restated" else [])]
    for value in (value for value in WRONG if not any(value is one for one in right)):
        pack.entries[0][key] = value
        said = run(pack.write(target))
        # An index as `true` or -1 must not pass for 1 or 0 either.
        assert said.code == 1, value
        assert "\x1b" not in said.out + said.err
    del pack.entries[0][key]
    assert run(pack.write(target)).code == 1


@pytest.mark.parametrize("key", LINE_KEYS)
def test_a_wrong_type_in_a_line_of_evidence_is_a_fault(pack: Pack, target: Path, key: str) -> None:
    for value in WRONG:
        if key in {"withheld", "parts"} and not value:
            continue
        pack.evidence[0][key] = value
        said = run(pack.write(target))
        assert said.code in {1, 2}, value
        assert "NOT AS IT SHOULD BE: " in said.err
        assert "\x1b" not in said.out + said.err
    del pack.evidence[0][key]
    assert run(pack.write(target)).code == 1


@pytest.mark.parametrize("key", ["type", "v", "evidence", "first", "leaves", "records", "competencies"])
def test_a_wrong_type_in_a_leaf_never_breaks_the_verifier(pack: Pack, target: Path, key: str) -> None:
    for value in WRONG:
        pack = good_pack()
        forge(pack, "session.finalized", **{key: value})
        said = run(pack.write(target))
        assert said.code in {0, 1}, value
        assert "\x1b" not in said.out + said.err


def test_a_batch_as_long_as_the_world_costs_nothing(pack: Pack, target: Path) -> None:
    index = pack.entry("session.finalized")["index"]
    forge(pack, "session.finalized", first=index - 2**52, leaves=2**52)
    assert "1 only in part" in run(pack.write(target)).out


def test_a_line_that_is_too_long_is_not_held(pack: Pack, target: Path) -> None:
    pack.entries[0]["texts"] = {"remarks": "x" * 20_000_000}
    said = run(pack.write(target))
    assert said.code == 1
    assert "entries.jsonl, line 1: a line that is too long" in said.err


def test_a_bomb_of_evidence_is_not_inflated(pack: Pack, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = bytes(50_000_000)
    pack.files[pack.evidence[0]["file"]] = bomb
    pack.write(target)
    read = 0
    original = zipfile.ZipExtFile.read

    def counting(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal read
        data = original(self, n)
        read += len(data)
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    assert f"evidence.jsonl, line 1: {CONTENT}" in run(target).err
    assert read < 100_000


def test_evidence_is_read_in_pieces(pack: Pack, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = b"%PDF" + bytes(3 << 20)
    pack.evidence.append(evidence_line(big))
    pack.files[evidence_line(big)["file"]] = big
    pack.count()
    pack.write(target)
    largest = 0
    original = zipfile.ZipExtFile.read

    def watching(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        nonlocal largest
        data = original(self, n)
        largest = max(largest, len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", watching)
    assert run(target).code == 0
    assert largest <= 1 << 20


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(pack: Pack, target: Path, method: int) -> None:
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in pack.contents():
            archive.writestr(name, data)
    said = run(target)
    assert (said.code, said.err) == (2, "CANNOT BE READ: 'an unusual compression'\n")


def test_damaged_evidence_is_named(pack: Pack, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in pack.contents():
            archive.writestr(name, data)
    target.write_bytes(target.read_bytes().replace(LETTER, LETTER[::-1], 1))
    said = run(target)
    assert said.code == 1
    assert "NOT AS IT SHOULD BE: evidence.jsonl, line 3: " in said.err


ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w", zipfile.ZIP_DEFLATED) as made:
    for made_name, made_data in good_pack().contents():
        made.writestr(made_name, made_data)


@settings(max_examples=60)
@given(st.data())
def test_no_bytes_break_the_verifier(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(ZIP.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "mutated.zip"
    path.write_bytes(content[: data.draw(st.integers(len(content) - 30, len(content)))])
    said = run(path)
    assert said.code in {0, 1, 2}
    assert (said.code == 0) == (said.err == "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.sampled_from(ENTRY_KEYS), st.sampled_from(LINE_KEYS), JSON, JSON)
def test_no_json_breaks_the_verifier(
    tmp_path_factory: pytest.TempPathFactory, entry_key: str, line_key: str, one: object, other: object
) -> None:
    pack = good_pack()
    entry, line = {**pack.entries[0], entry_key: one}, {**pack.evidence[0], line_key: other}
    pack.entries[0], pack.evidence[0] = (json.dumps(row).encode() + b"\n" for row in (entry, line))
    assert run(pack.write(tmp_path_factory.getbasetemp() / "json.zip")).code in {0, 1, 2}


# --- The tree


def test_every_path_of_every_small_tree_leads_to_its_root() -> None:
    leaves = [bytes([number]) for number in range(20)]
    for size in range(1, len(leaves) + 1):
        hashes = [leaf_hash(leaf) for leaf in leaves[:size]]
        for index in range(size):
            path = path_of(index, hashes)
            assert verify.root_by(path, index, size, leaves[index]) == root_of(hashes)
            for wrong in ([*path, bytes(32)], path[1:] if path else [bytes(32)]):
                assert_refused(verify.root_by, wrong, index, size, leaves[index], but=root_of(hashes))


def assert_refused(function: Callable[..., bytes], *arguments: object, but: bytes) -> None:
    with suppress(ValueError):
        assert function(*arguments) != but


def test_known_roots() -> None:
    """Roots of the trees over the inputs that implementations of RFC 6962 are commonly tested with."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [leaf_hash(bytes.fromhex(each)) for each in inputs]
    assert root_of(hashes[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert root_of(hashes).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


# --- Ed25519


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        verify.check_signature(public, signature, message)
    except ValueError:
        return False
    return True


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595b"
        "be24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb430"
        "2aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716e"
        "d28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize("vector", RFC_8032)
def test_vectors_of_rfc_8032(vector: tuple[str, str, str]) -> None:
    public, message, signature = map(bytes.fromhex, vector)
    assert holds(public, signature, message)
    assert not holds(public, signature, message + b"\0")
    for wrong in (signature[:-1], signature + b"\0", b""):
        assert not holds(public, wrong, message)
    assert not holds(public[:-1], signature, message)
    assert not holds(public + b"\0", signature, message)


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.data())
def test_ed25519_agrees_with_another_implementation(seed: bytes, message: bytes, data: st.DataObject) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert holds(public, signature, message)
    whole = bytearray(public + signature + message)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    changed = bytes(whole[:32]), bytes(whole[32:96]), bytes(whole[96:])
    assert holds(*changed) == other_holds(*changed) is False


def other_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_ed25519_refuses_what_a_lax_verifier_takes() -> None:
    message, order = b"a message", verify.L
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(message)
    s = int.from_bytes(signature[32:], "little")
    assert not holds(public, signature[:32] + (s + order).to_bytes(32, "little"), message)
    # Of small order: 1, -1 and 0 as y, both signs of the last, and the first two written as y + p.
    small = [y.to_bytes(32, "little") for y in (1, verify.P - 1, 0, 1 << 255, verify.P, verify.P + 1, 1 + (1 << 255))]
    for point in small:
        # With the neutral element as key and s = 0, a lax verifier accepts any message.
        assert not holds(point, small[0] + bytes(32), message)
        assert not holds(public, point + signature[32:], message)


WITHOUT_X = (2).to_bytes(32, "little")


def test_a_point_is_written_in_one_way() -> None:
    public = KEY.public_key().public_bytes_raw()
    assert verify.point(public)
    # Too long, too short, without an x, and each y that is written as y + p though it would fit.
    for wrong in (public + b"\0", public[:-1], WITHOUT_X, *((verify.P + y).to_bytes(32, "little") for y in range(19))):
        with pytest.raises(ValueError, match="not a point"):
            verify.point(wrong)


def test_ed25519_takes_milliseconds() -> None:
    public, signature = KEY.public_key().public_bytes_raw(), KEY.sign(b"x")
    start = time.process_time()
    for _ in range(5):
        verify.check_signature(public, signature, b"x")
    assert (time.process_time() - start) / 5 < 0.1


# --- Size


def test_many_entries_are_checked_in_little_memory(target: Path) -> None:
    ledger = Ledger()
    person, texts = Person("p", "P", "B"), {"provider": "", "remarks": "x" * 20_000}
    for number in range(256):
        ledger.add_about(person, "training.record", texts, **record(number))
    levels = [ledger.hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([hashlib.sha256(b"\1" + below[i] + below[i + 1]).digest() for i in range(0, len(below), 2)])
    pack = good_pack()
    pack.ledger, pack.entries = ledger, []
    for index in range(256):
        proof = [b64(level[index >> height ^ 1]) for height, level in enumerate(levels[:-1])]
        opening = {"salt": ledger.openings[index][1], "identity": person.identity, "texts": texts, "restated": None}
        pack.entries.append({"index": index, "leaf": b64(ledger.leaves[index]), "proof": proof, **opening})
    pack.seal()
    pack.write(target)
    pack.entries.clear()
    tracemalloc.start()
    assert run(target).code == 0
    assert tracemalloc.get_traced_memory()[1] < 1_500_000
    tracemalloc.stop()
