"""The kind of mail, where nothing states it: by links, placeholders and header fields, never by a word of the text."""

from __future__ import annotations

import time

import pytest

from maillint.data.lists import load_list
from tests.linting import message_of

HEAD = (
    "From: Shop <news@shop.example>\nTo: a@client.example\nSubject: x\n"
    "Date: Tue, 10 Mar 2026 10:00:00 +0000\nMessage-ID: <1.2@shop.example>\n"
)
CLOSE = '<a href="https://shop.example/close">close the account</a>'
OUT = "https://shop.example/u/123"

GENERAL = [
    # words of the text, and links beside them
    f"<p>You cannot unsubscribe from such messages. To get none, {CLOSE}.</p>",
    f"<p>This concerns your account; you can't unsubscribe: {CLOSE}.</p>",
    f"<p>Von diesen Nachrichten können Sie sich nicht abmelden: {CLOSE}</p>",
    f"<p>Vous ne pouvez pas vous désabonner de ces messages : {CLOSE}</p>",
    f"<p>От этих писем нельзя отписаться: {CLOSE}</p>",
    f"<p>You have unsubscribed. {CLOSE}</p>",
    f"<p>You have been unsubscribed from our newsletter: {CLOSE}</p>",
    f"<p>Unsubscribe whenever you like.</p><p>{CLOSE}</p>",
    "<p>To opt out of SMS codes, <a href='https://shop.example/2fa'>change your settings</a>.</p>",
    # links that lead out of something else
    "<p><a href='https://shop.example/billing'>Unsubscribe from the plan</a> or do nothing.</p>",
    "<p><a href='https://shop.example/devices'>Alle Geräte abmelden</a></p>",
    "<p>Das waren nicht Sie? <a href='https://shop.example/devices'>Von allen Geräten abmelden</a></p>",
    "<p><a href='https://shop.example/2fa'>Opt out of SMS codes</a></p>",
    "<p><a href='https://shop.example/privacy'>Opt out of cookies</a></p>",
    "<p><a href='https://shop.example/settings'>Manage your notification settings</a></p>",
    # what readers do not get, and what is no link
    "<style>.unsubscribe { color: red }</style><p class='unsubscribe'>Hi</p>",
    f"<!-- <a href='{OUT}'>Unsubscribe</a> --><p>Hi</p>",
    "{% if user.unsubscribed %}<p>Hi</p>{% endif %}",
]
NEWSLETTER = [
    f"<a href='{OUT}'>Unsubscribe</a>",
    f"<a href='{OUT}'>unsubscribe here</a>",
    f"<a href='{OUT}'>Unsubscribe from Acme</a>",
    f"<a href='{OUT}'>Unsubscribe from account emails</a>",
    f"<p>If you do not want these mails, <a href='{OUT}'>click here</a> to unsubscribe.</p>",
    f"<p>To unsubscribe, <a href='{OUT}'>click here</a>.</p>",
    f"<p>You can <a href='{OUT}'>unsubscribe</a> at any time.</p>",
    f"<p>To be unsubscribed, <a href='{OUT}'>write to us</a>.</p>",
    f"<p>Don't want these emails? <a href='{OUT}'>Unsubscribe</a></p>",
    "<a href='https://shop.example/unsubscribe?t=1'>here</a>",
    "<a href='mailto:unsubscribe@shop.example'>leave</a>",
    f"<a href='{OUT}'><img src='u.png' alt='Unsubscribe'></a>",
    f"<a href='{OUT}'>Click here to opt out</a>",
    f"<a href='{OUT}'>Opt out of these emails</a>",
    f"<a href='{OUT}'>Abmelden</a>",
    f"<p>Wenn Sie keine Mails mehr wollen, können Sie sich <a href='{OUT}'>hier abmelden</a>.</p>",
    f"<a href='{OUT}'>Newsletter abbestellen</a>",
    f"<a href='{OUT}'>Se désabonner</a>",
    f"<a href='{OUT}'>Darse de baja</a>",
    f"<a href='{OUT}'>Отписаться</a>",
    f"<a href='{OUT}'>Відписатися</a>",
    # placeholders
    "<a href='{{ unsubscribe_url }}'>leave</a>",
    "<a href=\"{% url 'newsletter:unsubscribe' token %}\">leave</a>",
    "<a href='*|UNSUB|*'>leave</a>",
    "<p>{{{ pm:unsubscribe }}}</p>",
    "<unsubscribe>leave</unsubscribe>",
]
MESSAGES = [
    ("List-Unsubscribe: <https://shop.example/u>\n", "Hi\n", "newsletter"),
    ("List-Id: <news.shop.example>\n", "Hi\n", "newsletter"),
    ("List-Id: <news.shop.example>\nList-Post: NO\n", "Hi\n", "newsletter"),
    ("Precedence: bulk\n", f"Hi\nUnsubscribe: {OUT}\n", "newsletter"),
    ("", f"Hi\nTo unsubscribe visit {OUT}\n", "newsletter"),
    ("", "Hi\nReply with “unsubscribe” and we stop.\n", "general"),
    # what is posted to a mailing list
    ("List-Id: <dev.shop.example>\nList-Post: <mailto:dev@shop.example>\nList-Unsubscribe: <mailto:x@y.example>\n",
     "Hi\n", "general"),
    ("List-Id: <dev.shop.example>\nPrecedence: list\nList-Unsubscribe: <mailto:x@y.example>\n",
     "Hi\n_______\nTo unsubscribe: https://lists.shop.example/options/dev\n", "general"),
]  # fmt: skip


@pytest.mark.parametrize("text", GENERAL)
def test_a_word_makes_no_newsletter(text: str) -> None:
    assert message_of(text).profile == "general"


@pytest.mark.parametrize("text", NEWSLETTER)
def test_a_way_out_makes_a_newsletter(text: str) -> None:
    assert message_of(text).profile == "newsletter"


@pytest.mark.parametrize(("fields", "text", "profile"), MESSAGES)
def test_header_fields_and_plain_text(fields: str, text: str, profile: str) -> None:
    assert message_of(f"{HEAD}{fields}\n{text}", "eml").profile == profile


def test_the_needles_miss_no_word() -> None:
    data = load_list("unsubscribe")["way-out"]
    pieces = [*data["elements"], *data["words"], *data["addresses"], *data["doubtful"]]
    assert [piece for piece in pieces if not any(needle in piece for needle in data["needles"])] == []


def test_many_links_are_no_burden() -> None:
    text = "<p>You cannot unsubscribe: <a href='https://shop.example/'>shop</a></p>\n"
    times = []
    for count in (2_000, 8_000):
        taken = []
        for _ in range(3):
            began = time.process_time()
            assert message_of(text * count).profile == "general"
            taken.append(time.process_time() - began)
        times.append(min(taken))
    assert times[1] < 10 * times[0]
