"""Finds the phrases of a large list in a text, whatever their spacing, case, apostrophes and word endings.

How a text is read
    Text and phrases are cut into the same tokens:

    * a **word**: letters and digits with inner apostrophes (``you've``, ``п'ять``, ``24h``);
    * a **number**: digits with a sign, separators and ``k`` (``50``, ``-50``, ``1 000 000``, ``10k``);
    * a **symbol**: ``%``, or a run of currency signs (more than three alike count as three);
    * a **URL**, whole, so that no phrase is found inside an address;
    * **punctuation**: anything else that is visible, with a doubled hyphen or one between spaces.

    What is between tokens (white space, single hyphens, invisible characters) makes no difference. A phrase
    matches where its tokens follow each other: ``risk free`` is found in ``risk-free`` and across a line break
    or a no-break space, and not in ``risk. Free``.

How a word is compared
    Case, ё/е, the kinds of apostrophe, composed and decomposed letters, stress marks, soft hyphens and
    zero-width characters make no difference. і and и, ї and й, é and e stay different letters.

How a phrase is written
    ``бесплатн* доставк*``: a star at the end of a word stands for any ending, also for no ending, and needs
    four letters before it. ``save NN%``: ``NN`` stands for any number, with or without a sign; ``-NN%`` requires
    the minus. ``100%``, ``$$$`` and ``-50%`` stand for themselves. Punctuation in a phrase must be in the text.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import accumulate, chain, islice
from operator import attrgetter

from maillint.patterns import regex
from maillint.text.invisible import FORMAT_CHARACTERS, TAG_CHARACTERS
from maillint.values import frozen

MAX_PHRASE_TOKENS = 16
STEM_LETTERS = 4
MAX_MATCHES = 25_000
"""Phrases of a text at the most, overlapping ones included."""

_MOST_KEPT = 20_000  # words of texts
INDEX_FORMAT = 1  # changes when `to_json` does

_NUMBER = "0*"  # stands for any number; no token of a text is written so
_NEGATIVE_NUMBER = "-0*"

_MARKS = "\u0300-\u036f"
_INVISIBLE = f"\u17b4\u17b5\ufe00-\ufe0f{FORMAT_CHARACTERS}{TAG_CHARACTERS}"
_APOSTROPHES = "'’‘ʼ`´′＇"
_HYPHENS = r"\-\u2010\u2011"
_CURRENCY = "$€£¥₽₴₹₿"

_WORD = rf"\w++(?:[{_APOSTROPHES}{_MARKS}{_INVISIBLE}]++\w++)*+[{_MARKS}]*+"
_DIGITS = rf"\d++(?:[ \u00a0\u2009\u202f.,]\d{{3}}(?!\d))*+(?:[.,]\d++)?+[kK]?+(?![\w{_MARKS}])"
# In order of preference; the first character decides about most of them, which keeps this fast. Every
# quantifier is possessive, so that no character is read twice.
_TOKEN_KINDS = (
    r"[Ww][Ww][Ww]\.\S++",
    _DIGITS,
    rf"{_WORD}(?:://\S++)?+",
    rf"[\-−–](?<![\w\-−–][\-−–]){_DIGITS}",
    rf"%|[{_CURRENCY}]++",
    r"--++|-(?<=\s-)(?=\s)",
    rf"[^\w\s%{_CURRENCY}{_HYPHENS}{_MARKS}{_INVISIBLE}]++",
)

# What is dropped from a word. Letters are composed first, so that U+0301 remains on Cyrillic vowels only; the
# last four are letters that look blank.
_DROPPED = regex(f"[{_INVISIBLE}\u0301\u115f\u1160\u3164\uffa0]")
_THOUSANDS = regex(r"[ \u00a0\u2009\u202f.,](?<=\d.)(?=\d{3}(?!\d))")
_LONGEST_COMPOSED = 200  # characters of a token: to put a long row of marks in order takes the square of its length
_IS_NUMBER = regex(r"-?\d+(?:[.,]\d+)?k?")


@frozen
class Phrase:
    """A phrase to look for or, where `negative`, a phrase that suppresses matches which overlap it.

    A negative phrase suppresses matches of its own category, or of all categories where it has none.
    """

    text: str
    category: str = ""
    weight: int = 1
    negative: bool = False


@frozen
class Match:
    """A phrase found at `[start, end)` of the given text; `phrase` is as written in its list."""

    start: int
    end: int
    phrase: str
    category: str
    weight: int


@frozen
class PhraseIndex:
    """Phrases indexed by their first two tokens, to search with and to store; made by `compile_phrases`.

    The fields are plain strings as far as possible, because those load fastest:

    * `phrases`: as written; the number of a phrase is its index here;
    * `tokens`: the tokens of a phrase, joined by spaces, for the phrases that are written differently;
    * `runs`: (number of the first phrase, category, weight) of neighbours that share them; weight 0: negative;
    * `heads`: by the key of the first token, lines of `second-key number,number`; a phrase of one token has an
      empty second key. The key of a stem is its first four characters and a star.
    """

    phrases: list[str]
    tokens: dict[str, str]
    runs: list[tuple[int, str, int]]
    heads: dict[str, str]

    def find(self, text: str) -> list[Match]:
        """Return the matches in `text`, in order and not overlapping.

        A negative phrase suppresses the matches of its category that share a token with it. Of overlapping
        matches the longest is returned; of equally long ones the heavier, then the earlier. The time is linear
        in the length of the text.
        """
        return self._find(_Tokens.of(text))

    def search(self) -> Callable[[str], list[Match]]:
        """Return a `find` for texts that have most of their lines in common: each line is taken apart once."""
        lines = _Lines()
        return lambda text: self._find(lines.tokens(text))

    def _find(self, read: _Tokens | _TokensOfLines) -> list[Match]:
        found = list(islice(self._occurrences(read.tokens), MAX_MATCHES))
        if not found:
            return []
        suppressed: dict[str, set[int]] = {}
        candidates = []
        for first, stop, number in found:
            _, category, weight = self.runs[bisect_right(self.runs, number, key=_run_start) - 1]
            if weight == 0:
                suppressed.setdefault(category, set()).update(range(first, stop))
            else:
                start, end = read.place(first, stop)
                candidates.append((start - end, -weight, start, number, end, first, stop, category))
        candidates.sort()

        everywhere = suppressed.get("", set())
        taken: set[int] = set()
        matches = []
        for _, negated, start, number, end, first, stop, category in candidates:
            place = range(first, stop)
            free = taken.isdisjoint(place) and everywhere.isdisjoint(place)
            if free and suppressed.get(category, everywhere).isdisjoint(place):
                taken.update(place)
                matches.append(Match(start, end, self.phrases[number], category, -negated))
        matches.sort(key=attrgetter("start"))
        return matches

    def _occurrences(self, tokens: list[str]) -> Iterator[tuple[int, int, int]]:
        """Yield (first token, token after the last, phrase number) of all phrases, overlapping or not."""
        heads = self._heads_of
        if len(heads) > _MOST_KEPT:
            heads.clear()
        for token in set(tokens).difference(heads):
            found = [self.heads[key] for key in _keys(token) if key in self.heads]
            heads[token] = _parse_heads(found) if found else None
        next_tokens = [*tokens[1:], ""]
        for i in [i for i, token in enumerate(tokens) if heads[token]]:
            node = heads[tokens[i]]
            assert node is not None
            seconds = ("", *_keys(next_tokens[i])) if next_tokens[i] else ("",)
            if node.keys().isdisjoint(seconds):
                continue
            for number in ",".join([node[key] for key in seconds if key in node]).split(","):
                wanted = self._tokens_of(number)
                stop = i + len(wanted)
                found = tokens[i:stop]
                if wanted == found or (len(wanted) == len(found) and all(map(_token_matches, wanted, found))):
                    yield i, stop, int(number)

    @cached_property
    def _heads_of(self) -> dict[str, dict[str, str] | None]:
        """By token of a text, the phrases that may begin with it; None for most. Kept from text to text."""
        return {}

    @cached_property
    def _tokens(self) -> dict[str, list[str]]:
        return {}

    def _tokens_of(self, number: str) -> list[str]:
        wanted = self._tokens.get(number)
        if wanted is None:
            phrase = self.phrases[int(number)]
            wanted = self._tokens[number] = self.tokens.get(phrase, phrase).split(" ")
        return wanted

    def to_json(self) -> str:
        """Return the index as one JSON text, for `from_json`."""
        import json  # noqa: PLC0415 -- only when it is compiled, as below

        stored = {
            "format": INDEX_FORMAT,
            "phrases": self.phrases,
            "tokens": self.tokens,
            "runs": self.runs,
            "heads": self.heads,
        }
        return json.dumps(stored, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str) -> PhraseIndex:
        """Load an index that `to_json` has written, without checking its content.

        Raises ValueError if `stored` is not JSON, or of another version of the format.
        """
        import json  # noqa: PLC0415

        data = json.loads(stored)
        if not isinstance(data, dict) or data.get("format") != INDEX_FORMAT:
            raise ValueError("not a phrase index of this version; compile it again")
        runs = [(number, category, weight) for number, category, weight in data["runs"]]
        return cls(data["phrases"], data["tokens"], runs, data["heads"])


def compile_phrases(entries: Iterable[Phrase]) -> PhraseIndex:
    """Make an index of phrases; the lists of several languages may be compiled together.

    Raises ValueError, which names the phrase, for a phrase that can never match as written.
    """
    phrases: list[str] = []
    tokens: dict[str, str] = {}
    runs: list[tuple[int, str, int]] = []
    heads: dict[str, dict[str, list[int]]] = {}
    for number, entry in enumerate(entries):
        wanted = phrase_tokens(entry.text)
        joined = " ".join(wanted)
        if joined != entry.text:
            tokens[entry.text] = joined
        phrases.append(entry.text)
        kind = (entry.category, 0 if entry.negative else entry.weight)
        if not entry.negative and entry.weight < 1:
            raise ValueError(f"phrase {entry.text!r}: weight must be 1 or more")
        if not runs or runs[-1][1:] != kind:
            runs.append((number, *kind))
        second = _index_key(wanted[1]) if len(wanted) > 1 else ""
        heads.setdefault(_index_key(wanted[0]), {}).setdefault(second, []).append(number)
    blocks = {
        head: "\n".join(f"{second} {','.join(map(str, numbers))}" for second, numbers in seconds.items())
        for head, seconds in heads.items()
    }
    return PhraseIndex(phrases, tokens, runs, blocks)


_LONG = 100_000
"""Characters of a text beyond which memory counts for more than time."""


class _Tokens:
    """The tokens of a text, where each starts, and where it ends."""

    def __init__(self, tokens: list[str], starts: Sequence[int], ends: Sequence[int]) -> None:
        self.tokens = tokens
        self.starts = starts
        self.ends = ends

    @classmethod
    def of(cls, text: str) -> _Tokens:
        if len(text) > _LONG:
            return cls._of_long(text)
        pieces = _token_pattern().split(text)  # gap, token, gap, token, …, gap
        borders = array("q", accumulate(map(len, pieces)))  # numbers of a list take five times the memory
        return cls(_normalise(pieces[1::2]), borders[0:-1:2], borders[1::2])

    @classmethod
    def _of_long(cls, text: str) -> _Tokens:
        """The same, each different token kept once."""
        tokens: list[str] = []
        starts, ends = array("I"), array("I")
        known: dict[str, str] = {}
        for match in _token_pattern().finditer(text):
            tokens.append(known.setdefault(match[0], match[0]))
            starts.append(match.start())
            ends.append(match.end())
        written = list(known)
        known.update(pair for pair in zip(written, _normalise(written), strict=True) if pair[0] != pair[1])
        for number, token in enumerate(tokens):
            tokens[number] = known[token]
        return cls(tokens, starts, ends)

    def place(self, first: int, stop: int) -> tuple[int, int]:
        """Where a run of tokens starts and ends in the text."""
        return self.starts[first], self.ends[stop - 1]


class _Lines:
    """The tokens of lines, kept from text to text: no token has a line end in it or depends on one."""

    def __init__(self) -> None:
        self._first: tuple[str, _Tokens] | None = None
        self._lines: dict[str, _Tokens] = {}

    def tokens(self, text: str) -> _Tokens | _TokensOfLines:
        if len(text) > _LONG:
            return _Tokens.of(text)
        if self._first is None:  # mostly there is no other text
            self._first = text, _Tokens.of(text)
            return self._first[1]
        if not self._lines:
            self._keep(self._first[0].split("\n"), self._first[1])
        lines = text.split("\n")
        missing = list(dict.fromkeys(line for line in lines if line not in self._lines))
        if missing:
            self._keep(missing, _Tokens.of("\n".join(missing)))
        return _TokensOfLines([self._lines[line] for line in lines], lines)

    def _keep(self, lines: Iterable[str], read: _Tokens) -> None:
        """Keep the tokens of each line; ``read`` are those of all of them, one line after the other."""
        offset, first = 0, 0
        for line in lines:
            stop = bisect_left(read.starts, offset + len(line) + 1, lo=first)
            if line not in self._lines:
                starts, ends = read.starts[first:stop], read.ends[first:stop]
                self._lines[line] = _Tokens(
                    read.tokens[first:stop], [start - offset for start in starts], [end - offset for end in ends]
                )
            offset += len(line) + 1
            first = stop


class _TokensOfLines:
    """The tokens of a text that is put together of lines."""

    def __init__(self, lines: Sequence[_Tokens], texts: Sequence[str]) -> None:
        self.tokens = list(chain.from_iterable([line.tokens for line in lines]))
        self._lines = lines
        self._texts = texts

    @cached_property
    def _numbers(self) -> list[int]:
        return list(accumulate((len(line.tokens) for line in self._lines), initial=0))

    @cached_property
    def _offsets(self) -> list[int]:
        return list(accumulate((len(text) + 1 for text in self._texts), initial=0))

    def place(self, first: int, stop: int) -> tuple[int, int]:
        """Where a run of tokens starts and ends in the text."""
        begins, ends = bisect_right(self._numbers, first) - 1, bisect_right(self._numbers, stop - 1) - 1
        return (
            self._offsets[begins] + self._lines[begins].starts[first - self._numbers[begins]],
            self._offsets[ends] + self._lines[ends].ends[stop - 1 - self._numbers[ends]],
        )


@cache  # compiled on first use: a run whose results are all cached needs no pattern
def _token_pattern() -> re.Pattern[str]:
    return re.compile(f"({'|'.join(_TOKEN_KINDS)})")


@cache
def _phrase_token_pattern() -> re.Pattern[str]:
    return re.compile(rf"-?NN(?!\w)|{_WORD}\*(?!\w)|{'|'.join(_TOKEN_KINDS)}")


def phrase_tokens(text: str) -> list[str]:
    """Split a phrase into normalised tokens; a stem ends in a star, and `NN` becomes a token for any number.

    Raises ValueError, which names the phrase, for a phrase that can never match as written.
    """
    found = [match[0] for match in _phrase_token_pattern().finditer(text)]
    if not found:
        raise ValueError(f"phrase {text!r} has no words")
    if len(found) > MAX_PHRASE_TOKENS:
        raise ValueError(f"phrase {text!r} has more than {MAX_PHRASE_TOKENS} words")
    wanted = []
    for raw, token in zip(found, _normalise(found), strict=True):
        if raw in ("NN", "-NN"):
            wanted.append(_NUMBER if raw == "NN" else _NEGATIVE_NUMBER)
            continue
        if not token:
            raise ValueError(f"phrase {text!r} has a word without letters, {raw!r}")
        if "*" in token:
            if not token[0].isalnum():
                raise ValueError(f"phrase {text!r}: a star must end a word")
            if sum(map(str.isalpha, token)) < STEM_LETTERS:
                raise ValueError(f"phrase {text!r}: a star needs {STEM_LETTERS} letters before it")
        wanted.append(token)
    return wanted


def _normalise(tokens: list[str]) -> list[str]:
    """Fold case, letters and signs of all tokens at once, which is ten times as fast as word by word."""
    joined = "\n".join(tokens)  # no token has a line end in it
    if not joined.isascii():
        if not unicodedata.is_normalized("NFC", joined):
            joined = "\n".join(token[:_LONGEST_COMPOSED] for token in tokens)
            joined = unicodedata.normalize("NFC", joined)
        joined = _DROPPED.sub("", joined)
        for apostrophe in _APOSTROPHES[1:]:
            joined = joined.replace(apostrophe, "'")
        joined = joined.replace("−", "-").replace("–", "-")
    joined = joined.replace("`", "'").replace("_", "").casefold().replace("ё", "е")
    joined = _THOUSANDS.sub("", joined)
    for sign in _CURRENCY:
        while sign * 4 in joined:
            joined = joined.replace(sign * 4, sign * 3)
    return joined.split("\n") if tokens else []


def _run_start(run: tuple[int, str, int]) -> int:
    return run[0]


def _parse_heads(blocks: list[str]) -> dict[str, str]:
    """Return {second key: "number,number"}, merged from the heads that a token may be found under."""
    node: dict[str, str] = dict([line.split(" ") for line in blocks[0].split("\n")])
    for block in blocks[1:]:
        for line in block.split("\n"):
            second, numbers = line.split(" ")
            node[second] = f"{node[second]},{numbers}" if second in node else numbers
    return node


def _index_key(token: str) -> str:
    """Return the key of a phrase's token; of a stem, the first letters and a star, as `_keys` gives for a word."""
    if token in (_NUMBER, _NEGATIVE_NUMBER) or token[-1] != "*":
        return token
    return token[:STEM_LETTERS] + "*"


def _keys(token: str) -> tuple[str, ...]:
    """Return the keys under which the index has phrases that may match this token of a text."""
    if not token[:1].isalpha() and _IS_NUMBER.fullmatch(token):
        return (token, _NUMBER, _NEGATIVE_NUMBER) if token[0] == "-" else (token, _NUMBER)
    if len(token) >= STEM_LETTERS:
        return token, token[:STEM_LETTERS] + "*"
    return (token,)


def _token_matches(wanted: str, token: str) -> bool:
    if wanted == token:
        return True
    if wanted[-1] != "*":
        return False
    if wanted in (_NUMBER, _NEGATIVE_NUMBER):
        return wanted in _keys(token)
    return token.startswith(wanted[:-1])
