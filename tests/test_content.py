"""Checks of content: spam phrases in the text, the preheader and the subject; false replies."""

from __future__ import annotations

from collections.abc import Mapping
from time import process_time
from typing import Any

import pytest

from maillint.data.amendments import Amendment, Lists
from maillint.data.lists import load_list
from maillint.engine.lint import lint
from maillint.finding import FileReport, Finding, Severity
from maillint.text.phrase_lists import phrase_index
from tests.linting import active, message_of


def report(
    name: str, text: str, kind: str = "html", options: Mapping[str, Any] | None = None, **setting: Any
) -> FileReport:
    """What one shipped rule says of one file."""
    return lint(message_of(text, kind, **setting), [active(name, options)])[0]


def phrases(findings: tuple[Finding, ...]) -> list[object]:
    return [found.evidence["match"] for found in findings]


def with_subject(subject: str, *more: str) -> str:
    return "\n".join(["From: ann@acme.example", f"Subject: {subject}", *more, "", "Dear Jane,"])


# -- spam-words ---------------------------------------------------------------------------------------

MILD = "<p>Hurry! A free trial, a giveaway, and no obligation for you and for all of your friends in town.</p>"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>You have won!</p>", ["You have won"]),
        ("<p>You&nbsp;have\n won</p>", ["You have won"]),
        ("<p>You <b>have</b> won</p>", ["You have won"]),
        ("<p>100% risk&#45;free</p>", ["100% risk-free"]),
        ("<p>You have</p><p>won</p>", ["You have won"]),
        ("<p>You have {{ just }} won</p>", []),
        ("<p>{{ you have won }}</p>", []),
        ("<p>{# you have won #}</p><!-- you have won --><style>/* you have won */</style>", []),
        ('<p><a href="https://acme.example/you-have-won">Read on</a></p>', []),
        ("<p>Feel free to ask our specialist about gluten-free bread.</p>", []),
        ("<p>Быстрый заработок и быстрого заработка</p>", ["Быстрый заработок", "быстрого заработка"]),
        ("<p>Швидкий заробіток</p>", ["Швидкий заробіток"]),
        ("<p>Гарантийный талон вложен в коробку.</p>", []),
    ],
)
def test_a_heavy_phrase_is_found_where_readers_see_it(text: str, found: list[str]) -> None:
    assert phrases(report("content/spam-words", text).findings) == found


def test_a_finding_names_phrase_category_weight_and_how_many_there_are() -> None:
    text = "<p>You have won! It is risk-free.</p>"
    first, second = report("content/spam-words", text).findings
    assert text[first.start : first.end] == "You have won"
    assert first.evidence == {
        "phrase": "you have won",
        "match": "You have won",
        "category": "prize",
        "weight": 3,
        "hits": 2,
    }
    assert text[second.start : second.end] == "risk-free"
    assert (second.evidence["phrase"], second.evidence["weight"]) == ("risk free", 2)


def test_mild_phrases_count_by_density_only() -> None:
    plenty = " ".join(f"word{number}" for number in range(200))
    assert len(report("content/spam-words", MILD).findings) == 4
    assert report("content/spam-words", f"{MILD}<p>{plenty}</p>").findings == ()
    assert report("content/spam-words", "<p>Free</p>").findings == ()


def test_a_phrase_counts_twice_at_most_for_density() -> None:
    words = " ".join(f"word{number}" for number in range(240))
    text = f"<p>Giveaway, hurry, no obligation. {'Giveaway. ' * 20}{words}</p>"
    assert report("content/spam-words", text).findings == ()
    findings = report("content/spam-words", text, options={"min-density": 1}).findings
    assert [len(found.at_each_place()) for found in findings] == [21, 1, 1]


def test_one_mild_phrase_over_and_over_is_not_density() -> None:
    assert report("content/spam-words", "<p>Giveaway, giveaway, giveaway, giveaway.</p>").findings == ()


def test_a_heavy_phrase_makes_no_mild_one_count_where_there_is_much_text() -> None:
    plenty = " ".join(f"word{number}" for number in range(300))
    text = f"<p>You have won. Hurry, a giveaway: {plenty}</p>"
    assert phrases(report("content/spam-words", text).findings) == ["You have won"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"min-weight": 3}, []),
        ({"min-weight": 1}, ["risk-free", "giveaway"]),
        ({"min-phrases": 2}, ["risk-free", "giveaway"]),
        ({"min-phrases": 2, "min-density": 90}, ["risk-free"]),
        ({"ignore": ["risk free"]}, []),
        ({"ignore": ["risk-free"]}, []),
        ({"ignore": ["prize-mild"], "min-weight": 1}, ["risk-free"]),
    ],
)
def test_options(options: dict[str, Any], found: list[str]) -> None:
    text = "<p>A risk-free giveaway for each and every one of you</p>"
    assert phrases(report("content/spam-words", text, options=options).findings) == found


HIDDEN = '<div style="display:none">You have won</div>'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{HIDDEN}<p>Dear Jane</p>", True),
        (f"<p>Read online</p>{HIDDEN}<p>Dear Jane</p>", True),
        (f'{HIDDEN}<img src="a.png" alt="">', True),
        (f"<p>{'Dear Jane, ' * 40}</p>{HIDDEN}", False),
        ('<div style="display:none">A free giveaway: hurry, no obligation</div><p>Dear Jane</p>', False),
    ],
    ids=["first", "after a line", "before images", "far below", "mild"],
)
def test_hidden_text_is_read_where_it_is_a_preheader(text: str, found: bool) -> None:
    assert (phrases(report("content/spam-words", text).findings) == ["You have won"]) is found


def test_a_phrase_in_one_branch_is_reported_once_with_its_branch() -> None:
    text = "{% if vip %}<p>You have won</p>{% else %}<p>Hello</p>{% endif %}<p>It is risk-free.</p>"
    first, second = report("content/spam-words", text).findings
    assert (first.evidence["match"], second.evidence["match"]) == ("You have won", "risk-free")
    assert (first.view, second.view) == ("", "")  # every reader of the branch gets the phrase


def test_both_parts_of_a_message_are_read_and_decoded() -> None:
    text = (
        "From: a@acme.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        "You have won\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<p>You ha=\nve=20won</p>\n--b--\n"
    )
    (found,) = report("content/spam-words", text, "eml").findings
    plain, html = found.at_each_place()
    assert (plain.part, text[plain.start : plain.end]) == ("1", "You have won")
    assert (html.part, text[html.start : html.end]) == ("2", "You ha=\nve=20won")


def test_evidence_of_a_word_stuffed_with_invisible_characters_is_short() -> None:
    padding = "\u200b" * 5000
    (found,) = report("content/spam-words", f"<p>You have w{padding}on</p>").findings
    assert len(str(found.evidence["match"])) <= 60


@pytest.mark.parametrize(
    ("profile", "severity"),
    [("cold", Severity.WARNING), ("newsletter", Severity.INFO), ("transactional", Severity.INFO)],
)
def test_severity_follows_the_kind_of_mail(profile: str, severity: Severity) -> None:
    (found,) = report("content/spam-words", "<p>You have won</p>", profile=profile).findings
    assert found.severity is severity


def test_every_shipped_language_is_searched() -> None:
    for language in ("en", "ru", "uk"):
        categories = load_list(f"phrases/{language}")["categories"]
        heavy = next(entry["phrases"] for entry in categories.values() if entry["weight"] == 3)
        wanted = next(phrase for phrase in heavy if phrase.isprintable() and not set(phrase) & set("*N%$"))
        assert [found.phrase for found in phrase_index().find(wanted)], wanted


# -- spam-words-subject -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("You have won", ["You have won"]),
        ("Invoice 17 of October", []),
        ("Free trial and a giveaway", ["Free trial", "giveaway"]),
        ("Your free trial ends on Friday", []),
        ("=?utf-8?b?WW91IGhhdmUgd29u?=", ["You have won"]),
        (
            "=?utf-8?q?=D0=91=D1=8B=D1=81=D1=82=D1=80=D1=8B=D0=B9?= =?utf-8?b?INC30LDRgNCw0LHQvtGC0L7Qug==?=",
            ["Быстрый заработок"],
        ),
        ("You have\n won", ["You have won"]),
    ],
)
def test_subject_of_a_message(subject: str, found: list[str]) -> None:
    assert phrases(report("content/spam-words-subject", with_subject(subject), "eml").findings) == found


def test_names_of_tags_in_a_subject_are_not_searched() -> None:
    text = '---\nsubject: "{{ you_have_won }} {% if easy money %}You have won{% endif %}"\n---\n<p>Hi</p>'
    (found,) = report("content/spam-words-subject", text).findings
    assert text[found.start : found.end] == "You have won"


@pytest.mark.parametrize("rule", ["content/spam-words-subject", "content/subject-fake-reply"])
def test_a_template_without_a_subject_is_unknown(rule: str) -> None:
    found = report(rule, "<p>Dear Jane</p>")
    assert [unknown.reason for unknown in found.unknown] == ["no headers are given"]
    assert report(rule, "---\nheaders: {X-A: b}\n---\n<p>Dear Jane</p>").unknown == ()


# -- subject-fake-reply -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "prefix"),
    [
        ("Re: hello", "Re:"),
        ("RE:hello", "RE:"),
        ("re : hello", "re :"),
        ("Re[2]: hello", "Re[2]:"),
        ("Re^3: hello", "Re^3:"),
        ("Re (4): hello", "Re (4):"),
        ("Re: Re: FW: hello", "Re: Re: FW:"),
        ("Fwd: hello", "Fwd:"),
        ("AW: WG: Termin", "AW: WG:"),
        ("Antwort: Termin", "Antwort:"),
        ("SV: möte", "SV:"),
        ("VB: möte", "VB:"),
        ("VS: kokous", "VS:"),
        ("Rép : réunion", "Rép :"),
        ("TR : réunion", "TR :"),
        ("RV: reunión", "RV:"),
        ("ENC: reunião", "ENC:"),
        ("Odp: spotkanie", "Odp:"),
        ("PD: spotkanie", "PD:"),
        ("YNT: toplantı", "YNT:"),
        ("İlt: toplantı", "İlt:"),
        ("Отв: встреча", "Отв:"),
        ("НА: встреча", "НА:"),
        ("Відп: зустріч", "Відп:"),
        ("回复：会议", "回复："),
        ("답장: 회의", "답장:"),
        ("ΑΠ: συνάντηση", "ΑΠ:"),
        ("תשובה", None),
        ("Hello", None),
        ("Re-order your coffee", None),
        ("Research: what we learned", None),
        ("Re our call", None),
        ("About Re: hello", None),
        ("[Acme] Re: hello", None),
        ("Reply: hello", None),
        ("Forward: hello", None),
        ("Ref: 4711", None),
        ("Ответ: сорок два", None),
        ("Отвечаем: как выбрать", None),
        ("Awards: the winners", None),
        ("re:Invent 2026", None),
        ("RE:PUBLICA, 26 May", None),
        ("Re: re:Invent 2026", "Re:"),
        ("Re:Inventory of October", "Re:"),
        ("", None),
    ],
)
def test_prefix(subject: str, prefix: str | None) -> None:
    found = report("content/subject-fake-reply", with_subject(subject), "eml").findings
    assert [finding.evidence["prefix"] for finding in found] == ([prefix] if prefix else [])


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ((), True),
        (("In-Reply-To: <1@client.example>",), False),
        (("References: <1@client.example>",), False),
        (("In-Reply-To:",), True),
        (("Thread-Topic: hello",), True),
    ],
)
def test_an_answer_names_what_it_answers(more: tuple[str, ...], found: bool) -> None:
    text = with_subject("Re: hello", *more)
    assert bool(report("content/subject-fake-reply", text, "eml").findings) is found


def test_a_message_with_the_forwarded_one_attached_is_a_forward() -> None:
    text = (
        "Subject: Fwd: hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n"
        "--b\nContent-Type: message/rfc822\n\nSubject: hello\n\nHello\n--b--\n"
    )
    assert report("content/subject-fake-reply", text, "eml").findings == ()


@pytest.mark.parametrize(
    ("front", "touch", "found", "unknown"),
    [
        ('subject: "Re: {{ company }}"', None, 1, 0),
        ('subject: "Re: {{ company }}"', 1, 1, 0),
        ('subject: "Re: {{ company }}"', 2, 0, 1),
        ('subject: "{{ company }}"', 2, 0, 0),
        ('subject: "Re: {{ company }}"\nheaders: {X-A: b}', 2, 1, 0),
        ('subject: "Re: {{ company }}"\nheaders: {In-Reply-To: "{{ first_id }}"}', 2, 0, 0),
        ('subject: "Re: {{ company }}"\nheaders: {In-Reply-To: "{{ first_id }}"}', 1, 0, 0),
        ('subject: "{% if second %}Re: {% endif %}{{ company }}"', None, 1, 0),
        ('subject: "{{ prefix }}: {{ company }}"', None, 0, 0),
    ],
)
def test_a_template_may_be_a_true_answer_from_its_second_touch_on(
    front: str, touch: int | None, found: int, unknown: int
) -> None:
    result = report("content/subject-fake-reply", f"---\n{front}\n---\n<p>Hello</p>", touch=touch)
    assert (len(result.findings), len(result.unknown)) == (found, unknown)
    assert all(question.reason == "no headers are given" for question in result.unknown)


@pytest.mark.parametrize(
    ("subject", "fixed"),
    [
        ("Re: our call", "our call"),
        ("Re: Fwd[2]:our call", "our call"),
        ("Re:", None),
        ("=?utf-8?q?Re=3A_our_call?=", None),
        ("Re:\n our call", None),
    ],
)
def test_the_prefix_is_dropped_where_that_is_safe(subject: str, fixed: str | None) -> None:
    text = with_subject(subject)
    (found,) = report("content/subject-fake-reply", text, "eml").findings
    if fixed is None:
        assert found.fix is None
        return
    assert found.fix is not None
    assert found.fix.safe
    (edit,) = found.fix.edits
    assert text[: edit.start] + edit.text + text[edit.end :] == with_subject(fixed)


# -- hostile input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    ["Re: " * 50_000, "Re" * 100_000, "Re[" * 60_000, "free " * 40_000, "{{" * 80_000, "re:invent " * 20_000],
    ids=lambda subject: subject[:6],
)
@pytest.mark.parametrize("rule", ["content/spam-words-subject", "content/subject-fake-reply"])
def test_a_long_subject_takes_little_time(rule: str, subject: str) -> None:
    text = with_subject(subject)
    start = process_time()
    report(rule, text, "eml")
    assert process_time() - start < 2


# -- subject-fake-reply: what shows that a message is a reply -------------------------------------------------

INDEX = "AcJ4sNwvYnPpc8mQTUKtsz9IJ3bbyQ"  # 22 bytes: a new thread


@pytest.mark.parametrize(
    ("subject", "prefix"),
    [
        ("RIF: offerta", "RIF:"),
        ("Rif: la nostra offerta", "Rif:"),
        ("Rif: 2026/123", None),
        ("RIF: n. 12 del 3 maggio", None),
        ("ATB: piedavajums", "ATB:"),
        ("YML: cyfarfod", "YML:"),
        ("Odg: ponuda", "Odg:"),
        ("Ats: pasiulymas", "Ats:"),
        ("Yml files in your build", None),
        ("Atbildes: jautajumi", None),
    ],
)
def test_prefixes_of_further_languages(subject: str, prefix: str | None) -> None:
    findings = report("content/subject-fake-reply", with_subject(subject), "eml").findings
    assert [found.evidence["prefix"] for found in findings] == ([prefix] if prefix else [])


@pytest.mark.parametrize(
    ("index", "fake"),
    [
        (f"{INDEX}==", True),
        (INDEX, True),
        (f"{INDEX}AAEnkg", False),
        (f"{INDEX}AA\n Enkg", False),
        ("?", True),
        ("", True),
    ],
)
def test_a_later_place_in_a_thread_shows_a_reply(index: str, fake: bool) -> None:
    text = with_subject("Re: our call", f"Thread-Index: {index}")
    assert bool(report("content/subject-fake-reply", text, "eml").findings) is fake


@pytest.mark.parametrize(
    ("below", "fake"),
    [
        ("-----Original Message-----\nFrom: Jane\nSent: Monday", False),
        ("--------------- Пересылаемое сообщение ---------------\n12.10.2026, Jane:", False),
        ("Von: Jane Doe\nGesendet: Montag, 5. Oktober 2026\nAn: Ann", False),
        ("From: Jane Doe\nDate: Monday\nSubject: Our call", False),
        ("Am 5. Oktober 2026 um 10:00 schrieb Jane Doe <jane@client.example>:\n\n> Wann?", False),
        ("Le lundi 5 octobre, Jane Doe a écrit :\n> Quand ?", False),
        ("Jane Doe <jane@client.example>:\n> When?", False),
        ("Here is what Jane wrote: a book about the sea.", True),
        ("From: our warehouse\nTo: your door", True),
        ("-----\nAcme, 1 Main Street", True),
        ("", True),
    ],
)
def test_the_message_that_is_answered_shows_a_reply(below: str, fake: bool) -> None:
    text = with_subject("Re: our call") + f"\n\nMonday suits me.\n\n{below}\n"
    assert bool(report("content/subject-fake-reply", text, "eml").findings) is fake


@pytest.mark.parametrize(
    "below",
    [
        '<div class="gmail_quote"><div class="gmail_attr">5.10.2026, Jane</div></div>',
        '<blockquote type="cite">When?</blockquote>',
        '<div id="divRplyFwdMsg"><b>From:</b> Jane<br><b>Sent:</b> Monday</div>',
        "<p><b>From:</b> Jane Doe<br><b>Sent:</b> Monday<br><b>To:</b> Ann</p>",
    ],
)
def test_the_message_that_is_answered_is_seen_in_html(below: str) -> None:
    html = ["Content-Type: text/html; charset=utf-8", "", f"<p>Monday suits me.</p>{below}"]
    text = "\n".join(["From: ann@acme.example", "Subject: Re: our call", *html])
    assert report("content/subject-fake-reply", text, "eml").findings == ()
    (found,) = report("content/subject-fake-reply", text.replace(below, ""), "eml").findings
    assert found.evidence["prefix"] == "Re:"


def test_a_first_touch_has_nothing_to_quote() -> None:
    text = '---\nsubject: "Re: our call"\n---\n<p>Hi</p><blockquote type="cite">When?</blockquote>'
    assert report("content/subject-fake-reply", text, touch=1).findings


GERMAN = (
    "<p>Liebe Kundin, wir haben Ihre Bestellung erhalten und werden sie in den nächsten Tagen mit der Post senden. "
    "Wenn Sie Fragen haben, antworten Sie bitte auf diese Nachricht; wir sind für Sie da.</p>"
)
OTHER_LANGUAGES = [
    (GERMAN, "German"),
    ("<p>Bonjour, nous avons reçu votre commande et vous recevrez un message dans la journée avec les détails. "
     "Pour toute question, vous pouvez nous écrire sur cette page.</p>", "French"),
    ("<p>お客様のご注文を承りました。発送が完了しましたら、またご連絡いたします。</p>", "Japanese"),
    ("<p>您的订单已经收到，我们会在发货后再次通知您。感谢您的支持与信任，祝您生活愉快。</p>", "Chinese"),
    ("<p>لقد استلمنا طلبك وسنرسل لك رسالة أخرى عند شحنه. شكرا لك على ثقتك بنا.</p>", "Arabic"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language"), OTHER_LANGUAGES)
def test_a_language_without_a_list_is_skipped_and_named(text: str, language: str) -> None:
    unknown = report("content/spam-words", text).unknown
    assert [one.reason for one in unknown] == [f"there is no list of phrases for {language}"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>We have received your order and will send it to you soon. If you have questions, write to us.</p>",
        "<p>Мы получили ваш заказ и отправим его в ближайшие дни. Если у вас есть вопросы, напишите нам.</p>",
        "<p>Ми отримали ваше замовлення і надішлемо його найближчими днями. Якщо у вас є питання, напишіть нам.</p>",
        "<p>Danke, Ada</p>",
        "<p>{{ text }}</p>",
    ],
)
def test_a_language_with_a_list_and_a_text_too_short_to_tell_are_searched(text: str) -> None:
    assert report("content/spam-words", text).unknown == ()


def test_with_phrases_of_your_own_nothing_is_skipped() -> None:
    lists = Lists(phrases=Amendment(add=("gratis testen",)))
    message = message_of(GERMAN, "html").with_settings(lists=lists)
    assert lint(message, [active("content/spam-words")])[0].unknown == ()


def test_a_subject_goes_with_the_language_of_its_text() -> None:
    unknown = report("content/spam-words-subject", f"---\nsubject: Ihre Bestellung\n---\n{GERMAN}").unknown
    assert [one.reason for one in unknown] == ["there is no list of phrases for German"]
