"""Measure that reading a template costs time in proportion to its length: ratios within one run.

Run ``python benchmarks/templates.py``. Every row doubles its input twice; a ratio near 2 is linear. The last
column is the time for the largest input, on this machine.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from itertools import pairwise

from maillint.message.template import dialects, read
from maillint.message.views import make_views

REAL = (
    '<table><tr>{% if plan == "pro" %}<td class="a">{{ name|default("you") }}</td>{% elif plan == "free" %}'
    '<td>{% trans "Free" %}</td>{% else %}<td>None</td>{% endif %}</tr>{% for item in items %}<tr><td>'
    '<a href="https://{{ domain }}/x?u={{ id }}">{{ item.title }}</a></td></tr>{% endfor %}</table>{# note #}\n'
)

INPUTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "a template as people write them": ("jinja", lambda size: REAL * (size // len(REAL))),
    "plain HTML": ("jinja", lambda size: "<p>Hello <b>there</b></p>\n" * (size // 26)),
    "output tags": ("jinja", lambda size: "{{ a }}" * (size // 7)),
    "choices beside one another": ("jinja", lambda size: "{% if a %}x{% endif %}" * (size // 22)),
    "choices with tests of their own": (
        "jinja",
        lambda size: "".join(f"{{% if a{n} %}}x{{% endif %}}" for n in range(size // 28)),
    ),
    "one choice of many branches": (
        "jinja",
        lambda size: "{% if a %}" + "".join(f"{{% elif b{n} %}}x" for n in range(size // 22)) + "{% endif %}",
    ),
    "one case of many values": (
        "liquid",
        lambda size: "{% case k %}" + "".join(f"{{% when {n} %}}x" for n in range(size // 22)) + "{% endcase %}",
    ),
    "blocks within blocks": (
        "jinja",
        lambda size: "".join(f"{{% if a{n} %}}x" for n in range(size // 32)) + "{% endif %}" * (size // 32),
    ),
    "openers without closers": ("jinja", lambda size: "{{ " * (size // 3)),
    "openers and one closer": ("jinja", lambda size: "{{ " * (size // 3) + "}}"),
    "brackets in tags that never close": ("jinja", lambda size: "{{ {'a': {" * (size // 10) + "}}"),
    "quotes that never close": ("jinja", lambda size: "{{ 'a }} " * (size // 9)),
    "blocks that never end": ("jinja", lambda size: "{% if a %}" * (size // 10)),
    "ends of nothing": ("jinja", lambda size: "{% endif %}" * (size // 11)),
    "crossing blocks": ("jinja", lambda size: "{% if a %}{% for x in y %}{% endif %}{% endfor %}" * (size // 48)),
    "raw blocks that never end": ("jinja", lambda size: "{% raw %}" * (size // 9)),
    "unlisted blocks": ("jinja", lambda size: "{% a %}" * (size // 20) + "{% enda %}" * (size // 20)),
    "sections": ("handlebars", lambda size: "{{#a}}{{^b}}" * (size // 24) + "{{/b}}{{/a}}" * (size // 24)),
    "code": ("erb", lambda size: "<% if a { b do |c| %>x<% end %>" * (size // 31)),
    "braces in code": ("ejs", lambda size: "<% if (a) { %>x<% } else { %>" * (size // 29)),
    "markup in code": ("razor", lambda size: "@if (a) { <p>@b</p> if (c) {" * (size // 28)),
    "brackets after a sign": ("razor", lambda size: "@if((" * (size // 5)),
    "directives": ("blade", lambda size: "@if (a @lang('" * (size // 14)),
    "references": ("velocity", lambda size: "$a.b(#if(" * (size // 9)),
    "elements as blocks": ("thymeleaf", lambda size: '<div th:if="${a}">' * (size // 18)),
    "attributes that never close": ("thymeleaf", lambda size: '<a th:if="' * (size // 10)),
    "components": ("heex", lambda size: "<.a b={c" * (size // 8)),
    "merge tags": ("mailchimp", lambda size: "*|IF:A|**|" * (size // 10)),
    "script blocks": ("ampscript", lambda size: "%%[ if a then " * (size // 14)),
    "percent signs": ("activecampaign", lambda size: "%FIRSTNAME%UNSUBSCRIBELINK%" * (size // 27)),
}


def seconds(text: str, dialect: str) -> float:
    """The time of reading a text and making its views."""
    gc.collect()
    start = time.process_time()
    template = read(text, dialects()[dialect])
    make_views(text, template, markup=True)
    return time.process_time() - start


def main() -> int:
    """Print a row for every input; exit 1 if one of them costs more than its length."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    sizes = (largest // 4, largest // 2, largest)
    slow = 0
    print(f"{'input':36}{'x2':>7}{'x2':>7}{f'{largest:,} characters':>24}")
    for name, (dialect, make) in INPUTS.items():
        seconds(make(2000), dialect)  # patterns are compiled on first use
        times = [min(seconds(make(size), dialect) for _ in range(2)) for size in sizes]
        ratios = [after / before for before, after in pairwise(times)]
        linear = min(ratios) < 3 or times[-1] < 0.05
        slow += not linear
        print(f"{name:36}{ratios[0]:7.1f}{ratios[1]:7.1f}{times[-1]:22.2f} s{'' if linear else '  not linear'}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
