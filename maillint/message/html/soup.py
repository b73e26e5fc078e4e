"""A view as a BeautifulSoup tree with places, built from the tree that the HTML standard makes (turbohtml's)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from bs4.builder import HTMLTreeBuilder
from bs4.element import Comment, Doctype

if TYPE_CHECKING:
    from turbohtml import Node

    from maillint.message.html.tree import Html


class _TreeBuilder(HTMLTreeBuilder):
    """Feeds BeautifulSoup from a tree that is parsed already, without recursion."""

    NAME = "maillint"
    features = ()
    is_xml = False
    store_line_numbers = True

    def __init__(self, html: Html) -> None:
        super().__init__()
        self._html = html

    def prepare_markup(self, markup: Any, *args: Any, **kwargs: Any) -> Any:
        yield markup, None, None, False

    def feed(self, markup: Any) -> None:
        soup: Any = self.soup
        pending: list[tuple[Node, bool]] = [(child, True) for child in reversed(self._html.tree.children)]
        while pending:
            node, entering = pending.pop()
            kind = type(node).__name__
            if kind == "Element":
                name: str = node.tag  # type: ignore[attr-defined]
                if not entering:
                    soup.handle_endtag(name)
                    continue
                position = node.position
                line, column = position if position else (None, None)
                attrs = {
                    key: " ".join(value) if isinstance(value, list) else (value or "")
                    for key, value in node.attrs.items()  # type: ignore[attr-defined]
                }
                soup.handle_starttag(name, None, None, attrs, sourceline=line, sourcepos=column)
                pending.append((node, False))
                pending.extend((child, True) for child in reversed(node.children))
            elif kind == "Text":
                soup.handle_data(node.data)  # type: ignore[attr-defined]
            elif kind == "Comment":
                soup.endData()
                soup.handle_data(node.data)  # type: ignore[attr-defined]
                soup.endData(Comment)
            elif kind == "Doctype":
                soup.endData()
                soup.object_was_parsed(Doctype.for_name_and_ids(node.name, node.public_id, node.system_id))  # type: ignore[attr-defined]


def make_soup(html: Html) -> BeautifulSoup:
    """Build the tree; each tag has ``sourceline`` (1-based) and ``sourcepos`` (0-based) in the view's text.

    Elements that the parser adds (``html``, ``tbody`` …) have neither.
    """
    # BeautifulSoup needs some markup; the builder does not read it, since it has the tree
    return BeautifulSoup("<html>", builder=_TreeBuilder(html))
