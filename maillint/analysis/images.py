"""Pictures judged: which of those that a view fetches are open pixels, and which may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from maillint.analysis.beacons import (
    FetchAddress,
    is_named,
    is_open_path,
    is_remote,
    is_spacer,
    marker,
    original,
    read_address,
)
from maillint.data.amendments import Amendment
from maillint.message.css.visibility import TINY, Hiding, Looks
from maillint.message.html.tree import Element, Html
from maillint.message.memo import remembered
from maillint.message.views import View
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.web.trackers import beacon_vendor, is_allowed

Confidence = Literal["certain", "likely", "possible"]

_ROLES = {
    "img": ("src",),
    "image": ("src",),  # parsers read it as img
    "amp-img": ("src",),
    "amp-anim": ("src",),
    "amp-pixel": ("src",),
    "v:image": ("src",),
    "v:imagedata": ("src", "o:href"),
    "mj-image": ("src",),
    "source": (),
}
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url")
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^\s,]+)?")
_MOST_CANDIDATES = 50
_ORDINARY = (".jpg", ".jpeg", ".webp", ".svg", ".JPG")
_RATIO_LAYOUTS = frozenset({"responsive", "intrinsic", "fill", "flex-item", "fixed-height", "nodisplay"})
_NOT_LOADED = frozenset({"template", "noembed", "noframes", "iframe", "textarea", "title", "script"})
_PICTURE_SIZE = 16
"""Who declares so many pixels shows a picture, hidden or not."""

_OPEN_WORDS = "open track pixel beacon trk read seen view oimg ut.php lt.php otserv /oo/".split()
"""One of these stands in whatever ``is_open_path`` finds."""

_MOST_COMPARED = 50_000  # pictures with pictures, where many are hidden
_OFTEN = 3
"""An address that stands so often in a message is a piece of its layout: a pixel is needed once."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An element that fetches a picture, with its addresses and the attributes that have them."""

    element: Element
    addresses: tuple[tuple[str, str], ...]

    def span(self, attribute: str) -> Span:
        """The place of an address."""
        return self.element.value_span(attribute)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a picture is taken for. ``sign`` says why, in words; ``span`` is the place of its address.

    ``own``: its address differs from reader to reader. ``sure``: not for its looks alone.
    """

    confidence: Confidence
    vendor: str
    sign: str
    url: str
    span: Span
    own: bool
    sure: bool = True


def pictures(html: Html) -> Iterator[Picture]:
    """The pictures of a view, whatever element shows them."""
    sources: dict[int, list[tuple[str, str]]] = {}
    for element in html.elements:
        tag = element.tag
        if tag in _ROLES:
            names: Sequence[str] = _ROLES[tag]
        elif tag == "input" and element.attrs.get("type", "").strip().lower() == "image":
            names = ("src",)
        else:
            continue
        found = [(element.value(name) or "", name) for name in names if name in element.attrs]
        attrs = element.attrs
        if "srcset" in attrs:
            found.extend((url, "srcset") for url in _candidates(element.value("srcset") or ""))
        if len(attrs) > 1 and not any(is_remote(url) for url, _ in found):
            found.extend((element.value(name) or "", name) for name in _LAZY if name in attrs)
        parent = element.parent
        if parent is not None and parent.tag == "picture":
            if tag == "source":
                sources.setdefault(parent.index, []).extend(found)
                continue
            found.extend(sources.get(parent.index, ()))
        elif tag == "source":
            continue
        yield Picture(element, tuple((url.strip(), name) for url, name in found))


def _candidates(srcset: str) -> Iterator[str]:
    for count, match in enumerate(_CANDIDATE.finditer(srcset)):
        if count == _MOST_CANDIDATES:
            return
        yield match[1]


@remembered
def looks_of(view: View) -> Looks:
    """How a view's elements look to its audience."""
    return Looks(view.html, word=view.outlook is not None)


@remembered
def judged(view: View, trackers: Amendment) -> tuple[tuple[Picture, Verdict], ...]:
    """Judge the pictures of a view; those that nothing is to be said of are left out.

    ``trackers`` is what settings say of the list of trackers.
    """
    found = tuple(pictures(view.html))
    if not found:
        return ()
    judge = _Judge(view, found, trackers)
    return tuple((picture, verdict) for picture in found if (verdict := judge.verdict(picture)) is not None)


class _Judge:
    def __init__(self, view: View, found: Sequence[Picture], trackers: Amendment) -> None:
        self._view = view
        self._trackers = trackers
        self._found = found
        self._looks = looks_of(view)
        self._told: set[int] = set()
        self._compared = 0
        self._uses: tuple[Counter[str], dict[str, set[tuple[object, object]]]] | None = None

    def verdict(self, picture: Picture) -> Verdict | None:
        element = picture.element
        for url, name in picture.addresses:
            vendor = None if url.endswith(_ORDINARY) else beacon_vendor(original(url), self._trackers)
            if vendor is not None and not element.in_any(_NOT_LOADED):
                own = marker(self._address(picture, url, name)) is not None
                sign = f"{vendor} counts opens by this address"
                return Verdict("certain", vendor, sign, url, picture.span(name), own)
        remote = next(((url, name) for url, name in picture.addresses if is_remote(url)), None)
        if remote is None or is_allowed(remote[0], self._trackers):
            return None
        if element.tag == "amp-pixel":
            return Verdict("certain", "", "amp-pixel is made for that", remote[0], picture.span(remote[1]), own=True)
        width, height = self._size(element)
        small = width is not None and height is not None and width < TINY and height < TINY
        none = 0 in {width, height}
        thin = not none and (width is None) != (height is None) and _least(width, height) < TINY
        hiding = self._looks.hiding(element)
        if not (small or none or thin or hiding):
            return self._by_path(picture, *remote, width, height)
        if element.in_any(_NOT_LOADED) or (hiding is None and self._looks.switched(None, element)):
            return None
        if hiding is not None and self._looks.switched(hiding, element):
            if hiding.element is element or not (small or none or thin):
                return None
            hiding = None
        big = not (small or none) and max(width or 0, height or 0) >= _PICTURE_SIZE
        shape = _shape(width, height) if small or none or thin else ""
        if hiding is not None and not shape:
            shape = hiding.words if hiding.element is element else f"inside an element with {hiding.words}"
        return self._by_looks(picture, *remote, shape, hiding, thin=thin and hiding is None, big=big)

    def _by_path(
        self, picture: Picture, url: str, name: str, width: float | None, height: float | None
    ) -> Verdict | None:
        """A picture that hides nothing, but whose address counts opens."""
        if max(width or 0, height or 0) >= _PICTURE_SIZE or not _may_be_open_path(url):
            return None
        address = self._address(picture, url, name)
        if (
            PLACEHOLDER_CHAR in url
            and not url.strip(PLACEHOLDER_CHAR)
            and any(is_named(words) for _, words in address.tags)
        ):
            sign = f"its whole address is the template tag {address.tags[0][1]}"
        elif is_open_path(address.parts) and not _full_width(picture.element):
            mark = marker(address)
            if mark is None:
                return None
            sign = f"its address counts opens, with {mark.words}"
        else:
            return None
        if picture.element.in_any(_NOT_LOADED):
            return None
        return Verdict("likely", "", sign, url, picture.span(name), own=True)

    def _by_looks(
        self, picture: Picture, url: str, name: str, shape: str, hiding: Hiding | None, *, thin: bool, big: bool
    ) -> Verdict | None:
        """A picture that nobody is meant to see."""
        address = self._address(picture, url, name)
        mark = marker(address)
        span = picture.span(name)
        spacer = is_spacer(address)
        named = not spacer and _is_named(picture.element, address)
        if mark is not None and mark.sure:
            if big and (hiding is None or self._has_twin(picture)):
                return None
            return Verdict("likely", "", f"{shape}, with {mark.words}", url, span, own=True)
        if is_open_path(address.parts) and mark is not None and not big:
            return Verdict("likely", "", f"{shape}, and its address counts opens", url, span, own=True)
        if named and not big:
            return Verdict("likely", "", f"{shape}, and it is called a tracker", url, span, own=mark is not None)
        if thin or self._is_layout(url):
            return None
        if mark is not None and not big and not (spacer and "token" in mark.words):
            return Verdict("likely", "", f"{shape}, with {mark.words}", url, span, own=True, sure=False)
        if spacer or not _has_host(address):
            return None
        if big and (hiding is None or hiding.element is not picture.element or self._has_twin(picture)):
            return None
        if (
            len(picture.element.attrs.get("alt", "").split()) > 1
        ):  # described to readers: who shows it is styled elsewhere
            return None
        if hiding is not None and hiding.element is not picture.element:
            if hiding.element.index in self._told:  # one word about a block is enough
                return None
            self._told.add(hiding.element.index)
        return Verdict("possible", "", shape, url, span, own=False, sure=False)

    def _address(self, picture: Picture, url: str, name: str) -> FetchAddress:
        return read_address(url, self._view, picture.span(name))

    def _size(self, element: Element) -> tuple[float | None, float | None]:
        if element.tag.startswith("amp-") and element.attrs.get("layout", "").lower() in _RATIO_LAYOUTS:
            return None, None  # only their ratio counts
        if element.tag == "v:imagedata" and element.parent is not None:
            return self._looks.size(element.parent)
        return self._looks.size(element)

    # -- the other pictures

    def _is_layout(self, url: str) -> bool:
        """Whether a file is used as designers use their spacers: often, and in other sizes, too."""
        if self._uses is None:
            counted: Counter[str] = Counter()
            sizes: dict[str, set[tuple[object, object]]] = {}
            for picture in self._found:
                for other, _ in picture.addresses[:1]:
                    key = _file(other)
                    counted[key] += 1
                    attrs = picture.element.attrs
                    sizes.setdefault(key, set()).add((attrs.get("width"), attrs.get("height")))
            self._uses = counted, sizes
        counted, sizes = self._uses
        return counted[_file(url)] >= _OFTEN or len(sizes.get(_file(url), ())) > 1

    def _has_twin(self, picture: Picture) -> bool:
        """Whether a picture that can be seen stands for a hidden one: the dark, the small or the still one."""
        self._compared += len(self._found)
        if self._compared > _MOST_COMPARED:
            return True
        alt = picture.element.attrs.get("alt", "").strip()
        size = self._size(picture.element)
        around = set(_near(picture.element))
        for other in self._found:
            if other is picture or self._looks.hiding(other.element) is not None:
                continue
            if alt and other.element.attrs.get("alt", "").strip() == alt:
                return True
            if not around.isdisjoint(_near(other.element)):
                return True
            if size != (None, None) and self._size(other.element) == size:
                return True
        return False


def _file(url: str) -> str:
    """The file's name and query: one spacer may lie on several hosts."""
    return url.rpartition("/")[2] or url


def _near(element: Element) -> Iterator[int]:
    """The elements closest around one."""
    for count, around in enumerate(element.ancestors):
        if count == 3 or around.tag in {"body", "table", "tbody", "tr", "html"}:
            return
        yield around.index


def _least(width: float | None, height: float | None) -> float:
    return min(length for length in (width, height, TINY) if length is not None)


def _shape(width: float | None, height: float | None) -> str:
    if width is None or height is None:
        return f"{width:g} px wide" if width is not None else f"{height:g} px high"
    return f"{width:g}×{height:g} px"


def _full_width(element: Element) -> bool:
    """Whether a share of the page's width is declared."""
    return "%" in element.attrs.get("width", "") or "width:100%" in element.attrs.get("style", "").replace(" ", "")


def _is_named(element: Element, address: FetchAddress) -> bool:
    attrs = element.attrs
    texts = [attrs.get(name, "") for name in ("id", "class", "alt", "name", "title")]
    texts.append(address.parts.path.rpartition("/")[2])
    texts.extend(words for _, words in address.tags)
    return any(is_named(text) for text in texts if text and len(text) < 300)


def _has_host(address: FetchAddress) -> bool:
    """Whether the address names who is to be asked."""
    return bool(address.parts.host) and PLACEHOLDER_CHAR not in address.parts.host


def _may_be_open_path(url: str) -> bool:
    low = url[:1000].lower()
    return any(word in low for word in _OPEN_WORDS) or not url.strip(PLACEHOLDER_CHAR)
