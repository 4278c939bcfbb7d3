"""What somebody may do to a pack: one thing each. Packs are made by hand from docs/ledger-format.md."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.packs.building import (
    ORIGIN,
    SHEET,
    STRANGER,
    Pack,
    b64,
    canonical,
    evidence_line,
    key_of,
    note,
    path_of,
    root_of,
)


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
    pack.extra.append(("evidence/../../../elsewhere", b""))


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
