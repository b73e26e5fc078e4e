"""What the HTML standard says about elements: which are void, which need no end tag, which hold no text."""

from __future__ import annotations

VOID = frozenset("area base basefont bgsound br col embed frame hr img input link meta param source track wbr".split())
OPTIONAL_END = frozenset(
    "html head body p li dt dd rt rp optgroup option thead tbody tfoot tr td th colgroup caption".split()
)
CELLS = frozenset({"td", "th", "tr"})
KNOWN = OPTIONAL_END | frozenset(
    (
        "a abbr acronym address article aside audio b bdi bdo big blink blockquote button canvas center cite code data"
        " datalist del details dfn dialog dir div dl em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6"
        " header hgroup i iframe ins kbd label legend main map mark marquee menu meter nav nobr noframes noscript"
        " object ol output picture pre progress q ruby s samp script search section select slot small span strike"
        " strong style sub summary sup table template textarea time title tt u ul var video"
    ).split()
)
SCOPE = frozenset("applet caption html table td th marquee object template".split())
TABLE_PARTS = frozenset("caption col colgroup tbody td tfoot th thead tr".split())
CLOSES_P = frozenset(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hgroup hr main menu nav ol p pre search section summary table ul".split()
)
IN_HEAD = frozenset("base basefont bgsound head link meta noframes noscript script style template title xml".split())
CLOSED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # the start tag of a key ends the open elements of the first set, up to one of the second
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "menu", "dir"}) | SCOPE),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"}) | SCOPE),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"}) | SCOPE),
    "option": (frozenset({"option"}), frozenset({"select", "datalist"}) | SCOPE),
    "optgroup": (frozenset({"option", "optgroup"}), frozenset({"select"}) | SCOPE),
    "td": (frozenset({"td", "th"}), frozenset({"table", "template"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "template"})),
    "tr": (frozenset({"tr", "td", "th", "caption", "colgroup"}), frozenset({"table", "template"})),
    "tbody": (frozenset("tr td th tbody thead tfoot caption colgroup".split()), frozenset({"table", "template"})),
    "a": (frozenset({"a"}), SCOPE),
    "button": (frozenset({"button"}), SCOPE),
    "nobr": (frozenset({"nobr"}), SCOPE),
}
CLOSED_BY["thead"] = CLOSED_BY["tfoot"] = CLOSED_BY["tbody"]
IN_TABLES = frozenset("table tbody thead tfoot tr".split())
"""Elements whose content is rows and cells; a browser moves anything else in front of the table."""

MAY_STAND_IN_TABLES = TABLE_PARTS | frozenset("style script template input form".split())
"""Elements that a browser leaves where they are in ``IN_TABLES``."""

_EMPTY_IN_OFFICE = frozenset("v:fill v:stroke v:path v:imagedata v:shadow v:f o:lock o:p w:anchorlock w:wrap".split())

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

ONCE = frozenset({"html", "body", "head"})

NO_TEXT = frozenset("head title style script template noembed iframe xml select textarea".split())
"""Elements whose text is not shown in the message."""

BLOCKS = frozenset(
    (
        "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption"
        " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol option p pre section summary"
        " table tbody td tfoot th thead tr ul"
    ).split()
)
"""Elements that begin and end a line of text."""

RAW_TEXT = frozenset("style title textarea script iframe xmp noembed noframes plaintext".split())
"""Elements whose content is no markup; one that is never closed swallows the rest of the text."""

MAX_DEPTH = 512
"""Elements nested deeper than this become children of their 512th ancestor, as in browsers."""


def is_known(tag: str) -> bool:
    """Whether HTML or MJML may have an element of that name; a name that ends after ``mj-`` is incomplete."""
    return tag in KNOWN or tag in VOID or (tag.startswith("mj-") and tag[-1] != "-")


def is_office(tag: str) -> bool:
    """Whether an element is one of VML or Office with content, which only Outlook for Windows reads."""
    return (tag == "xml" or tag.startswith(("v:", "o:", "w:"))) and tag not in _EMPTY_IN_OFFICE


def must_close(tag: str) -> bool:
    """Whether an element of HTML needs an end tag."""
    return tag in KNOWN and tag not in OPTIONAL_END
