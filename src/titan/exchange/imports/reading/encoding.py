"""In which encoding a text is: told by its first bytes, by being valid UTF-8, or by its letters. No Django."""

from __future__ import annotations

from charset_normalizer import from_bytes

from titan.evidence.inspect.table import ASCII, MULTIBYTE
from titan.evidence.limits import N_, NotAccepted

NAMES = {
    "utf_8": "UTF-8",
    "utf_16": "UTF-16",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Western)",
    "cp1250": "Windows-1250 (Central European)",
    "cp857": "DOS-857 (Turkish)",
    "cp866": "DOS-866 (Cyrillic)",
}
CANDIDATES = ["cp1254", "cp1251", "cp1252", "cp1250", "cp857", "cp866"]
_TURKISH = set("çğıöşüÇĞİÖŞÜâîûÂÎÛéÉäÄáàèêëôñ" + "‘’“”–—…•°ºª«»€©®™·\u00a0²³½§")
SAMPLE = 256 * 1024


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text of `content` and the encoding it is in. Raises NotAccepted when it is in none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf_16"), "utf_16"
    if b"\x00" in content:
        raise NotAccepted(N_("It holds NUL characters: it is no text. Save it as CSV UTF-8."))
    try:
        return content.decode("utf-8-sig"), "utf_8"
    except UnicodeDecodeError as error:
        _need_one_encoding(content, error)
    name = _single_byte(content)
    return content.decode(name, errors="replace"), name


def _strictly(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise NotAccepted(N_("It begins as UTF-16 and is not: save it as CSV UTF-8.")) from error


def _need_one_encoding(content: bytes, error: UnicodeDecodeError) -> None:
    """Refuse UTF-8 in which some letters are broken: read as anything else, all of its names would be wrong."""
    letters = len(content.translate(None, ASCII))
    in_utf_8 = sum(map(len, MULTIBYTE.findall(content)))
    if in_utf_8 * 2 > letters:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotAccepted(
            N_("Line %(line)s holds letters that are not UTF-8, as the others are: save it as CSV UTF-8."), line=line
        )


def _single_byte(content: bytes) -> str:
    letters = bytes(sorted({byte for byte in content if byte >= 0x80}))
    if set(letters.decode("cp1254", errors="replace")) <= _TURKISH:
        return "cp1254"
    best = from_bytes(_sample(content), cp_isolation=CANDIDATES).best()
    if best is None:
        raise NotAccepted(N_("Its letters are in no encoding that Titan knows: save it as CSV UTF-8."))
    return best.encoding


def _sample(content: bytes) -> bytes:
    """Return those lines that hold more than ASCII, which alone say something, up to a bound."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    return b"\n".join(lines)[:SAMPLE]
