"""The verifier finds a good pack good, says what it checked, and needs nothing but the standard library."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
import tracemalloc
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.packs.building import (
    KEY,
    ORIGIN,
    STRANGER,
    Ledger,
    Pack,
    Person,
    b64,
    good_pack,
    note,
    record,
    vkey,
)
from tests.packs.verifier.running import FILE, run


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
