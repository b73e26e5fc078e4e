from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.web.urls import (
    LONGEST_VALUE,
    MOST_PARAMETERS,
    Url,
    as_absolute,
    decoded_base64,
    decoded_target,
    normalise_for_counting,
    query_items,
    split,
    unpacked,
)
from tests.timing import fastest

U = PLACEHOLDER_CHAR
TARGET = "https://acme.example/pricing?plan=team"
MEGABYTE = 1 << 20


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://acme.example", Url("https", host="acme.example")),
        ("https://acme.example/", Url("https", host="acme.example", path="/")),
        ("HTTPS://Acme.Example/Path", Url("https", host="acme.example", path="/Path")),
        ("http://acme.example:8080/a", Url("http", host="acme.example", port="8080", path="/a")),
        ("https://a:b@acme.example/", Url("https", userinfo="a:b", host="acme.example", path="/")),
        ("https://acme.example@evil.example/", Url("https", "acme.example", "evil.example", path="/")),
        ("https://a@b@evil.example/", Url("https", "a@b", "evil.example", path="/")),
        ("https://acme.example?a=1", Url("https", host="acme.example", query="a=1")),
        ("https://acme.example#top", Url("https", host="acme.example", fragment="top")),
        ("https://acme.example/?a=1#b?c", Url("https", "", "acme.example", "", "/", "a=1", "b?c")),
        ("https://acme.example/#a?b", Url("https", host="acme.example", path="/", fragment="a?b")),
        ("https://acme.example/?u=https://b.example/?c", Url("https", host="acme.example", path="/", query="u=https://b.example/?c")),
        ("  https://acme.example/ \n", Url("https", host="acme.example", path="/")),
        ("\x00\x1fhttps://acme.example/", Url("https", host="acme.example", path="/")),
        ("https://acme.exa\nmple/a\tb", Url("https", host="acme.example", path="/ab")),
        ("ht\ntps://acme.example/", Url("https", host="acme.example", path="/")),
        ("https:\\\\acme.example\\a\\b", Url("https", host="acme.example", path="/a/b")),
        ("https:/acme.example/a", Url("https", host="acme.example", path="/a")),
        ("https:acme.example/a", Url("https", host="acme.example", path="/a")),
        ("https:////acme.example/a", Url("https", host="acme.example", path="/a")),
        ("https:/\\/acme.example/a", Url("https", host="acme.example", path="/a")),
        ("https://good.example\\@evil.example/", Url("https", host="good.example", path="/@evil.example/")),
        ("https://acme.example/a?b\\c", Url("https", host="acme.example", path="/a", query="b\\c")),
        ("//acme.example/a", Url(host="acme.example", path="/a")),
        ("\\\\acme.example\\a", Url(host="acme.example", path="/a")),
        ("https://ex%61mple.org/", Url("https", host="example.org", path="/")),
        ("https://acme.example./", Url("https", host="acme.example.", path="/")),
        ("https://ÄCME.example/", Url("https", host="äcme.example", path="/")),
        ("https://[2001:db8::1]:443/", Url("https", host="[2001:db8::1]", port="443", path="/")),
        ("https://[2001:db8::1", Url("https", host="[2001:db8::1")),
        ("https://acme.example:port/", Url("https", host="acme.example", port="port", path="/")),
        ("https://", Url("https")),
        ("https:///", Url("https")),
        ("https://:80/", Url("https", port="80", path="/")),
        ("ftp://files.example/a", Url("ftp", host="files.example", path="/a")),
        ("www.acme.example/a?b", Url(path="www.acme.example/a", query="b")),
        ("/a/b", Url(path="/a/b")),
        ("#top", Url(fragment="top")),
        ("", Url()),
        ("mailto:a@acme.example?subject=Hi", Url("mailto", path="a@acme.example", query="subject=Hi")),
        ("MailTo:a@acme.example", Url("mailto", path="a@acme.example")),
        ("tel:+1 202", Url("tel", path="+1 202")),
        ("javascript:alert(1)", Url("javascript", path="alert(1)")),
        ("file:///etc/passwd", Url("file", path="/etc/passwd")),
        ("file://server/share", Url("file", host="server", path="/share")),
        ("custom://host\\x/a", Url("custom", host="host\\x", path="/a")),
        ("cid:image001@acme.example", Url("cid", path="image001@acme.example")),
        (f"https://{U}/a", Url("https", host=U, path="/a")),
        (f"https://{U}{U}.acme.example/", Url("https", host=f"{U}{U}.acme.example", path="/")),
        (f"https://acme.example/{U}?a={U}#{U}", Url("https", "", "acme.example", "", f"/{U}", f"a={U}", U)),
        (f"https://{U}@acme.example:{U}/", Url("https", U, "acme.example", U, "/")),
        (f"{U}/a?b", Url(path=f"{U}/a", query="b")),
        (f"{U}://acme.example/", Url(path=f"{U}://acme.example/")),
    ],
)  # fmt: skip
def test_a_url_comes_apart_as_in_a_browser(url: str, parts: Url) -> None:
    assert split(url) == parts


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("", []),
        ("a=1", [("a", "1")]),
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=1", [("", "1")]),
        ("&&a=1&&", [("a", "1")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=%26&b=+", [("a", "%26"), ("b", "+")]),
        ("a=1&amp;utm_source=x", [("a", "1"), ("utm_source", "x")]),
        (f"a={U}", [("a", U)]),
    ],
)
def test_parameters_come_in_order_and_as_written(query: str, items: list[tuple[str, str]]) -> None:
    assert list(query_items(query)) == items


def test_parameters_are_read_one_by_one() -> None:
    items = query_items("a=1&" + "b=2&" * MEGABYTE)
    assert next(items) == ("a", "1")
    assert sum(1 for _ in items) == MOST_PARAMETERS - 1


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://acme.example", "https://acme.example"),
        ("https://acme.example/", "https://acme.example"),
        ("https://ACME.example", "https://acme.example"),
        ("http://acme.example/", "https://acme.example"),
        ("//acme.example/", "https://acme.example"),
        ("https://acme.example:443/", "https://acme.example"),
        ("http://acme.example:80/", "https://acme.example"),
        ("https://acme.example.", "https://acme.example"),
        ("https://acme.example/#pricing", "https://acme.example"),
        ("https://acme.example/?utm_source=a&utm_medium=b", "https://acme.example"),
        ("https://acme.example/?UTM_Source=a", "https://acme.example"),
        ("https://acme.example/?a=1&amp;utm_source=b", "https://acme.example?a=1"),
        ("https://acme.example/?", "https://acme.example"),
        ("https://acme.example/a/", "https://acme.example/a"),
        ("https://acme.example/A", "https://acme.example/A"),
        ("https://acme.example/a?b=1&utm_term=c&d=2", "https://acme.example/a?b=1&d=2"),
        ("https://acme.example:8443/", "https://acme.example:8443"),
        ("http://acme.example:443/", "https://acme.example:443"),
        ("https://www.acme.example/", "https://www.acme.example"),
        ("https://a.example/?b=2&a=1", "https://a.example?b=2&a=1"),
        ("ftp://files.example/a", "ftp://files.example/a"),
        ("MAILTO:a@acme.example", "mailto:a@acme.example"),
        ("tel:+12025550100", "tel:+12025550100"),
        (f"https://acme.example/{U}/", f"https://acme.example/{U}"),
        ("/a", "/a"),
        ("", ""),
    ],
)  # fmt: skip
def test_urls_to_the_same_place_have_the_same_key(url: str, key: str) -> None:
    assert normalise_for_counting(url) == key


def test_further_parameters_can_be_dropped() -> None:
    url = "https://acme.example/?mc_cid=1&Gclid=2&plan=team"
    assert normalise_for_counting(url, {"mc_cid", "gclid"}) == "https://acme.example?plan=team"


def test_what_is_beyond_the_most_parameters_stays() -> None:
    rest = "&".join(f"p{i}=1" for i in range(MOST_PARAMETERS + 5))
    assert normalise_for_counting(f"https://acme.example/?utm_a=1&{rest}").endswith(rest)


def _encoded(text: str, times: int) -> str:
    for _ in range(times):
        text = quote(text, safe="")
    return text


BASE64 = base64.b64encode(TARGET.encode()).decode()
URLSAFE = base64.urlsafe_b64encode(TARGET.encode()).decode()


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (TARGET, TARGET),
        ("http://acme.example", "http://acme.example"),
        ("HTTPS://ACME.example/", "HTTPS://ACME.example/"),
        (" https://acme.example/ ", "https://acme.example/"),
        (_encoded(TARGET, 1), TARGET),
        (_encoded(TARGET, 2), TARGET),
        (_encoded(TARGET, 3), TARGET),
        (_encoded(TARGET, 4), None),
        ("https:%2F%2Facme.example%2Fa", "https://acme.example/a"),
        ("https://acme.example%2Fa", "https://acme.example/a"),
        ("https:/acme.example/a", "https://acme.example/a"),
        ("https%3a%2f%2facme.example%2f%3fu%3dhttps%253a%252f%252fb.example", "https://acme.example/?u=https%3a%2f%2fb.example"),
        (BASE64, TARGET),
        (BASE64.rstrip("="), TARGET),
        (URLSAFE, TARGET),
        (_encoded(BASE64, 1), TARGET),
        (BASE64.rstrip("=") + "~", TARGET),
        (base64.b64encode(_encoded(TARGET, 1).encode()).decode(), TARGET),
        (base64.b64encode(_encoded(TARGET, 3).encode()).decode(), TARGET),
        (base64.b64encode(b"HTTP://ACME.example/").decode(), "HTTP://ACME.example/"),
        (TARGET.encode().hex(), TARGET),
        (TARGET.encode().hex().upper(), TARGET),
        ("https://äcme.example/", "https://äcme.example/"),
        (base64.b64encode("https://äcme.example/".encode()).decode(), "https://äcme.example/"),
        (f"https://{U}/a", f"https://{U}/a"),
        (f"https://acme.example/{U}", f"https://acme.example/{U}"),
        (U, None),
        ("", None),
        ("acme.example", None),
        ("www.acme.example/a", None),
        ("//acme.example/a", None),
        ("/a/b", None),
        ("https:", None),
        ("https://", None),
        ("https:///a", None),
        ("https:acme.example", None),
        ("see https://acme.example", None),
        ("ftp://acme.example/", None),
        ("javascript:alert('https://acme.example')", None),
        ("mailto:a@acme.example", None),
        ("aHR0cHM6Ly8", None),
        ("aHR0cHM6Ly9h\u00e4", None),
        ("aHR0cHM6Ly9hAAAB", None),
        (base64.b64encode(b"https://a.example/\x00\x01\x02").decode(), None),
        (base64.b64encode(b"https://a.example/\xff\xfe").decode(), None),
        (base64.b64encode(BASE64.encode()).decode(), None),
        ("68747470", None),
        ("6874747073zz", None),
        ("%", None),
        ("%zz%1", None),
    ],
)  # fmt: skip
def test_a_value_decodes_to_an_absolute_web_address_or_to_nothing(value: str, target: str | None) -> None:
    assert decoded_target(value) == target


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example", "https://a.example"),
        ("http:/a.example/b", "http://a.example/b"),
        ("https://a.example%2Fb", None),
        ("https://a b.example/", None),
        ("a.example", None),
    ],
)
def test_absolute(text: str, address: str | None) -> None:
    assert as_absolute(text) == address


@pytest.mark.parametrize("value", ["-", "a", "=", "====", "aGk=!", "\ud800", "a" * (LONGEST_VALUE + 4)])
def test_what_is_no_base64_gives_nothing(value: str) -> None:
    assert decoded_base64(value) is None


def test_base64_may_lack_its_padding() -> None:
    assert [decoded_base64(text) for text in ("aGk", "aGk=", "aGk~", "aG9p", "-_-_")] == ["hi", "hi", "hi", "hoi", None]


HOSTILE: dict[str, Callable[[int], str]] = {
    "query": lambda n: "https://a.example/?" + "url=http" * n,
    "ampersands": lambda n: "https://a.example/?" + "&" * n,
    "percent": lambda n: "https://a.example/?url=" + "%25" * n,
    "base64": lambda n: "https://a.example/?url=" + "aHR0" * n,
    "hexadecimal": lambda n: "https://a.example/?url=" + "68747470" * n,
    "nested": lambda n: "https://a.example/?url=" * n,
    "at signs": lambda n: "https://" + "@" * n,
    "slashes": lambda n: "https:" + "/\\" * n,
    "brackets": lambda n: "https://" + "[" * n,
    "colons": lambda n: "https://" + ":" * n,
    "scheme": lambda n: "a" * n + "://",
    "host": lambda n: "https://" + "%61" * n,
    "white space": lambda n: " " * n + "https://a.example" + "\n" * n,
    "template output": lambda n: "https://" + U * n,
}  # fmt: skip


@pytest.mark.parametrize("shape", HOSTILE)
def test_a_megabyte_costs_in_proportion_to_its_length(shape: str) -> None:
    make = HOSTILE[shape]

    def cost(size: int) -> float:
        url = make(size // max(1, len(make(1)) - len(make(0))))

        def read() -> None:
            parts = split(url)
            for _, value in query_items(parts.query):
                decoded_target(value)
            decoded_target(url)
            unpacked(parts.path)
            normalise_for_counting(url)

        return fastest(read)

    large = cost(MEGABYTE)
    assert large < 1
    assert large < 0.02 or large / cost(MEGABYTE // 8) < 24, "a length eight times as long costs far more"


def test_ten_thousand_addresses_in_one_another_cost_three_rounds() -> None:
    url = TARGET
    for _ in range(10_000):
        url = f"https://a.example/?url={url}"
    assert decoded_target(url) == url
    assert decoded_target(quote(url[: LONGEST_VALUE // 3], safe="")) == url[: LONGEST_VALUE // 3]


def test_beyond_the_longest_value_nothing_is_decoded() -> None:
    long = "https://acme.example/" + "a" * LONGEST_VALUE
    assert decoded_target(long) == long
    assert decoded_target(quote(long, safe="")) is None
    assert decoded_target(base64.b64encode(long.encode()).decode()) is None


PIECES = st.sampled_from(
    ["https://", "http:", "//", "/", "\\", "@", ":", "?", "#", "&", "=", "%", "%2F", "%3A", "%25", "[", "]", ".",
     "acme.example", "a", "aHR0cHM6Ly9h", "68747470", U, " ", "\n", "\ud800", "ß", "amp;", "utm_source", "xn--"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join))


@given(TEXTS)
def test_any_text_can_be_taken_apart(text: str) -> None:
    parts = split(text)
    assert parts.scheme == parts.scheme.lower()
    assert "/" not in parts.host or "%" in text
    assert list(query_items(parts.query)) == list(query_items(split(text).query))
    assert len(normalise_for_counting(text)) <= len(text) * 3 + 16


@given(TEXTS)
@example("? UTM_")
def test_a_key_is_its_own_key(text: str) -> None:
    url = f"https://acme.example/{text.replace('%', '')}"
    key = normalise_for_counting(url)
    assert normalise_for_counting(key) == key


@given(TEXTS)
def test_whatever_decodes_is_an_address_and_no_longer_than_the_value(text: str) -> None:
    target = decoded_target(text)
    if target is not None:
        assert target[:4].lower() == "http"
        assert "://" in target
        assert len(target) <= len(text) + 1


@given(st.from_regex(r"https?://[a-z]{1,8}\.example/[a-zA-Z0-9/?=._~-]{0,40}", fullmatch=True), st.integers(0, 3))
def test_every_encoding_is_undone(url: str, times: int) -> None:
    assert decoded_target(_encoded(url, times)) == url
    assert decoded_target(base64.b64encode(url.encode()).decode()) == url
    assert decoded_target(base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")) == url
    assert decoded_target(url.encode().hex()) == url
