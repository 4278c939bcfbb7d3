"""Check an audit pack of Titan without Titan and without network; it needs Python 3.11 and nothing else.

    python verify.py [PACK.zip, or the directory into which it was unpacked] [--key VKEY]... [--checkpoint FILE]

It follows docs/ledger-format.md; § means its sections. Exit code: 0 all holds; 1 something does not, and of each kind
the first place is named; 2 the pack cannot be read. A pack is taken to be hostile: nothing is unpacked or believed.
"""

import argparse
import json
import re
import sys
import zipfile
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256, sha512
from itertools import product
from pathlib import Path
from typing import IO, Any

MAX_LINE, MAX_FILE, PIECE = 10_000_000, 1 << 20, 1 << 20
NAMES = {"README.txt", "cover.pdf", "verify.py", "key.txt", "checkpoint.txt", "pack.json"}
NAMES |= {"entries.jsonl", "evidence.jsonl"}
ENTRY = {"index", "leaf", "proof", "salt", "identity", "texts", "restated"}
LINE = {"sha256", "size", "media_type", "original_name", "file", "withheld", "parts"}
HASH, EVIDENCE = re.compile("[0-9a-f]{64}"), re.compile(r"evidence/([0-9a-f]{64})\.[A-Za-z0-9]{1,10}")
ORIGIN = "(titan-[0-9a-f]{12}/[1-9][0-9]{0,8})"
VKEY = re.compile(rf"(?m)^{ORIGIN}\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]{{44}})$")
SIGNATURE = re.compile("\u2014 ([^ \n]+) ([A-Za-z0-9+/]+={0,2})\n")
NOTE = re.compile(f"({ORIGIN}\n(0|[1-9][0-9]{{0,15}})\n([A-Za-z0-9+/]{{43}}=)\n)(?:\n((?:{SIGNATURE.pattern})*))?")
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
RECORD, OPENED, RESTATED = "training.record", "competency.opened", "subject.restated"
ABOUT_RECORDS = "record.revoked", "record.corrected", "validity.extended", "validity.withdrawn"
Point = tuple[int, int, int, int]
unbase64 = partial(b64decode, validate=True)
canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def plus(one: Point, other: Point) -> Point:
    """Add two points of Ed25519 as (X, Y, Z, T) of RFC 8032 §5.1.4; the formula is complete, so it doubles too."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * D * one[3] * other[3], 2 * one[2] * other[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, one: Point) -> Point:
    total = (0, 1, 1, 0)
    for bit in f"{factor:b}":
        total = plus(plus(total, total), one if bit == "1" else (0, 1, 1, 0))
    return total


def point(data: bytes) -> Point:
    """The point that 32 bytes stand for; they must be canonical, and its order must not be small."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT_OF_MINUS_1 % P
    x = x if x & 1 == sign else P - x
    need(len(data) == 32 and y < P and x * x % P == square, "a key or a signature is not a point")
    need(times(8, (x, y, 1, x * y % P))[0], "a key or a signature is a point of small order")
    return x, y, 1, x * y % P


def check_signature(public: bytes, signature: bytes, message: bytes) -> None:
    """Refuse an Ed25519 signature that does not hold (RFC 8032 §5.1.7, strict). Nothing is secret: time may vary."""
    base, key, commitment = point(bytes([0x58] + [0x66] * 31)), point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    need(len(signature) == 64 and s < L, "a signature that is not canonical")
    one, other = times(s, base), plus(commitment, times(k, key))
    need(all((one[i] * other[2] - other[i] * one[2]) % P == 0 for i in (0, 1)), "the signature does not hold")


def root_by(path: list[bytes], index: int, size: int, leaf: bytes) -> bytes:
    """The root to which a path leads. It goes down as the tree splits (§2), so it sees a path of a wrong length."""
    need([len(sibling) for sibling in path[-1:]] == [32] * (size > 1), "a path that is too long or too short")
    if size == 1:
        return sha256(b"\0" + leaf).digest()
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        return sha256(b"\1" + root_by(path[:-1], index, split, leaf) + path[-1]).digest()
    return sha256(b"\1" + path[-1] + root_by(path[:-1], index - split, size - split, leaf)).digest()


def parse(data: bytes) -> dict[str, Any]:
    """One JSON object within §1; whether its bytes are the canonical ones is left to the caller."""

    def whole(digits: str) -> int:
        need(len(digits) < 18 and abs(int(digits)) < 2**53, "a number that is too large")  # NaN and 0.5 are no `int`
        return int(digits)

    def plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len(dict(pairs)) == len(pairs) and "".join(dict(pairs)).isascii(), "a key twice, or not in ASCII")
        return dict(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=plain, parse_int=whole, parse_float=whole, parse_constant=whole)
    value: dict[str, Any] = decoder.decode(data.decode())
    need(isinstance(value, dict) and canonical(value).encode(), "not a JSON object")
    return value


def read_note(data: bytes) -> tuple[bytes, str, int, bytes, list[tuple[str, str]]]:
    """A checkpoint's signed text, origin, size, root and signatures (§3); none of them is believed yet."""
    if not (match := NOTE.fullmatch(data.decode())):
        raise ValueError("a checkpoint that is not written as one")
    return match[1].encode(), match[2], int(match[3]), unbase64(match[4]), SIGNATURE.findall(match[5] or "")


def opened_by(entry: dict[str, Any], leaf: dict[str, Any]) -> str | None:
    """The person whom an entry shows, if any. What it shows must be what the leaf was made from (§5)."""
    salt, identity, texts = entry["salt"], entry["identity"], entry["texts"]
    if salt is identity is texts is None:
        return None
    need(leaf.get("subject") and HASH.fullmatch(salt or ""), "an opening of nothing, or half an opening")
    need(identity.keys() == {"company", "employee_id", "name", "person"}, "an identity with other keys")
    about = b"titan/subject/v1\n" + bytes.fromhex(salt) + canonical(identity).encode()
    need(sha256(about).hexdigest() == leaf["subject"], "the identity is not that of the leaf")
    said = b"titan/note/v1\n" + bytes.fromhex(salt) + canonical(texts).encode()
    note = sha256(said).hexdigest() if texts and any(texts.values()) else None
    need(note == leaf.get("note"), "the texts are not those of the leaf")
    return str(identity["person"])


class Check:
    """One run over one pack. Of each entry it keeps a few numbers and hashes, never the body."""

    def __init__(self, path: Path) -> None:
        self.faults, self.tally = Counter[str](), Counter[str]()
        self.files, self.evidence, self.parts = dict[str, Callable[[], IO[Any]]](), set[str](), set[str]()
        self.kinds, self.shown, self.into = dict[int, str](), dict[int, str | None](), dict[str, str]()
        self.restated, self.sessions = dict[int, int | None](), dict[int, tuple[int, list[int]]]()
        self.numbered = {kind: dict[int, int]() for kind in (RECORD, *ABOUT_RECORDS)}
        if path.is_dir():
            need((path / "pack.json").is_file(), "there is no pack in this directory: python verify.py PACK.zip")
            for file in path.rglob("*"):
                name, plain = file.relative_to(path).as_posix(), file.is_file() and not file.is_symlink()
                self.take(name if plain else f"{name}/", partial(file.open, "rb"))
        else:
            for info in (archive := zipfile.ZipFile(path)).infolist():
                # The library inflates other methods without a limit, and it mends names that other programs do not.
                need(info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), "an unusual compression")
                self.take(info.orig_filename, partial(archive.open, info))
        need(self.files.keys() >= NAMES, f"not in the pack: {' '.join(sorted(NAMES - self.files.keys()))}")

    @contextmanager
    def at(self, where: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # Whatever hostile bytes make a library raise, they are not what §7 says.
            what = str(error) if type(error) is ValueError else f"not as §7 says ({type(error).__name__})"
            if not self.faults[what]:
                print(f"NOT AS IT SHOULD BE: {where}: {what}", file=sys.stderr)
            self.faults[what] += 1

    def take(self, name: str, opener: Callable[[], IO[Any]]) -> None:
        with self.at(ascii(name[:200])):
            need(name in NAMES | {"evidence/"} or EVIDENCE.fullmatch(name), "a file that does not belong in a pack")
            need(name not in self.files, "a file that stands there twice")
            self.files[name] = opener

    def read(self, name: str) -> bytes:
        with self.files[name]() as file:
            return bytes(file.read(MAX_FILE))

    def each_line(self, name: str, check: Callable[[dict[str, Any]], None]) -> None:
        with self.files[name]() as file:
            while line := file.readline(MAX_LINE):
                self.tally[name] += 1
                with self.at(f"{name}, line {self.tally[name]}"):
                    need(len(line) < MAX_LINE, "a line that is too long")
                    check(parse(line))

    def evidence_line(self, line: dict[str, Any]) -> None:
        name, file, left, digest = line["sha256"], line["file"], line["size"] + 1, sha256()
        need(line.keys() == LINE and HASH.fullmatch(name) and left > 0, "not a line of evidence")
        need(name not in self.evidence, "evidence that stands there twice")
        self.evidence.add(name)
        self.parts.update(line["parts"] or ())
        need(bool(line["withheld"]) == (file is None), "evidence neither there nor withheld, or both")
        if file is None:
            self.tally["withheld"] += 1
            return
        need(name in file and file in self.files, "evidence that is not in the pack")
        # One byte more than stated is asked for, so that a bomb is noticed and not inflated.
        with self.files.pop(file)() as stream:
            while piece := stream.read(min(left, PIECE)):
                digest.update(piece)
                left -= len(piece)
        need(left == 1 and digest.hexdigest() == name, "evidence without the hash and size of its line")
        self.tally["checked"] += 1

    def entry(self, entry: dict[str, Any]) -> None:
        index, data, path = entry["index"], unbase64(entry["leaf"]), list(map(unbase64, entry["proof"]))
        need(entry.keys() == ENTRY and type(index) is int and 0 <= index < self.size, "not an entry of this tree")
        need(root_by(path, index, self.size, data) == self.root, "the path does not lead to the checkpoint's root")
        need(index not in self.kinds, "an entry that stands there twice")
        leaf = parse(data)
        self.kinds[index] = kind = str(leaf["type"])[:40]
        need(canonical(leaf).encode() == data and leaf["v"] == 1, "a leaf that is not canonical, or not of version 1")
        proof = leaf.get("evidence")
        need(proof is None or proof["sha256"] in self.evidence, "evidence without a line in evidence.jsonl")
        self.shown[index] = opened_by(entry, leaf)
        self.tally["erased"] += leaf.get("subject") is not None and self.shown[index] is None
        self.restated[index] = entry["restated"]
        if kind == "subject.merged" and (person := self.shown[index]):
            self.into[person] = str(entry["texts"]["into"])
        elif kind in self.numbered:
            self.numbered[kind][leaf["record"]] = index
        elif kind == "session.finalized" and leaf["first"] is not None:
            need(leaf["first"] + leaf["leaves"] == index, "a batch that does not end just before its session")
            self.sessions[index] = leaf["first"], [leaf["records"], leaf["competencies"]]

    def together(self) -> None:
        """What only all entries together show: whole batches, restatements, parts, and files that nothing names."""
        for index, (first, stated) in self.sessions.items():
            whole = all(leaf in self.kinds for leaf in range(first, index))
            self.tally["whole" if whole else "in part"] += 1
            found = Counter(self.kinds[leaf] for leaf in range(first, index if whole else first))
            with self.at(f"entry {index}"):
                need(not whole or [found[RECORD], found[OPENED]] == stated, "a batch without what its session says")
        for index, other in self.restated.items():
            with self.at(f"entry {index}"):
                same = other is None or (self.kinds.get(other) == RESTATED and self.shown[other] == self.shown[index])
                need(same and (self.shown[index] or other is None), "`restated` names no such entry of that person")
        for name in sorted(self.parts - self.evidence | self.files.keys() - NAMES - {"evidence/"}):
            with self.at(ascii(name[:200])):
                need(False, "a part or a file without a line in evidence.jsonl")

    def run(self, vkeys: list[str] | None, kept: Path | None) -> None:
        listed, signer = vkeys or self.read("key.txt").decode().split(), ""
        keys = {(name, tag, unbase64(key)) for name, tag, key in VKEY.findall("\n".join(listed))}
        true = all(key[0] == 1 and sha256(f"{name}\n".encode() + key).hexdigest()[:8] == tag for name, tag, key in keys)
        need(true and len(keys) == len(set(listed)), "something that is not a verifier key")
        text, origin, self.size, self.root, signatures = read_note(self.read("checkpoint.txt"))
        with self.at("checkpoint.txt"):
            for (name, tag, key), (by, signature) in product(keys, set(signatures)):
                if name == by == origin and unbase64(signature)[:4].hex() == tag:
                    check_signature(key[1:], unbase64(signature)[4:], text)
                    signer = f"{name}+{tag}"
            need(signer, "not signed by a key that may sign it")
        self.each_line("evidence.jsonl", self.evidence_line)
        self.each_line("entries.jsonl", self.entry)
        entries, lines, digits = self.tally["entries.jsonl"], self.tally["evidence.jsonl"], self.root.hex()
        with self.at("pack.json"):
            about, here = parse(self.read("pack.json")), {"origin": origin, "size": self.size, "root": digits}
            need(about["format"] == "titan-pack/1" and about["checkpoint"] == here, "another format or checkpoint")
            need(about["counts"] == {"entries": entries, "evidence": lines}, f"not {entries} entries, {lines} evidence")
        self.together()
        print(f"Checkpoint: {origin}, {self.size} leaves, root {' '.join(re.findall('.{5}', digits)[:4])}")
        print(f"Signed by: {signer or 'nobody'} (known from {'--key' if vkeys else 'key.txt: compare it with yours'})")
        if kept:
            _, *same, root, _ = read_note(kept.read_bytes())
            comparable = same == [origin, self.size]
            with self.at(ascii(str(kept))):
                need(not comparable or root == self.root, "the checkpoint that you kept has another root")
            print("Kept checkpoint:", "compared" if comparable else "another origin or size: a pack alone cannot tell")
        print(f"Entries: {len(self.kinds)} of {entries} lead to that root")
        people = len({*self.shown.values(), *self.into.values()} - {None}) - len(self.into)
        print(f"People: {people} shown, {len(self.into)} merged; {self.tally['erased']} entries of erased ones")
        print(f"Evidence: {self.tally['checked']} files checked, {self.tally['withheld']} withheld")
        print(f"Sessions: {self.tally['whole']} complete, {self.tally['in part']} only in part in this pack")
        print(f"Records: {len(records := self.numbered.pop(RECORD))}")
        for kind, by in self.numbered.items():
            ended = [record for record in by if record in records]
            print(f"Records {kind.removeprefix('record.')}: {len(ended)}")
            for record in ended:
                print(f"  record {record!a} (entry {records[record]}) by entry {by[record]}")
        print("The checkpoint says nothing of README.txt, cover.pdf, verify.py, or names and types of evidence.")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an audit pack of Titan, without Titan and without network.")
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", action="append", metavar="VKEY", help="a key that may sign, instead of key.txt")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint that you kept from before")
    given = parser.parse_args(arguments)
    try:
        (check := Check(given.pack)).run(given.key, given.checkpoint)
    except Exception as error:
        print(f"CANNOT BE READ: {ascii(str(error))[:300]}", file=sys.stderr)
        return 2
    print("SOMETHING IS NOT AS IT SHOULD BE." if check.faults else "All of this holds.")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
