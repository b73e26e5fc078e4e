"""What fuzzing begins with: the examples, the texts of rules and tests, read where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from maillint.catalogue.examples import examples, unmark
from maillint.catalogue.load import shipped
from maillint.catalogue.rule import Example

ROOT = Path(__file__).parent.parent

LONGEST = 6000
"""Bytes of a seed at the most: a fuzzer gets further with many short inputs than with few long ones."""

_MARKS = re.compile("⟦[^:]*:|⟧")  # what tests/dialects marks its tags with
_LITERAL = re.compile(r'"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'', re.DOTALL)
_TOKEN = re.compile(rb"[A-Za-z@#][A-Za-z-]{1,20}[:=(]?|[^\w\s]{2,4}")
_ESCAPE = re.compile(r"\\([nrt\"'\\])")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


@cache
def rule_examples() -> tuple[Example, ...]:
    """The examples of all shipped rules but those about plans."""
    return tuple(example for rule in shipped().rules.values() if rule.subject != "plan" for example in examples(rule))


def plan_texts() -> list[str]:
    """The plans among the examples, and those of the rules about plans, without their marks."""
    rules = [rule for rule in shipped().rules.values() if rule.subject == "plan"]
    texts = [(example.bad, example.good) for rule in rules for example in examples(rule)]
    plans = [unmark(bad)[0] for bad, _ in texts if bad] + [good for _, good in texts if good]
    return [*plans, *files("examples/plans/*/*.yaml")]


def example_texts(kind: str) -> list[str]:
    """The texts of rule examples of one kind (``html``, ``eml``, ``mjml``, ``txt``), without their marks."""
    return [
        unmark(text)[0] if text is example.bad else text
        for example in rule_examples()
        if example.setting.get("kind", "html") == kind
        for text in (example.bad, example.good)
        if text is not None
    ]


def files(*patterns: str) -> list[str]:
    """The texts of files of the repository."""
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})
    return [_MARKS.sub("", path.read_bytes().decode("utf-8", "replace")) for path in paths]


def literals(*patterns: str, having: str) -> list[str]:
    """The string literals in tests that a regular expression finds something in."""
    wanted = re.compile(having, re.IGNORECASE)
    found = []
    for code in files(*patterns):
        for match in _LITERAL.finditer(code):
            text = _ESCAPE.sub(
                lambda escape: _ESCAPED.get(escape[1], escape[1]), next(filter(None, match.groups()), "")
            )
            if wanted.search(text):
                found.append(text)
    return found


def as_bytes(texts: Iterable[str]) -> list[bytes]:
    """Texts as inputs, each once and none too long, in a fixed order."""
    return sorted({text.encode("utf-8", "replace")[:LONGEST] for text in texts if text})


ODD: tuple[bytes, ...] = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *("\0", "\r", "\r\n", "\x0b", "\x0c", "\x1b[31m", "\x85", "\u2028", "\ufeff", "\ufdd0", "\U0010ffff", "\ud800"),
        *(
            "\u202e",
            "\u0130",
            "\u1e9e",
            "\u0660",
            "\u00b2",
            "\u2460",
            "\uff10",
            "\U0001f469\u200d\U0001f467",
            "e\u0301",
        ),
        *(
            "&#0;",
            "&#x110000;",
            "&#99999999999;",
            "&amp",
            "&NotEqualTilde;",
            "%00",
            "%ff%fe",
            "%25%32%35",
            "\\0",
            "\\110000 ",
        ),
        *(
            "=?utf-8?b?a?=",
            "=?utf-8?q?=zz?=",
            "=?idna?q?a?=",
            "=?utf-7?b?K0FHRS0=?=",
            "=?undefined?q?a?=",
            "=?rot13?q?a?=",
        ),
        *(
            "charset=idna",
            "charset=undefined",
            "charset=punycode",
            "charset=unicode_escape",
            "charset=hex",
            "charset=utf-16",
        ),
        *(
            'charset="a%00b"',
            "filename*0*=a''%",
            "filename*=utf-8''%ff",
            "boundary=",
            'boundary="',
            "; ; =",
            "quoted-printable",
        ),
        *(
            "!!int x",
            "!!float .",
            "!!timestamp x",
            "!!binary x",
            "!!set",
            "!!python/name:os",
            "2020-99-99",
            "<<: *a",
            "&a [*a]",
        ),
        *(
            "? - a",
            "{{{",
            "[" * 200,
            "- " * 200,
            "9" * 5000,
            "1e999",
            "0x",
            ".inf",
            ".nan",
            "~",
            "%YAML 9.9",
            "|9",
            "\t- a",
        ),
        *(
            "xn--a",
            "xn--",
            "http://[::1",
            "http://[v1.a]",
            "http://1.2.3",
            "http://0x7f.1",
            "http://@",
            "//",
            "https:a",
            "\\\\",
        ),
        *(
            "::/129",
            "/33",
            "%{d0r}",
            "%{z}",
            "%",
            "p=\t",
            "v=spf1 redirect=a.example",
            "include:a.example",
            "exists:%{l}.%{i}",
        ),
        *(
            "<!--[if",
            "<![endif]-->",
            "<!--[if !mso]><!-->",
            "<![CDATA[",
            "<plaintext>",
            "<svg><style>",
            "</p",
            "<a b=c d='",
        ),
        *(
            "{%",
            "%}",
            "{{",
            "}}",
            "{#",
            "<%",
            "%>",
            "<?=",
            "?>",
            "${",
            "@{",
            "*|",
            "|*",
            "[[",
            "]]",
            "@if",
            "@end",
            "#if(",
            "{% raw %}",
        ),
        *(
            "@media{",
            "@import",
            "url(",
            "/*",
            "*/",
            "!important",
            ":not(",
            ":has(",
            "[a=",
            "{}",
            ";;",
            "maillint: ignore",
        ),
    )
)
"""What readers of texts stumble over: odd characters and numbers, half of a pair, no charset, no date, no URL."""


def tokens(seeds: Iterable[bytes]) -> list[bytes]:
    """What a fuzzer puts in beside random bytes: the words and runs of signs that most seeds have, and odd pieces."""
    count = Counter(token for seed in seeds for token in set(_TOKEN.findall(seed)))
    return [*(token for token, _ in count.most_common(400)), *ODD]
