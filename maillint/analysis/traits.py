"""What a message has at all: the facts by which rules are left out that could not find anything in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from maillint.hits import NotKnown
from maillint.message.model import Message

NO_HEADERS = NotKnown(
    "no headers are given", 'write "headers:" in maillint.yaml, or "subject:" and "from:" in front matter'
)
TOUCH_NOT_DECLARED = NotKnown("whether this is a first message is not declared", 'write "touch: 1" in front matter')

_SQUEEZED = dict.fromkeys(map(ord, "\t\n\r"))  # what clients leave out of an address


class Traits:
    """What one message has, each worked out when it is first asked for; see ``Needs`` in ``maillint/check.py``."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def runs(self, needs: Sequence[Mapping[str, Any]], options: Mapping[str, Any]) -> bool | NotKnown:
        """Whether a check with these options can find anything here; NotKnown where that is its whole answer."""
        if not needs:
            return True
        answer: bool | NotKnown = False
        for alternative in needs:
            for group, names in alternative.items():
                if group == "or_unknown":
                    continue
                if not (any(map(options.get, names)) if group == "options" else _MEETS[group](self, names)):
                    if group == "headers" and "or_unknown" in alternative and not self._message.headers.known:
                        answer = NO_HEADERS
                    break
            else:
                return True
        return answer

    # -- what the groups of ``Needs`` ask for

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kind of message."""
        return frozenset({self._message.kind})

    @cached_property
    def headers(self) -> frozenset[str]:
        """The names of its header fields, in lower case; ``*`` for any, ``known`` where the headers are known."""
        headers = self._message.headers
        found = {field.key for field in headers}
        return frozenset(found | ({"*"} if found else set()) | ({"known"} if headers.known else set()))

    @cached_property
    def parts(self) -> frozenset[str]:
        """Which kinds of part it has."""
        message, found = self._message, set()
        for part in message.parts:
            found.add("html" if part.markup else "text")
            found.update(name for name in ("mjml", "includes") if getattr(part, name))
            if part.dialect is not None:
                found.add("template")
        return frozenset(found | ({"both"} if message.html is not None and message.text is not None else set()))

    @cached_property
    def tags(self) -> frozenset[str]:
        """The names of the elements of every view."""
        views = self._message.views(("html",))
        return frozenset({start_tag.tag for _, view in views for start_tag in view.html.start_tags})

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names of the attributes of every view's elements."""
        found: set[str] = set()
        for _, view in self._message.views(("html",)):
            html = view.html
            for each in html.elements if html.mjml else html.start_tags:  # elements of MJML inherit attributes
                found.update(each.attrs)
        return frozenset(found)

    @cached_property
    def links(self) -> str:
        """The addresses of the links of every view, in lower case, each with a line end; empty without links."""
        urls = {link.url: None for _, view in self._message.views() for link in view.content.links}
        return "".join([f"{url.translate(_SQUEEZED).lower()}\n" for url in urls])

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The texts of the parts."""
        return tuple(part.text for part in self._message.parts)

    @cached_property
    def faults(self) -> frozenset[str]:
        """What is wrong with the markup of any view."""
        found = {"truncated"} if self._message.branches_without_view else set()
        for _, view in self._message.views(("html",)):
            html = view.html
            found.update(name for name in ("unclosed", "stray", "misnested", "misplaced") if getattr(html, name))
            if html.faults:
                found.add("error")
                found.update(fault.code for fault in html.faults)
        return frozenset(found)

    @cached_property
    def rendered(self) -> frozenset[str]:
        """``yes`` for a template that is rendered."""
        message = self._message
        return frozenset({"yes"} if message.samples is not None or "mjml" in self.parts else ())

    @cached_property
    def touches(self) -> frozenset[str]:
        """``first`` for a first touch, or what may be one."""
        message = self._message
        is_first = message.touch == 1 or (message.touch is None and message.profile == "cold")
        return frozenset({"first"} if is_first else ())


def _any_name(group: str) -> Callable[[Traits, Sequence[str]], bool]:
    return lambda traits, names: not getattr(traits, group).isdisjoint(names)


_MEETS: Mapping[str, Callable[[Traits, Sequence[str]], bool]] = {
    **{
        name: _any_name(name)
        for name in ("kinds", "headers", "parts", "tags", "attributes", "faults", "rendered", "touches")
    },
    "links": lambda traits, pieces: bool(traits.links) and any(piece in traits.links for piece in pieces),
    "texts": lambda traits, pieces: any(piece in text for text in traits.texts for piece in pieces),
}
