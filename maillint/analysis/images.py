"""The pictures that a view fetches, and which of them are open pixels, or may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from maillint.analysis.beacons import (
    FetchAddress,
    is_named,
    is_open_path,
    is_remote,
    is_spacer,
    original,
    read_address,
    reader_identifier,
)
from maillint.data.amendments import Amendment
from maillint.message.css.lengths import TINY
from maillint.message.css.visibility import Hiding
from maillint.message.html.tree import Element, Html
from maillint.message.memo import remembered
from maillint.message.views import View
from maillint.patterns import regex
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.text.spans import Span
from maillint.values import frozen
from maillint.web.trackers import beacon_vendor, is_added, is_allowed
from maillint.web.urls import split

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
_CANDIDATE = regex(r"([^\s,]++(?:,++[^\s,]++)*+)(?:\s++[^\s,]++)?")
_MOST_CANDIDATES = 50
_PHOTO = (".jpg", ".jpeg", ".webp", ".svg")
_RATIO_LAYOUTS = frozenset({"responsive", "intrinsic", "fill", "flex-item", "fixed-height", "nodisplay"})
_NOT_LOADED = frozenset({"template", "noembed", "noframes", "iframe", "textarea", "title", "script"})
_PICTURE_SIZE = 16
"""Pixels of width or height from which something is a picture for people, hidden or not."""

_OPEN_WORDS = "open track pixel beacon trk read seen view oimg ut.php lt.php otserv /oo/".split()
"""Every path that ``is_open_path`` finds holds one of these."""

_MOST_COMPARED = 50_000  # pictures with pictures, where many are hidden
_OFTEN = 3
"""A file that a message uses so often belongs to its layout: one open pixel is enough."""


@frozen
class Picture:
    """An element that fetches a picture; ``addresses`` are pairs of an address and the attribute that has it."""

    element: Element
    addresses: tuple[tuple[str, str], ...]

    def span(self, attribute: str) -> Span:
        """The place of an attribute's address."""
        return self.element.value_span(attribute)


@frozen
class Verdict:
    """Why a picture is an open pixel, or how likely it is one.

    ``vendor`` is empty where its address is no known tracker's; ``sign`` says why, in words; ``span`` is the place of
    its address, ``url``. ``sure``: more speaks for it than its size and visibility.
    """

    confidence: Confidence
    vendor: str
    sign: str
    url: str
    span: Span
    sure: bool = True


def pictures(html: Html) -> Iterator[Picture]:
    """The pictures of a parsed view, of whatever elements."""
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
def pictures_of(view: View) -> tuple[Picture, ...]:
    """The pictures of a view."""
    return tuple(pictures(view.html))


def vendor_of(view: View, url: str, trackers: Amendment) -> str | None:
    """Whose open pixels have such an address; None if nobody's are known to."""
    vendors: dict[str, str | None] = view.shared.memo.setdefault(("vendors of pixels", trackers), {})
    if url not in vendors:
        vendors[url] = beacon_vendor(original(url), trackers)
    return vendors[url]


def is_loaded(picture: Picture) -> bool:
    """Whether a client loads a picture where it stands."""
    return not picture.element.in_any(_NOT_LOADED)


@remembered
def suspect_pictures(view: View, trackers: Amendment) -> tuple[tuple[Picture, Verdict], ...]:
    """The pictures of a view that are or may be open pixels, judged once for each view.

    ``trackers`` are the settings' changes to the list of trackers.
    """
    found = pictures_of(view)
    if not found:
        return ()
    judge = _Judge(view, found, trackers)
    return tuple((picture, verdict) for picture in found if (verdict := judge.verdict(picture)) is not None)


class _Judge:
    def __init__(self, view: View, found: Sequence[Picture], trackers: Amendment) -> None:
        self._view = view
        self._trackers = trackers
        self._found = found
        self._visibility = view.content.visibility
        self._reported_blocks: set[int] = set()
        self._compared = 0
        self._uses: tuple[Counter[str], dict[str, set[tuple[object, object]]]] | None = None

    def verdict(self, picture: Picture) -> Verdict | None:
        element = picture.element
        for url, name in picture.addresses:
            vendor = vendor_of(self._view, url, self._trackers)
            if vendor is None or not is_loaded(picture):
                continue
            if is_added(original(url), self._trackers) or not self._is_for_people(element, url):
                return Verdict("certain", vendor, f"{vendor} counts opens with this address", url, picture.span(name))
        remote = next(((url, name) for url, name in picture.addresses if is_remote(url)), None)
        if remote is None or is_allowed(remote[0], self._trackers):
            return None
        if element.tag == "amp-pixel":
            return Verdict("certain", "", "<amp-pixel> has no other use", remote[0], picture.span(remote[1]))
        width, height = self._size(element)
        small = width is not None and height is not None and width < TINY and height < TINY
        empty = 0 in {width, height}
        thin = not empty and (width is None) != (height is None) and _least(width, height) < TINY
        hiding = self._visibility.hidden_by(element)
        if not (small or empty or thin or hiding):
            return self._by_path(picture, *remote, width, height)
        if not is_loaded(picture) or (hiding is None and self._visibility.shown_elsewhere(None, element)):
            return None
        if hiding is not None and self._visibility.shown_elsewhere(hiding, element):
            if hiding.element is element or not (small or empty or thin):
                return None
            hiding = None
        big = not (small or empty) and max(width or 0, height or 0) >= _PICTURE_SIZE
        shape = _shape(width, height) if small or empty or thin else ""
        if hiding is not None and not shape:
            shape = hiding.words if hiding.element is element else f"inside an element with {hiding.words}"
        return self._by_looks(picture, *remote, shape, hiding, thin=thin and hiding is None, big=big)

    def _is_for_people(self, element: Element, url: str) -> bool:
        """Whether a picture seems to be there to be seen: it has the size of one, words in its place, or is a photo."""
        if self._visibility.hidden_by(element) is not None:
            return False
        width, height = self._size(element)
        if max(width or 0, height or 0) >= _PICTURE_SIZE:
            return True
        if width is not None and height is not None and width < TINY and height < TINY:
            return False
        alt = element.attrs.get("alt", "")
        described = any(map(str.isalnum, alt)) and not is_named(alt)
        return described or _full_width(element) or split(url).path.lower().endswith(_PHOTO)

    def _by_path(
        self, picture: Picture, url: str, name: str, width: float | None, height: float | None
    ) -> Verdict | None:
        """Judge a picture that can be seen: by its address alone."""
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
            identifier = reader_identifier(address)
            if identifier is None:
                return None
            sign = f"its address counts opens, with {identifier.words}"
        else:
            return None
        if not is_loaded(picture):
            return None
        return Verdict("likely", "", sign, url, picture.span(name))

    def _by_looks(
        self, picture: Picture, url: str, name: str, shape: str, hiding: Hiding | None, *, thin: bool, big: bool
    ) -> Verdict | None:
        """Judge a picture that nobody is meant to see."""
        address = self._address(picture, url, name)
        identifier = reader_identifier(address)
        span = picture.span(name)
        spacer = is_spacer(address)
        named = not spacer and _is_named(picture.element, address)
        if identifier is not None and identifier.sure:
            if big and (hiding is None or self._has_twin(picture)):
                return None
            return Verdict("likely", "", f"{shape}, with {identifier.words}", url, span)
        if is_open_path(address.parts) and identifier is not None and not big:
            return Verdict("likely", "", f"{shape}, and its address counts opens", url, span)
        if named and not big:
            return Verdict("likely", "", f"{shape}, and its name says tracking", url, span)
        if thin or self._is_layout(url):
            return None
        if identifier is not None and not big and not (spacer and "token" in identifier.words):
            return Verdict("likely", "", f"{shape}, with {identifier.words}", url, span, sure=False)
        if spacer or not _has_host(address):
            return None
        if big and (hiding is None or hiding.element is not picture.element or self._has_twin(picture)):
            return None
        if len(picture.element.attrs.get("alt", "").split()) > 1:  # described, so styles elsewhere show it
            return None
        if hiding is not None and hiding.element is not picture.element:
            if hiding.element.index in self._reported_blocks:  # one finding for all pictures of a hidden block
                return None
            self._reported_blocks.add(hiding.element.index)
        return Verdict("possible", "", shape, url, span, sure=False)

    def _address(self, picture: Picture, url: str, name: str) -> FetchAddress:
        return read_address(url, self._view, picture.span(name))

    def _size(self, element: Element) -> tuple[float | None, float | None]:
        if element.tag.startswith("amp-") and element.attrs.get("layout", "").lower() in _RATIO_LAYOUTS:
            return None, None  # their numbers are a ratio
        if element.tag == "v:imagedata" and element.parent is not None:
            return self._visibility.size(element.parent)
        return self._visibility.size(element)

    # -- the other pictures

    def _is_layout(self, url: str) -> bool:
        """Whether a file is used like a spacer of the layout: often, or in several sizes."""
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
        """Whether a picture that can be seen seems to be another version of a hidden one (dark, small, still)."""
        self._compared += len(self._found)
        if self._compared > _MOST_COMPARED:
            return True
        alt = picture.element.attrs.get("alt", "").strip()
        size = self._size(picture.element)
        around = set(_near(picture.element))
        for other in self._found:
            if other is picture or self._visibility.hidden_by(other.element) is not None:
                continue
            if alt and other.element.attrs.get("alt", "").strip() == alt:
                return True
            if not around.isdisjoint(_near(other.element)):
                return True
            if size != (None, None) and self._size(other.element) == size:
                return True
        return False


def _file(url: str) -> str:
    """The file's name and query, since one spacer may lie on several hosts."""
    return url.rpartition("/")[2] or url


def _near(element: Element) -> Iterator[int]:
    """The indexes of the closest elements around one."""
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
    """Whether the address names a host that is known."""
    return bool(address.parts.host) and PLACEHOLDER_CHAR not in address.parts.host


def _may_be_open_path(url: str) -> bool:
    low = url[:1000].lower()
    return any(word in low for word in _OPEN_WORDS) or not url.strip(PLACEHOLDER_CHAR)
