"""What has raised something else than LintError: kinds of text, each with the places where one may stand."""

from __future__ import annotations

import contextlib

import pytest

from maillint import Config, LintError, lint

CHARSETS = (
    "idna",
    "undefined",
    "punycode",
    "a%00b",
    "é",
    "utf\ud800",
    "unicode_escape",
    "base64",
    "aliases",
    "",
    "utf-16",
)
WORDS = ("a", "=C3=A9", "%ff%00", "xn--\x80", "+AGE-", "w6k=", "a..b", "")

PARAMETERS = [
    *(f'name="=?{charset}?{way}?{word}?="' for charset in CHARSETS for way in "qb" for word in WORDS),
    *(f"name*={charset}''{word}" for charset in CHARSETS for word in WORDS),
    *(f"name*0*={charset}'en'{word}; name*1=x" for charset in CHARSETS for word in WORDS),
    *(f"name={charset}" for charset in CHARSETS),
    *("name*0=a; name*0=b", "name*1=a", "name*x=a", "name*-1=a", "name*=''", "name*=a'", "name*9999999999999999=a"),
    *('name="', 'name="\\', "name", "=", ";;;", "name*=", "name*0", "=?utf-8?b?a?="),
]
MESSAGE = """\
From: a@b.example
Content-Type: multipart/mixed; boundary=x; {0}

--x
Content-Type: text/html; {1}
Content-Disposition: attachment; {2}

<p>Hi
--x
Content-Type: multipart/mixed; {3}

--x
--x
Content-Type: text/plain; {1}
Content-Disposition: inline; {2}

Hi
--x--
"""


@pytest.mark.parametrize("parameter", PARAMETERS, ids=ascii)
def test_mime_parameters(parameter: str) -> None:
    """In every parameter that is read, of every field that has some."""
    names = ("boundary", "charset", "filename", "boundary")
    text = MESSAGE.format(*(parameter.replace("name", name, 1) for name in names))
    assert lint(text.encode("utf-8", "surrogatepass"), kind="eml").files


def test_a_boundary_that_cannot_be_decoded_still_parts_the_message() -> None:
    header = "Content-Type: multipart/mixed; boundary*=undefined''x\n"
    text = f"{header}\n--x\nContent-Type: text/html\n\n<p>Hi <b>Ada</p>\n--x--\n"
    assert "markup/unclosed-tag" in {found.rule for found in lint(text, kind="eml").files[0].findings}


DEEP = 3000
SCALARS = [
    *("2020-99-99", "2020-02-30", "2020-01-01T99:99:99Z", "=", "<<", "<<: 1", "~", ".inf", ".nan", "1:99:99", "1e999"),
    *(f"!!{kind} x" for kind in ("int", "float", "bool", "timestamp", "binary", "null", "map", "set", "omap", "pairs")),
    *("!!python/object:os.system x", "!x y", "!<x> y", "!", "!!", "&a", "*a", "&a [*a]", "&a {b: *a}", "&a {<<: *a}"),
    *("9" * 5000, "-" + "9" * 5000, "0x" + "f" * 5000, "0b" + "1" * 20000, "1." * 100),
    *("[" * DEEP, "[" * DEEP + "]" * DEEP, "{a: " * DEEP, "- " * DEEP, "? " * DEEP, "- ? " * DEEP),
    *('"\\U00110000"', '"\\ud800"', '"', "'", "@", "`", "%", "\t", "\0", "\x07", "\x85", "\ufeff", "\ufffe", "\ud800"),
    *("[1]", "{a: 1}", "? [a]\n: b", "? {a: b}\n: c", "[[a]: b]", "|\n  x", "...", "---"),
]  # fmt: skip
FRONT_MATTER = [
    *("touch: {}", "profile: {}", "dialect: {}", "subject: {}", "other: {}", "{}: x", "{}", "<<: {}", "- {}"),
    *("headers: {}", "headers:\n  X-A: {}", "headers: {{{}: x}}", "? {}\n: x", "touch: &a {}\nprofile: *a"),
]


@pytest.mark.parametrize("place", FRONT_MATTER)
@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: ascii(scalar[:20]))
def test_front_matter(scalar: str, place: str) -> None:
    try:
        lint(f"---\n{place.format(scalar)}\n---\n<p>Hi</p>", kind="html")
    except LintError as error:
        assert "\n" not in str(error)


def str_of(value: object) -> str:
    """A short name of a value; some are too long to be shown."""
    return type(value).__name__


KEYS = (
    *("extends", "profile", "rules", "headers", "exclude", "rule-folders", "plugins", "own-domains", "dkim-selectors"),
    *("dialect", "sequences", "jurisdictions", "pixel-consent", "lists", "clients", "baseline", "overrides"),
)
CONFIG = [
    "{key}: {value}",
    "{key}: [{value}]",
    "{key}: {{{value}: {value}}}",
    "{key}:\n- files: [{value}]\n  rules: {value}",
]


@pytest.mark.slow
@pytest.mark.parametrize("key", [*KEYS, "<<", "="])
@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: ascii(scalar[:20]))
def test_configuration(scalar: str, key: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name, line in [("maillint.yaml", "{key}: {value}"), ("pyproject.toml", "[tool.maillint]\n{key} = {value}")]:
        for form in CONFIG if name == "maillint.yaml" else [line, line.replace("{value}", "[{value}]")]:
            text = form.replace("{value}", scalar).replace("{key}", key).replace("{{", "{").replace("}}", "}")
            (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")
            with contextlib.suppress(LintError):
                lint("<p>Hi</p>", kind="html", config=Config.load(folder / name))
            (folder / name).unlink()


@pytest.mark.parametrize(
    "value", [10**5000, {1: 2}, [None], object(), b"x", "\0", "\ud800", float("nan"), [[[]]]], ids=str_of
)
def test_keywords(value: object) -> None:
    for key in KEYS:
        with contextlib.suppress(LintError):
            lint("<p>Hi</p>", kind="html", config=Config(**{key.replace("-", "_"): value}))  # type: ignore[arg-type]


NUMBERS = ["9" * 5000, "9" * 400, "²", "٣", "1e999", "inf", "nan", "-1", "1_0", "１２"]
PLACES = {
    "ports": ("html", '<a href="http://a.example:@/">x</a><a href="http://1.@.3/">x</a><a href="http://[::@]/">x</a>'),
    "MSO": ("html", "<!--[if gte mso @]><p>x</p><![endif]--><!--[if mso @.5]><p>x</p><![endif]-->"),
    "sizes": ("html", '<img src="https://t.example/o.gif" width="@" height="@" srcset="a.gif @w" border=@>'),
    "tables": ("html", '<table width="@"><td colspan="@" width=@% height=@></table><ol start=@><li value=@>'),
    "styles": ("html", '<p style="width:@px;font-size:@em;opacity:@;margin-left:-@px;color:#@;line-height:@">x</p>'),
    "style sheets": ("html", "<style>@media (max-width:@px){.a{width:@px;z-index:@}}</style><p class=a>x</p>"),
    "references": ("html", "<p>&#@; &#x@; costs $@ off @% only @ days</p>"),
    "addresses": ("html", '<a href="https://a.example/?utm_source=@&u=%@&a=&#@;">x @</a>'),
    "metadata": ("html", '<meta name=viewport content="width=@"><meta http-equiv=refresh content="@;url=http://a">'),
    "tests": ("html", "{% for i in range(@) %}{{ a|round(@) }}{% endfor %}{% if a > @.@ %}b{% endif %}"),
    "front matter": ("html", "---\ntouch: @\nsubject: @\n---\n<p>x</p>"),
    "dates": ("eml", "Date: Mon, @ Jan @ 00:00:@ +@\nMIME-Version: @.0\nX-Priority: @\nSubject: a\n\nHi"),
    "DKIM": ("eml", "DKIM-Signature: v=@; a=rsa-sha256; d=b.example; s=s; l=@; t=@; x=@; bh=a; b=a; h=from\n\nHi"),
    "MIME": ("eml", 'Content-Type: text/plain; name*@=a; x="@"\nContent-Disposition: inline; size=@\n\nHi'),
    "words": ("eml", "Subject: =?utf-8?q?a=@?=\nContent-Transfer-Encoding: @bit\n\nHi"),
    "MJML": ("mjml", '<mjml><mj-body width="@px"><mj-text padding="@px @px">a</mj-text></mj-body></mjml>'),
}  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: ascii(number[:8]))
@pytest.mark.parametrize("place", PLACES)
def test_numbers(place: str, number: str) -> None:
    kind, text = PLACES[place]
    with contextlib.suppress(LintError):
        report = lint(text.replace("@", number), kind=kind)  # type: ignore[arg-type]
        assert not [found.message for found in report.findings if found.rule == "internal-error"]
