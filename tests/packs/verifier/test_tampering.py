"""Whatever is done to a pack is caught, and named with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packs.building import (
    PHOTO,
    STRANGER,
    Pack,
    evidence_line,
    key_of,
    vkey,
)
from tests.packs.verifier.running import CONTENT, IDENTITY, LENGTH, RESTATED, ROOT, STATED, STRAY, TEXTS, UNSIGNED, run
from tests.packs.verifier.tampering import (
    absolute_name,
    another_badge,
    another_name,
    another_persons_opening,
    another_salt,
    batch_that_ends_elsewhere,
    batch_that_says_fewer_competencies,
    batch_that_says_more_records,
    change_a_byte_of_a_leaf,
    changed_after_signing,
    climbing_name,
    cut_an_entry,
    cut_the_last_line_short,
    entry_twice,
    evidence_cut,
    evidence_file_twice,
    evidence_line_twice,
    evidence_neither_there_nor_withheld,
    evidence_not_there,
    evidence_of_a_leaf_without_a_line,
    evidence_of_another_stated_size,
    evidence_that_no_line_names,
    evidence_with_more_at_its_end,
    extra_file,
    file_of_another_name,
    file_twice,
    half_an_opening,
    hash_of_31_bytes,
    leaf_of_another_version,
    leaf_that_is_not_canonical,
    leaf_with_a_fraction,
    leaf_with_a_huge_number,
    line_of_another_file,
    line_of_evidence_cut,
    longer_path,
    name_with_an_end_in_it,
    name_with_control_signs,
    number_below_nothing,
    number_that_is_true,
    one_more_key_in_a_line,
    one_more_key_in_an_entry,
    one_more_key_in_an_identity,
    opening_of_a_leaf_about_nobody,
    other_count_of_entries,
    other_count_of_evidence,
    other_format,
    other_key,
    other_origin,
    other_origin_in_pack_json,
    other_root,
    other_root_in_pack_json,
    other_texts,
    part_without_a_line,
    path_of_another_size,
    replayed_checkpoint,
    replayed_with_pack_json,
    restatement_beside_an_erased_one,
    restatement_of_another,
    restatement_of_the_erased,
    shorter_path,
    signed_with_another_key_under_the_same_id,
    swap_two_leaves,
    swap_two_numbers,
    swapped_bytes_of_evidence,
    texts_hidden,
    texts_made_up,
    texts_without_an_opening,
    unsigned,
    withheld_of_less_than_nothing,
    withheld_of_no_hash,
    wrong_restatement,
)

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
    (climbing_name, f"'evidence/../../../elsewhere': {STRAY}"),
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
