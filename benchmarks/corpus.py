"""The mail that is measured: made from a fixed seed, the same on every machine, or taken from a folder."""

from __future__ import annotations

import random
import shutil
from email.message import EmailMessage
from pathlib import Path

FILES = 500
MESSAGES = 10_000
ENDINGS = frozenset({".html", ".htm", ".j2", ".twig", ".hbs", ".liquid", ".erb", ".mjml"})

_WORDS = (
    "the harbour quay boat winter timetable smokehouse season market lantern ticket members card reader letter island "
    "ferry morning evening crew captain net rope anchor storm calm tide chart compass island coffee bread fish herring "
    "cod shop opening sunday monday december january invitation evening concert choir lighthouse keeper path walk"
).split()
_NAMES = ("first_name", "plan", "member", "city", "order.number", "order.total", "ticket", "invoice.date")


class Writer:
    """Writes newsletters as people write them: tables, inline styles, branches, Outlook conditionals, links, images."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def sentence(self) -> str:
        """A sentence of six to eighteen words, now and then with a placeholder."""
        words = self._random.choices(_WORDS, k=self._random.randint(6, 18))
        if self._random.random() < 0.2:
            words.insert(3, f'{{{{ {self._random.choice(_NAMES)} | default("you") }}}}')
        return " ".join(words).capitalize() + "."

    def text(self, sentences: int) -> str:
        """Some sentences."""
        return " ".join(self.sentence() for _ in range(sentences))

    def section(self, number: int) -> str:
        """One section of a newsletter, about 1.2 KB; one in four holds a branch."""
        pick = self._random
        colour = f"#{pick.randrange(0x1000000):06x}"
        padding = pick.choice((8, 12, 16, 24, 32))
        address = f"https://harbour.example/{pick.choice(_WORDS)}/{number}?ref=mail&amp;edition={pick.randrange(12)}"
        body = (
            f'<h2 class="title" style="margin:0 0 {padding}px 0;color:{colour}">{self.sentence()}</h2>\n'
            f'      <p style="margin:0 0 12px 0">{self.text(pick.randint(2, 5))}</p>\n'
            f'      <a href="{address}" style="color:{colour};text-decoration:underline">{self.sentence()}</a>\n'
            f'      <img src="https://harbour.example/{number}-{pick.randrange(99)}.png" width="552" height="240"'
            f' alt="{self.sentence()}" style="display:block;border:0">'
        )
        if pick.random() < 0.25:
            body += (
                f"\n      {{% if reader.{pick.choice(('member', 'guest', 'crew'))} %}}<p>{self.sentence()}</p>"
                f"{{% else %}}<p>{self.sentence()}</p>{{% endif %}}"
            )
        table = (
            f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">\n'
            f'  <tr>\n    <td style="padding:{padding}px;font-family:Arial,sans-serif;font-size:16px">\n      {body}\n'
            f"    </td>\n  </tr>\n</table>\n"
        )
        if pick.random() < 0.3:
            start, end = (
                "<!--[if mso]><table width=600><tr><td><![endif]-->",
                "<!--[if mso]></td></tr></table><![endif]-->",
            )
            table = f"{start}\n{table}{end}\n"
        return table

    def template(self, size: int) -> str:
        """A newsletter of about so many characters."""
        sections: list[str] = []
        length = 0
        while length < size - 800:
            sections.append(self.section(len(sections) + 1))
            length += len(sections[-1])
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Harbour Notes</title>\n'
            "<style>.title { font-weight: bold } @media (max-width: 600px) { td { padding: 8px !important } }</style>\n"
            f'</head>\n<body style="margin:0">\n{"".join(sections)}'
            '<p><a href="https://harbour.example/out/{{ token }}">Unsubscribe</a></p>\n</body></html>\n'
        )

    def message(self, number: int) -> bytes:
        """A whole message with both alternatives, about 8 KB."""
        mail = EmailMessage()
        mail["From"] = "Harbour Notes <notes@harbour.example>"
        mail["To"] = f"reader{number}@reader.example"
        mail["Subject"] = self.sentence().rstrip(".")
        mail["Date"] = "Mon, 02 Nov 2026 09:00:00 +0000"
        mail["Message-ID"] = f"<{number}@harbour.example>"
        mail["List-Unsubscribe"] = f"<https://harbour.example/out/{number}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(self.text(12))
        mail.add_alternative(self.template(6_000).replace("{{", "").replace("}}", ""), subtype="html")
        return mail.as_bytes()


def make(folder: Path, real: Path | None = None) -> None:
    """Fill a folder: ``small.html``, ``one.html`` (50 KB), ``many/``, ``large.html`` (5 MB), ``messages/``.

    ``real`` is a folder of templates that ``many/`` and ``large.html`` are made from instead.
    """
    writer = Writer(1)
    (folder / "small").mkdir()
    (folder / "small" / "small.html").write_text('<p>Hello, <a href="https://harbour.example/">here</a>.</p>\n')
    (folder / "one").mkdir()
    (folder / "one" / "one.html").write_text(writer.template(50_000), encoding="utf-8")
    (folder / "many").mkdir()
    if real is None:
        for number in range(FILES):
            (folder / "many" / f"{number:03}.html").write_text(writer.template(6_000 + 50 * number), encoding="utf-8")
    else:
        found = sorted(path for path in real.rglob("*") if path.suffix in ENDINGS and path.is_file())
        if not found:
            raise SystemExit(f"{real}: no templates found")
        for number in range(FILES):
            source = found[number % len(found)]
            shutil.copy(source, folder / "many" / f"{number:03}-{source.name}")
    pieces = sorted((folder / "many").iterdir())
    large, length = [], 0
    while length < 5_000_000:
        large.append(pieces[len(large) % min(len(pieces), 260)].read_text(encoding="utf-8", errors="replace"))
        length += len(large[-1])
    (folder / "large").mkdir()
    (folder / "large" / "large.html").write_text("".join(large), encoding="utf-8")
    (folder / "messages").mkdir()
    some = [writer.message(number) for number in range(200)]
    for number in range(MESSAGES):  # each with an id of its own, so that no two are the same
        data = some[number % len(some)].replace(b"Message-ID: <", b"Message-ID: <%d." % number, 1)
        (folder / "messages" / f"{number:05}.eml").write_bytes(data)
