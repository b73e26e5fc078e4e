"""Measure whether time grows with a template's length and no faster: ratios within one run.

    python benchmarks/templates.py [SIZE]

The first table is about reading hostile and odd texts and making their views. Each row doubles its input twice; a
ratio near 2 is linear. The last column is the time for the largest input, on this machine. The second table doubles a
template as people write them from 150 KB to 5 MB and gives the time of each stage, up to all rules. Then come ten
thousand tags, two hundred blocks within one another, and ten thousand beside one another. SIZE is another largest size
for both tables.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from itertools import pairwise

from maillint.catalogue.load import shipped
from maillint.catalogue.rule import ActiveRule
from maillint.engine.lint import lint
from maillint.message.read import MessageSettings, read_message
from maillint.message.template.dialect import dialects
from maillint.message.template.parse import read
from maillint.message.views import make_views
from maillint.text.source import Source

RULES = [
    ActiveRule(rule, {**{name: option.default for name, option in rule.check.options.items()}, **rule.options})
    for rule in shipped().rules.values()
    if rule.check.subject == "message"
]

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


def hostile(largest: int) -> int:
    """Print a row for every input; return how many cost more than their length."""
    sizes = (largest // 4, largest // 2, largest)
    slow = 0
    print(f"{'reading and views':36}{'x2':>7}{'x2':>7}{f'{largest:,} characters':>24}")
    for name, (dialect, make) in INPUTS.items():
        seconds(make(2000), dialect)  # patterns are compiled on first use
        times = [min(seconds(make(size), dialect) for _ in range(2)) for size in sizes]
        ratios = [after / before for before, after in pairwise(times)]
        linear = min(ratios) < 3 or times[-1] < 0.05
        slow += not linear
        print(f"{name:36}{ratios[0]:7.1f}{ratios[1]:7.1f}{times[-1]:22.2f} s{'' if linear else '  not linear'}")
    return slow


def stages(text: str) -> tuple[float, float, float]:
    """The time of reading a text, of making and parsing its views, and of all rules."""
    message = read_message([Source.from_text("mail.html.j2", text)], MessageSettings(profile="newsletter"))
    gc.collect()
    times = [time.process_time()]
    part = message.parts[0]
    assert part.template.tags
    times.append(time.process_time())
    for view in part.views:
        assert view.content.flow is not None
    times.append(time.process_time())
    lint(message, RULES)
    times.append(time.process_time())
    reading, views, rules = (after - before for before, after in pairwise(times))
    return reading, views, rules


def doubled(largest: int) -> int:
    """Print a row for every size of one template; return how often a doubling cost more than three times the time."""
    print(f"\n{'characters':>12}{'reading':>10}{'views':>10}{'all rules':>10}{'together':>10}{'x2':>7}")
    slow, before = 0, 0.0
    size = largest // 32
    while size <= largest:
        times = stages(REAL * (size // len(REAL)))
        ratio = sum(times) / before if before else 0.0
        slow += ratio > 3
        before = sum(times)
        shown = f"{ratio:7.1f}" if ratio else ""
        print(f"{size:12,}{''.join(f'{value:8.2f} s' for value in (*times, before))}{shown}")
        size *= 2
    return slow


MANY = {
    "10,000 output tags": "<p>{{ a }}</p>\n" * 10_000,
    "200 blocks within one another": "".join(f"{{% if a{n} %}}<div>" for n in range(200)) + "</div>{% endif %}" * 200,
    "10,000 blocks beside one another": "".join(f"{{% if a{n} %}}<p>x</p>{{% endif %}}\n" for n in range(10_000)),
    "10,000 greetings": "{% set a = 1 %}<p>Hello {{ first_name }},</p>\n" * 10_000,
}


def main() -> int:
    """Print the tables; exit 1 if something costs more than its length."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    slow = hostile(largest or 1_000_000) + doubled(largest or 4_800_000)
    print(f"\n{'':34}{'reading':>10}{'views':>10}{'all rules':>10}")
    for name, text in MANY.items():
        print(f"{name:34}{''.join(f'{value:8.2f} s' for value in stages(text))}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
