from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maillint.data.lists import load_list, rules_folder
from maillint.web.domains import a_label, registrable
from maillint.web.link_lists import LinkLists
from maillint.web.wrapped_targets import READERS
from maillint.web.wrappers import classify

NAMES = ["shorteners", "gateways", "redirectors", "link-identifiers"]
SHORTENERS = load_list("shorteners")
GATEWAYS = load_list("gateways")
REDIRECTORS = load_list("redirectors")
IDENTIFIERS = load_list("link-identifiers")
CLICK_WRAPPERS = load_list("click-wrappers")
LISTS = LinkLists.from_data(gateways=GATEWAYS, redirectors=REDIRECTORS, shorteners=SHORTENERS, wrappers=CLICK_WRAPPERS)
FORMS = [
    pytest.param(entry, id=f"{entry['vendor']}-{entry.get('path')}")
    for entry in [*GATEWAYS["entries"], *REDIRECTORS["entries"]]
]
GROUPS = ("recipient", "visitor", "campaign")

# Sites that people link to every day: none may be taken for a wrapper, whatever page of theirs is linked.
ORDINARY = """
    adobe.com airbnb.com aliexpress.com amazon.co.uk amazon.com amazon.de apple.com archive.org arstechnica.com
    arxiv.org asana.com atlassian.com bbc.co.uk bbc.com behance.net bestbuy.com bing.com bloomberg.com
    booking.com box.com calendly.com canva.com change.org chatgpt.com cisco.com cloudflare.com cnbc.com cnn.com
    codepen.io coinbase.com constantcontact.com coursera.org craigslist.org dell.com deviantart.com dhl.com
    digitalocean.com discord.com disney.com docker.com docusign.com dribbble.com dropbox.com duckduckgo.com dw.com
    ebay.com economist.com edx.org elastic.co espn.com etsy.com eventbrite.com evernote.com expedia.com facebook.com
    fastmail.com fedex.com figma.com fiverr.com flickr.com forbes.com fortinet.com foxnews.com freelancer.com ft.com
    gandi.net ghost.io giphy.com github.com gitlab.com glassdoor.com gmx.net godaddy.com gofundme.com goodreads.com
    google.com google.de grammarly.com hbr.org heise.de hubspot.com huffpost.com hulu.com ibm.com ieee.org ikea.com
    imdb.com imgur.com indeed.com indiegogo.com instagram.com intercom.com intuit.com ionos.com itch.io jetbrains.com
    kaspersky.com kickstarter.com klaviyo.com lemonde.fr lenovo.com line.me linkedin.com linktr.ee livejournal.com
    loom.com mail.ru mailchimp.com mailjet.com mayoclinic.org mcafee.com medium.com meetup.com microsoft.com
    mimecast.com monday.com mozilla.org msn.com nasa.gov nationalgeographic.com nature.com naver.com netflix.com
    netlify.com nike.com notion.so npmjs.com npr.org nytimes.com office.com ok.ru okta.com openai.com oracle.com
    orange.fr outlook.com patreon.com paypal.com pexels.com pinterest.com politico.com producthunt.com proofpoint.com
    pypi.org python.org quora.com rakuten.co.jp readthedocs.io reddit.com reuters.com roblox.com salesforce.com
    samsung.com sciencedirect.com scribd.com sendgrid.com shopify.com signal.org slack.com slideshare.net sophos.com
    soundcloud.com sourceforge.net spiegel.de spotify.com springer.com squarespace.com squareup.com stackoverflow.com
    steampowered.com stripe.com substack.com surveymonkey.com symantec.com target.com techcrunch.com ted.com
    telegram.org theguardian.com theverge.com tiktok.com time.com trello.com trendmicro.com tumblr.com twitch.tv
    twitter.com typeform.com uber.com ubuntu.com udemy.com un.org unsplash.com ups.com usps.com vercel.com vimeo.com
    vk.com w3.org walmart.com washingtonpost.com weather.com web.de webex.com whatsapp.com who.int wikipedia.org
    wired.com wix.com wordpress.com wordpress.org wsj.com x.com xing.com yahoo.com yandex.ru yelp.com youtube.com
    zapier.com zendesk.com zillow.com zoho.com zoom.us
""".split()
PAGES = ("/", "/about", "/en/products/?utm_source=newsletter", "/blog/2026/10/how-redirects-work.html#top", "/acme")


def _text(name: str) -> str:
    return (Path(rules_folder()) / "lists" / f"{name}.yaml").read_text(encoding="utf-8")


def _sources(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "source":
                yield from value
            elif key != "sources":
                yield from _sources(value)
    elif isinstance(data, list):
        for value in data:
            yield from _sources(value)


def test_the_table_of_ordinary_sites_is_large_enough() -> None:
    assert len(set(ORDINARY)) == len(ORDINARY) >= 150
    assert all(a_label(site) == site and "." in site for site in ORDINARY)


@pytest.mark.parametrize("name", NAMES)
def test_a_header_explains_every_field(name: str) -> None:
    header = "\n".join(line for line in _text(name).split("\nsources:")[0].splitlines() if line.startswith("#"))
    data = load_list(name)
    groups = [group for group in data.values() if isinstance(group, list)]
    fields = {key for group in groups for entry in group if isinstance(entry, dict) for key in entry}
    assert header.startswith("# ")
    for field in {*data, *fields} - {"sources"}:
        assert re.search(rf"\b{field}\b", header), f"the header says nothing of {field}"


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_named_and_every_name_is_used(name: str) -> None:
    data = load_list(name)
    assert set(_sources(data)) == set(data["sources"])


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_not_too_long_and_end_without_blanks(name: str) -> None:
    for line in _text(name).splitlines():
        assert len(line) <= 120
        assert line == line.rstrip()


# Shorteners


def test_there_are_enough_shorteners() -> None:
    kinds = Counter(entry["kind"] for entry in SHORTENERS["entries"])
    assert set(kinds) == {"generic", "esp", "brand", "messenger"}
    assert kinds["generic"] >= 300
    assert kinds.total() >= 400


def test_shorteners_have_these_fields() -> None:
    for entry in SHORTENERS["entries"]:
        optional = {"subdomains", "closed"} | ({"site"} if entry["kind"] == "brand" else set())
        assert {"host", "kind", "vendor", "source"} <= set(entry) <= {"host", "kind", "vendor", "source"} | optional
        assert entry["vendor"].strip() == entry["vendor"] != ""
        assert entry["source"]
        assert len(set(entry["source"])) == len(entry["source"])
        assert entry.get("subdomains", True) is True
        assert entry.get("closed", "all") in {"all", "idle"}


def test_short_hosts_are_host_names_written_in_one_way() -> None:
    for entry in SHORTENERS["entries"]:
        host = entry["host"]
        assert a_label(host) == host
        assert registrable(host) is not None, host
        assert not host.startswith("www.")
        if "site" in entry:
            assert registrable(entry["site"]) == entry["site"] != host


def test_no_short_host_stands_twice() -> None:
    hosts = Counter(entry["host"] for entry in SHORTENERS["entries"])
    assert [host for host, count in hosts.items() if count > 1] == []
    below = [
        (host, entry["host"])
        for entry in SHORTENERS["entries"]
        if entry.get("subdomains")
        for host in hosts
        if host.endswith("." + entry["host"])
    ]
    assert below == []


def test_short_hosts_are_in_order_within_their_kind() -> None:
    kinds = [entry["kind"] for entry in SHORTENERS["entries"]]
    assert kinds == sorted(kinds, key=["generic", "esp", "messenger", "brand"].index)
    for kind in set(kinds):
        hosts = [entry["host"] for entry in SHORTENERS["entries"] if entry["kind"] == kind]
        assert hosts == sorted(hosts)


def test_own_pages_are_single_lower_case_segments() -> None:
    pages = SHORTENERS["own-pages"]
    assert len(set(pages)) == len(pages)
    assert all(re.fullmatch(r"[a-z][a-z-]+", page) for page in pages)


# Gateways and redirectors


@pytest.mark.parametrize("entry", FORMS)
def test_forms_have_these_fields(entry: dict[str, Any]) -> None:
    assert (
        {"vendor", "source"} <= set(entry) <= {"vendor", "hosts", "label", "host", "path", "target", "closed", "source"}
    )
    assert entry["source"]
    assert not {"hosts", "label"} <= set(entry)
    assert {"hosts", "label", "host", "path"} & set(entry)
    for host in entry.get("hosts", ()):
        assert a_label(host) == host
        assert registrable(host) is not None, host
    if not {"hosts", "label", "host"} & set(entry):
        assert re.match(r"/[a-z]{6,}", entry["path"]), "a path that any host may have must be a vendor's own"


@pytest.mark.parametrize("entry", FORMS)
def test_patterns_and_targets_are_sound(entry: dict[str, Any]) -> None:
    for key in ("host", "path"):
        if key in entry:
            assert re.compile(entry[key]).groups == 0, "only a target has a group"
            assert not entry[key].startswith("^")
    assert entry.get("path", "/").startswith(("/", "(?:/"))
    targets = entry.get("target", [])
    for target in [targets] if isinstance(targets, str) else targets:
        form, _, argument = target.partition(":")
        assert form in READERS
        if form in {"path", "path-star"}:
            assert re.compile(argument).groups == 1
        elif form not in {"urldefense-v3"} and target != "query":
            assert argument


def test_no_form_stands_twice() -> None:
    keys = Counter(
        (host, entry.get("host"), entry.get("path"))
        for entry in [*GATEWAYS["entries"], *REDIRECTORS["entries"], *CLICK_WRAPPERS["entries"]]
        for host in entry.get("hosts", [entry.get("label")])
    )
    assert [key for key, count in keys.items() if count > 1] == []


def test_lists_do_not_claim_the_same_hosts() -> None:
    """A host may have forms in two lists, but not without a path in one of them."""
    shorteners = {entry["host"] for entry in SHORTENERS["entries"] if entry["kind"] in {"generic", "esp"}}
    whole: dict[str, str] = {}
    for name, data in (("gateways", GATEWAYS), ("redirectors", REDIRECTORS), ("click-wrappers", CLICK_WRAPPERS)):
        for entry in data["entries"]:
            for host in entry.get("hosts", ()):
                assert host not in shorteners, f"{host} is in {name} and in shorteners"
                if "path" not in entry and "host" not in entry:
                    whole[host] = name
    for name, data in (("gateways", GATEWAYS), ("redirectors", REDIRECTORS), ("click-wrappers", CLICK_WRAPPERS)):
        for entry in data["entries"]:
            for host in entry.get("hosts", ()):
                for above in _above(host):
                    assert whole.get(above, name) == name, f"{host} is in {name}, {above} in {whole[above]}"


def _above(host: str) -> Iterator[str]:
    while "." in host:
        yield host
        host = host.partition(".")[2]


@pytest.mark.parametrize("site", ORDINARY)
def test_pages_of_ordinary_sites_are_no_wrappers(site: str) -> None:
    for host in (site, f"www.{site}", f"blog.{site}"):
        for page in PAGES:
            assert classify(f"https://{host}{page}", LISTS) is None


def test_no_entry_takes_a_whole_ordinary_site() -> None:
    taken = {entry["host"] for entry in SHORTENERS["entries"]}
    for data in (GATEWAYS, REDIRECTORS):
        for entry in data["entries"]:
            if "path" not in entry and "host" not in entry:
                taken.update(entry.get("hosts", ()))
    assert taken.isdisjoint(ORDINARY)
    assert taken.isdisjoint(f"www.{site}" for site in ORDINARY)


# Redirects in no list, exemptions


def test_the_generic_rule_is_written_in_one_way() -> None:
    generic = REDIRECTORS["generic"]
    parameters = [*generic["anywhere"], *generic["at-root"], *generic["on-redirects"]]
    assert len(set(parameters)) == len(parameters)
    assert all(re.fullmatch(r"[a-z]+", name) for name in parameters)
    for key in ("segments", "words"):
        assert len(set(generic[key])) == len(generic[key])
        assert all(re.fullmatch(r"[a-z]+[0-9]*", word) for word in generic[key])
    assert all(re.fullmatch(r"\.[a-z]+", ending) for ending in generic["scripts"])


def test_exemptions_are_written_in_one_way() -> None:
    words: list[str] = []
    for entry in REDIRECTORS["exempt"]:
        assert set(entry) <= {"hosts", "label", "path", "words", "endings", "source"}
        assert len({"hosts", "label", "words", "endings"} & set(entry)) == 1
        words += entry.get("words", ())
        assert all(a_label(host) == host for host in entry.get("hosts", ()))
        assert all(re.fullmatch(r"\.[a-z0-9]+", ending) for ending in entry.get("endings", ()))
        re.compile(entry.get("path", ""))
    assert len(set(words)) == len(words)
    assert all(re.fullmatch(r"[a-z]+[0-9]*", word) for word in words)
    redirects = {*REDIRECTORS["generic"]["words"], *REDIRECTORS["generic"]["segments"]}
    assert redirects.isdisjoint(words), "a word cannot say both that a path redirects and that it does not"


# Identifiers


def test_identifiers_have_these_fields() -> None:
    assert set(IDENTIFIERS) == {"sources", "stripped", *GROUPS}
    for group in GROUPS:
        for entry in IDENTIFIERS[group]:
            assert set(entry) in ({"name", "vendor", "source"}, {"prefix", "vendor", "source"})
            assert entry["source"]
            assert re.fullmatch(r"[A-Za-z0-9_-]+", entry.get("name") or entry["prefix"])
    assert all("name" in entry for entry in IDENTIFIERS["recipient"]), "a family would take in campaigns"


def test_what_clients_drop_is_known() -> None:
    names = {entry.get("name") for group in GROUPS for entry in IDENTIFIERS[group]}
    for entry in IDENTIFIERS["stripped"]:
        assert set(entry) == {"client", "parameters", "source"}
        assert len(set(entry["parameters"])) == len(entry["parameters"])
        assert set(entry["parameters"]) <= names


def test_no_identifier_stands_twice_in_whatever_case() -> None:
    names = Counter((entry.get("name") or entry["prefix"]).lower() for group in GROUPS for entry in IDENTIFIERS[group])
    assert [name for name, count in names.items() if count > 1] == []


def test_no_recipient_belongs_to_a_family_of_campaigns() -> None:
    families = tuple(entry["prefix"] for entry in IDENTIFIERS["campaign"] if "prefix" in entry)
    for group in ("recipient", "visitor"):
        assert not [entry["name"] for entry in IDENTIFIERS[group] if entry["name"].lower().startswith(families)]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("mc_eid", "recipient"),
        ("_hsenc", "recipient"),
        ("vero_id", "recipient"),
        ("mkt_tok", "recipient"),
        ("mc_cid", "campaign"),
        ("_hsmi", "campaign"),
        ("fbclid", "visitor"),
        ("gclid", "visitor"),
    ],
)
def test_which_identifiers_name_a_person(name: str, group: str) -> None:
    assert name in {entry.get("name") for entry in IDENTIFIERS[group]}


@pytest.mark.parametrize("name", ["id", "ref", "source", "q", "page", "lang", "token", "user", "email", "cid", "t"])
def test_everyday_parameters_are_no_identifiers(name: str) -> None:
    assert name not in {entry.get("name", "").lower() for group in GROUPS for entry in IDENTIFIERS[group]}
