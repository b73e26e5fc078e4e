"""The lists of open beacons and of click redirects: well formed, exact, and silent on ordinary addresses."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import yaml

from maillint.web.trackers import Beacons

LISTS = Path(__file__).parents[2] / "rules" / "lists"
NAMES = ("trackers", "click-wrappers")
KINDS = {
    "marketing",
    "sales",
    "transactional",
    "crm",
    "analytics",
    "receipts",
    "testing",
    "self-hosted",
}
KEYS = {"vendor", "kind", "hosts", "host", "path", "query", "token", "target", "example", "source"}
TARGET_FORMS = ("query:", "query-base64:", "path:", "json:", "path-json:")
EVERY_TARGET = "https://www.example.com/offer?id=7"
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")

Entry = dict[str, Any]


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((LISTS / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def entries(name: str) -> list[Entry]:
    listed: list[Entry] = document(name)["entries"]
    return listed


def all_entries() -> list[Any]:
    return [
        pytest.param(name, entry, id=f"{name}-{number}-{entry['vendor']}")
        for name in NAMES
        for number, entry in enumerate(entries(name))
    ]


# Spacers and pictures that vendors keep on the hosts of their counters, and below the paths of these.
PICTURES = """
/transparent.gif /spacer.gif /images/spacer.gif /img/blank.gif?v=2 /images/logo.png /logo.png?v=3
/img/hero-600x300.jpg?w=600 /wp-content/uploads/2024/05/hero.png /static/icons/facebook_32.png?v=3
/assets/img/5f4dcc3b5aa765d61d8327deb882cf99.png /media/catalog/product/m/u/mug-blue.png?width=300&height=300
""".split()
PICTURES_BELOW = """
spacer.gif transparent.gif logo.png logo.png?v=3 images/banner-600x300.png icons/facebook_32.png?v=2
header.jpg?width=600 AppIcon@2x.png
""".split()


def literal_start(path: str) -> str:
    """The folders that a pattern for paths begins with."""
    literal = re.match(r"(?:[\w/-]|\\\.)*", path)
    assert literal
    start = literal[0].replace("\\.", ".")
    return start[: start.rfind("/") + 1]


def request_target(url: str) -> tuple[str, str]:
    """Return the lower-case host, and path and query as the patterns see them."""
    parts = urlsplit(url)
    return parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def matches(entry: Entry, url: str) -> bool:
    host, rest = request_target(url)
    if "hosts" in entry and not any(host == h or host.endswith(f".{h}") for h in entry["hosts"]):
        return False
    if "host" in entry and not compiled(entry["host"]).fullmatch(host):
        return False
    parameters = rest.partition("?")[2].split("&")
    if not all(any(compiled(pattern).match(item) for item in parameters) for pattern in entry.get("query", ())):
        return False
    return "path" not in entry or compiled(entry["path"]).match(rest) is not None


def vendors_of(name: str, url: str) -> list[str]:
    return [entry["vendor"] for entry in entries(name) if matches(entry, url)]


def from_base64(text: str) -> str | None:
    try:
        padded = text.translate(str.maketrans("-_", "+/")) + "=" * (-len(text) % 4)
        return base64.b64decode(padded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def from_base32(text: str) -> str | None:
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def as_address(value: str) -> str:
    """Return the address in a value that may be base64 and percent-encoded; without a scheme it is https."""
    decoded = from_base32(value) or from_base64(value)
    if decoded and decoded.lower().startswith("http"):
        value = decoded
    for _ in range(3):
        if re.match(r"[a-z]+://", value):
            return value
        value = unquote(value)
    return value if re.match(r"[a-z]+://", value) else f"https://{value}"


def from_json(text: str, keys: list[str]) -> str:
    value: Any = text if text.startswith("{") else from_base32(text) or from_base64(text)
    for key in keys:
        value = (json.loads(value) if isinstance(value, str) else value)[key]
    return as_address(value)


def read_target(entry: Entry, url: str) -> str:
    form, _, rest = entry["target"].partition(":")
    _, address = request_target(url)
    query = dict(parse_qsl(urlsplit(url).query))
    if form in {"query", "query-base64"}:
        return as_address(query[rest])
    if form == "json":
        name, *keys = rest.split("/")
        return from_json(query[name], keys)
    if form == "path-json":
        key, _, rest = rest.partition(":")
    found = re.match(rest, address)
    assert found, f"{rest} does not match {address}"
    return from_json(found[1], [key]) if form == "path-json" else as_address(found[1])


# ---- form


@pytest.mark.parametrize("name", NAMES)
def test_document_has_sources_and_entries(name: str) -> None:
    assert set(document(name)) - {"opens-only"} == {"sources", "entries"}
    cited = {key for entry in entries(name) for key in entry["source"]}
    assert cited == set(document(name)["sources"]), "every source is cited, and every citation is explained"


@pytest.mark.parametrize(("name", "entry"), all_entries())
def test_entry_is_well_formed(name: str, entry: Entry) -> None:
    assert {"vendor", "kind", "example", "source"} <= set(entry) <= KEYS
    assert entry["kind"] in KINDS
    assert entry["vendor"].strip() == entry["vendor"] != ""
    assert isinstance(entry["source"], list)
    assert len(entry["source"]) == len(set(entry["source"])) > 0
    assert not {"hosts", "host"} <= set(entry), "hosts or host, not both"
    assert {"hosts", "host", "path"} & set(entry), "an entry without host and path matches everything"
    for host in entry.get("hosts", []):
        assert HOST.fullmatch(host), host
    if "path" in entry:
        assert not entry["path"].startswith("^"), "paths are anchored as they are"
    if "target" in entry:
        assert name == "click-wrappers"
        assert entry["target"].startswith(TARGET_FORMS)
    assert urlsplit(entry["example"]).scheme == "https"


def patterns(entry: Entry) -> Iterator[str]:
    yield from (entry[key] for key in ("host", "path") if key in entry)
    yield from entry.get("query", ())
    form, _, rest = entry.get("target", "").partition(":")
    if form in {"path", "path-json"}:
        yield rest.partition(":")[2] if form == "path-json" else rest


def nests_quantifiers(pattern: str) -> bool:
    """Return whether a group that is repeated without bound holds something that is repeated so itself."""
    bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern)  # an escape or a class is one character
    unbounded = re.compile(r"[*+]|\{\d+,\}")
    innermost = re.compile(r"\((?:\?:)?([^()]*)\)([*+]|\{\d+,\d*\})?")
    while group := innermost.search(bare):
        inner = unbounded.search(group[1])
        if inner and group[2]:
            return True
        bare = bare[: group.start()] + ("x+" if inner or group[2] else "x") + bare[group.end() :]
    return False


@pytest.mark.parametrize(
    ("pattern", "nested"),
    [
        (r"(?:[\w-]+\.)*acme", True),
        (r"(?:a(?:b+)c){2,}", True),
        (r"(?:[\w.-]+\.)?acme", False),
        (r"(?:a|b)+", False),
    ],
)
def test_nested_quantifiers_are_seen(pattern: str, nested: bool) -> None:
    assert nests_quantifiers(pattern) is nested


@pytest.mark.parametrize(("name", "entry"), all_entries())
def test_patterns_nest_no_quantifiers(name: str, entry: Entry) -> None:
    assert [pattern for pattern in patterns(entry) if nests_quantifiers(pattern)] == []


@pytest.mark.parametrize("filler", ["a", "/", "1_", "%2F", "a.", "-", "&a=b", "eyJ", "/1"])
def test_patterns_stay_linear_on_hostile_addresses(filler: str) -> None:
    """A linear pattern passes 100,000 characters in milliseconds, a quadratic one in many seconds."""
    hostile = filler * (100_000 // len(filler))
    for pattern in {p for name in NAMES for entry in entries(name) for p in patterns(entry)}:
        literal = re.match(r"(?:\\?[/\w.]|\\\?)*", pattern)
        start = re.sub(r"\\([/.?])", r"\1", literal[0]) if literal else ""
        began = time.process_time()
        for address in (start + hostile, f"/{hostile}", f"/a?{hostile}"):
            compiled(pattern).match(address)
        assert time.process_time() - began < 2, pattern


# ---- exactness


@pytest.mark.parametrize(("name", "entry"), all_entries())
def test_example_is_matched_and_names_its_vendor(name: str, entry: Entry) -> None:
    assert matches(entry, entry["example"])
    assert vendors_of(name, entry["example"])[0] == entry["vendor"]


@pytest.mark.parametrize(("name", "entry"), all_entries())
def test_parameters_may_stand_in_any_order(name: str, entry: Entry) -> None:
    start, _, query = entry["example"].partition("?")
    items = query.split("&")
    if "" in items or "#" in query:  # a query that is no list of parameters
        return
    for turn in range(len(items)):
        assert matches(entry, f"{start}?{'&'.join(items[turn:] + items[:turn])}" if query else start)


@pytest.mark.parametrize(
    ("name", "entry"), [p for p in all_entries() if isinstance(p.values[1], dict) and "target" in p.values[1]]
)
def test_target_is_read_from_the_example(name: str, entry: Entry) -> None:
    assert read_target(entry, entry["example"]) == EVERY_TARGET


@pytest.mark.parametrize(
    "entry", [pytest.param(entry, id=f"{number}-{entry['vendor']}") for number, entry in enumerate(entries("trackers"))]
)
def test_spacers_and_pictures_on_a_vendors_host_count_no_opens(entry: Entry) -> None:
    assert {"path", "token"} & set(entry), "a vendor's host alone is no pixel"
    assert entry.get("token", True) is True
    beacons = Beacons([entry])
    assert beacons.vendor(entry["example"]) == entry["vendor"]
    below = [f"{literal_start(entry.get('path', '/'))}{name}" for name in PICTURES_BELOW]
    for host in entry.get("hosts") or [urlsplit(entry["example"]).hostname]:
        for path in (*PICTURES, *below):
            assert beacons.vendor(f"https://{host}{path}") is None, path


@pytest.mark.parametrize("name", NAMES)
def test_no_entry_is_said_twice(name: str) -> None:
    said: dict[tuple[Any, ...], str] = {}
    for entry in entries(name):
        form = (tuple(entry.get("hosts", ())), entry.get("host"), entry.get("path"))
        assert form not in said, f"{entry['vendor']} repeats {said[form]}"
        said[form] = entry["vendor"]


@pytest.mark.parametrize("name", NAMES)
def test_a_host_belongs_to_one_vendor(name: str) -> None:
    owners = {host: entry["vendor"] for entry in entries(name) for host in entry.get("hosts", [])}
    for entry in entries(name):
        for host in entry.get("hosts", []):
            labels = host.split(".")
            for above in (".".join(labels[i:]) for i in range(len(labels) - 1)):
                assert owners.get(above, entry["vendor"]) == entry["vendor"], f"{host} and {above}"


@pytest.mark.parametrize("name", NAMES)
def test_a_vendor_is_one_kind(name: str) -> None:
    kinds: dict[str, str] = {}
    for entry in entries(name):
        assert kinds.setdefault(entry["vendor"], entry["kind"]) == entry["kind"], entry["vendor"]


def test_a_vendor_is_spelled_alike_in_both_lists() -> None:
    vendors = {entry["vendor"] for name in NAMES for entry in entries(name)}
    assert len(vendors) == len({re.sub(r"\W", "", vendor).casefold() for vendor in vendors})


# ---- reach


def test_vendors_whose_pixels_are_known_have_a_click_form() -> None:
    clicks = {entry["vendor"] for name in ("click-wrappers", "redirectors") for entry in document(name)["entries"]}
    pixels = {entry["vendor"] for entry in entries("trackers") if entry["kind"] not in {"analytics", "testing"}}
    assert pixels - clicks == set(document("trackers")["opens-only"])


def test_at_least_250_vendors_are_known() -> None:
    assert len({entry["vendor"] for name in NAMES for entry in entries(name)}) >= 250


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_entries(kind: str) -> None:
    assert any(entry["kind"] == kind for name in NAMES for entry in entries(name))


@pytest.mark.parametrize(
    ("name", "url", "vendor"),
    [
        ("trackers", "https://url9876.shop.example/wf/open?upn=u001.abc", "SendGrid"),
        ("trackers", "http://go.acme.example/trk?t=1&mid=MTIz", "Adobe Marketo"),
        ("trackers", "https://mail.acme.example/q/yzSFy50hoAPPXH2NpmlHMA~~/AASl5QA~/Rg", "SparkPost"),
        ("trackers", "https://us-east-1.resend-clicks.com/CI0/0100/x", "Resend"),
        ("trackers", "https://t.signauxtrois.com/e1t/o/5/abc", "HubSpot Sales"),
        ("trackers", "https://ABC.emltrk.com/v2/abc?d=1", "Litmus"),
        ("trackers", "https://usndr.com/ru/mail_read_tracker/1?hash=a", "UniSender"),
        ("click-wrappers", "https://ablink.acme.example/uni/ls/click?upn=u001.abc", "SendGrid"),
        ("click-wrappers", "https://us1-usndr.com/ru/go2_link_tracker?hash=a&url=b", "UniSender"),
        ("click-wrappers", "https://unimail.acme.example/ua/mail_link_tracker?hash=a&url=b", "UniSender"),
        ("click-wrappers", "https://click.mail.acme.example/?qs=0123456789abcdef0123456789abcdef01", None),
        ("click-wrappers", "https://t.acme.example/CL0/https:%2F%2Facme.example%2F/1/0100/x=1", "Amazon SES"),
    ],
)
def test_customers_hosts_and_other_spellings(name: str, url: str, vendor: str | None) -> None:
    found = vendors_of(name, url)
    assert found
    assert vendor is None or found[0] == vendor


# ---- silence


ORDINARY = """
# shops and products
https://www.acme.example/
https://www.acme.example
https://www.acme.example/products/blue-shirt?variant=41234567890123
https://www.acme.example/product?id=12345&url=https%3A%2F%2Fwww.acme.example%2Fsale
https://shop.acme.example/collections/all?page=2&sort_by=price
https://shop.acme.example/cart/41234567890123:1?discount=WELCOME10
https://shop.acme.example/c/women/dresses
https://shop.acme.example/o/1234567890
https://shop.acme.example/t/summer-sale
https://shop.acme.example/r/returns
https://shop.acme.example/q/large~size
https://shop.acme.example/tr/cl/kadin-giyim-yaz-koleksiyonu
https://shop.acme.example/tr/op/yeni-sezon
https://shop.acme.example/e/o/kitchen
https://shop.acme.example/e/c/bath
https://shop.acme.example/lt/prekes.php?x=1
https://shop.acme.example/click.html?x=1
https://shop.acme.example/open.html?x=spring
https://shop.acme.example/link.php?id=5
https://shop.acme.example/lt.php?id=5
https://shop.acme.example/open.php?door=12
https://www.amazon.com/dp/B08N5WRWNW?tag=acme-20
https://www.amazon.de/gp/product/B08N5WRWNW/ref=ox_sc_act
https://www.ebay.com/itm/1234567890
https://www.etsy.com/listing/123456789/handmade-mug
https://www.zalando.de/herrenschuhe/
https://www.ozon.ru/product/chaynik-123456789/
https://www.wildberries.ru/catalog/12345678/detail.aspx?targetUrl=XS
https://rozetka.com.ua/ua/12345678/p12345678/
https://www.aliexpress.com/item/1005001234567890.html
https://acme.myshopify.com/products/mug
https://checkout.stripe.com/c/pay/cs_test_a1b2c3d4
https://www.paypal.com/invoice/p/#INV2-ABCD
https://www.apple.com/shop/buy-iphone
https://store.steampowered.com/app/620/Portal_2/
# pictures where newsletters keep them
https://mcusercontent.com/0b007f243e5d4490e103cd667/images/84d7c2d2-ba12-013d-94f3-d160427f0454.png
https://gallery.mailchimp.com/4c29a3eb94b5f54c4f08ee01e/images/3d2193f9-3231-4fe9-ba63-fc1df13cd311.jpg
https://cdn-images.mailchimp.com/icons/social-block-v2/color-twitter-48.png
https://hs-8726485.f.hubspotemail.net/hub/8726485/hubfs/logo.png?width=1104&upscale=true&name=logo.png
https://email.acme.example/hs-fs/hubfs/540x334.gif?upscale=true&name=540x334.gif
https://email.acme.example/hubfs/MAIL/logo-top.png
https://f.hubspotusercontent30.net/hubfs/1234567/banner.jpg
https://d3k81ch9hvuctc.cloudfront.net/company/XbuX6s/images/5f8b1a2b.png
https://images.klaviyo.com/company/XbuX6s/hero.jpg
https://cdn.klaviyo.com/media/logo.png
https://img.us3-usndr.com/ru/user_file?resource=himg&user_id=4659052&name=6xiu47538gj1378z5dt35
https://img.usndr.com/ru/user_file?resource=himg&user_id=123&name=abc
https://geteml.com/ru/user_file?resource=himg&user_id=4659052&name=6xiu47538gj1378z5dt35
https://img.stat-pulse.com/img/my/emailservice/sendpulse-reward-logo-green.png
https://s8566740.sendpul.se/image/747991a0e145/files/emailservice/userfiles/hero.png
https://esputnik.com/repository/applications/images/blank.gif
https://esputnik.com/repository/home/1234/images/banner.png
https://06jg8.mjt.lu/img2/06jg8/03c3bc6b-907f-4963-8388-2d40d54faa95/content
https://xmjhp.mjt.lu/tplimg/xmjhp/b/m4gis/7m6rj.png
https://cdn.mcauto-images-production.sendgrid.net/476f06e260665afe/6c42c3c0-55b0-40e8/498x167.png
https://marketing-image-production.s3.amazonaws.com/uploads/abc.png
https://9as1v.img.af.d.sendibt2.com/im/5293057/af0c32c7a84539d628a4add3a8aa4ac4.png?e=4Nbx-m9K2PUh1SK5mPVG7dJ3
https://img.mailinblue.com/5886282/images/content_library/original/6424560ed92e7073b82ddc31.png
https://creative-assets.mailinblue.com/editor/social-icons/original_colored/facebook_32px.png
https://files.constantcontact.com/a6cdfcd9801/4cd71fd4-dc19-4458-956d-0d17e2e33ea5.png?rdr=true
https://imgssl.constantcontact.com/letters/images/CPE/referralLogos/H-Stacked-FC-WhiteBG.png
https://i1.cmail20.com/ei/t/1A/E9B/E43/023130/csfinal/logo-9900000000079e3c.png
https://i1.createsend1.com/ei/t/1A/E9B/images/hero.jpg
https://content.app-us1.com/z4aN8/2023/08/28/810f04a1-c61d-40c5-89a0-702ad16b196f.png?id=23418010
https://acme.activehosted.com/content/N248l/2025/11/17/0b0d0134-4fba-4675-87bd-fc5.png
https://acme.img-us6.com/acme/logo.png
https://userimg-assets.customeriomail.com/images/client-env-96027/logo.png
https://userimg-bee.customeriomail.com/bee-templates/happy-birthday/borderdown.png
https://image.e.acme.example/lib/fe3d11717164047f711472/m/1/621b0218-606c-4bc8-a396-e76d7f12a99c.png
https://image.s7.exacttarget.com/lib/fe9815737063057870/m/1/hero.jpg
https://go.pardot.com/l/984351/2022-07-06/m4wcyv/984351/1657101165AegwObye/unnamed.png
https://storage.pardot.com/84442/1617920186dPLmzrHo/Instagram.png
https://info.acme.example/rs/123-ABC-456/images/header.png
https://static.cdn.responsys.net/i5/responsysimages/acme/contentlibrary/images/spacer.gif
https://nts.embluemail.com/img/logo.png
https://files.embluemail.com/uo/44094/e-mail1_01.jpg
https://cdn.sender.net/email_images/263567/images/all/image.png
https://stats.sender.net/img/free_plan_logo.png
https://media.user.com/uploads/u7tugn-acme/newsletter-wide-2.png
https://acme.user.com/uploads/u7tugn-acme/newsletter05-3_eqQqVG.png
https://static.images.apsis.one/icons/facebook_black_circle.gif
https://images-apac.apsis.one/ec7f34f3-ee7c-466a-ac09-1e62fc852e89.png
https://img2.anpdm.com/Acme/photo-2023-03-22-19-33-36.png
https://img.peytzmail.com/image/upload/c_lfill,h_400/v1554135643/acme/hero.jpg
https://images.eclub.se/images/acme/logo_new.png
https://img.heyloyalty.com/heyloyalty1/filemanager/abc/def.gif
https://acme.agilliccdn.com/cpk7wt/MjAyNTA3/Mjk=/MDMwOGYzZTktNzE5.jpg
https://i.emlfiles4.com/cmpimg/3/7/3/9/1/2/files/1909605_logo.png
https://assets-eur.mkt.dynamics.com/3c78829e-e51c-4064-9990-00b0b7114a17/digitalassets/images/cac74890
https://customer31551.img.musvc2.net/static/31551/images/1/logo.png
https://files.crsend.com/244000/244084/images/header_nl_GL_schwarz.png
https://s3-eu-west-1.amazonaws.com/files.crsend.com/415000/415254/images/_432abf81.png
https://usercontent.flodesk.com/abcd-1234/raw/upload/hero.jpg
https://substackcdn.com/image/fetch/w_1100,c_limit,f_auto/https%3A%2F%2Fbucketeer-e05bbc84.s3.amazonaws.com%2Fa.png
https://media.beehiiv.com/cdn-cgi/image/fit=scale-down,format=auto/uploads/asset/file/49763d28/Screenshot.png
https://assets-v2.circle.so/b5fp88gsd0x0vvlvyhyuqlueemdh
https://images.vialoops.com/cmoqdesi13bfy0ixlh6s04ofh/cmorjkf63002j0itnvsx15xed.png
https://braze-images.com/appboy/communication/assets/image_assets/images/67daa065/original.gif?1742381157
https://moosendimages.imgix.net/62803dee-385e/44776b9148ba/hero.jpg?auto=format%2Ccompress&dpr=1
https://fjkfsi.stripocdn.email/content/guids/CABINET_abc/images/1234.png
https://d15k2d11r6t6rl.cloudfront.net/public/users/Integrators/d12425a2/1309378/992557.jpg
https://content.govdelivery.com/attachments/fancy_images/USDHSCISA/2024/09/10187138/5707066/cisa.png
https://assets.unlayer.com/projects/0/1698333.png
https://s3.amazonaws.com/acme-mail/2026/05/hero@2x.png
https://i.imgur.com/ADzQTca.jpg
https://upload.wikimedia.org/wikipedia/commons/thumb/2/22/Logo.svg/1200px-Logo.svg.png
https://lh3.googleusercontent.com/d/1eOVZia8KrpHZLni357xTcV6BIPkdgDCi
https://raw.githubusercontent.com/acme/site/main/logo.png
https://www.gravatar.com/avatar/5f4dcc3b5aa765d61d8327deb882cf99?s=64
https://link.acme.example/img/logo.gif
https://link.acme.example/img/spring_sale.v2/headline.gif
https://i0.wp.com/blog.acme.example/wp-content/uploads/2023/01/chart.png?w=375&ssl=1
https://secure.gravatar.com/blavatar/abc?s=32
https://drive.google.com/uc?export=view&id=1eOVZia8KrpHZLni357xTcV6BIPkdgDCi
https://res.cloudinary.com/acme/image/upload/v1/email/hero.gif
https://cdn.acme.example/email/5f4dcc3b5aa765d61d8327deb882cf99.gif
https://cdn.acme.example/mo/photo_2024.gif
https://cdn.acme.example/img/open.gif
https://blog.acme.example/images/open.gif
https://blog.acme.example/2024/05/pixel.gif
https://blog.acme.example/spacer.gif
https://blog.acme.example/o.gif
https://blog.acme.example/open/image.gif
https://blog.acme.example/track/open-air-race
https://blog.acme.example/images/blank.gif
https://blog.acme.example/wp-content/uploads/2024/05/open.png
# social profiles and share links
https://www.facebook.com/acme
https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Facme.example%2F
https://twitter.com/intent/tweet?url=https%3A%2F%2Facme.example%2F&text=Hi
https://x.com/acme/status/1234567890123456789
https://www.linkedin.com/company/acme/
https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Facme.example%2F
https://www.instagram.com/p/Cabc123def4/
https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s
https://www.tiktok.com/@acme/video/1234567890
https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Facme.example%2F
https://www.reddit.com/r/email/comments/abc123/how_to/
https://t.me/acme
https://t.me/share/url?url=https%3A%2F%2Facme.example%2F
https://wa.me/15551234567?text=Hello
https://vk.com/acme
https://vk.com/share.php?url=https%3A%2F%2Facme.example%2F
https://ok.ru/acme
https://dzen.ru/acme
https://github.com/acme/tool/issues/12
https://acme.substack.com/p/a-post
https://substack.com/@acme
https://open.substack.com/pub/acme/p/a-post?utm_source=email
https://acme.beehiiv.com/p/issue-12
https://acme.ghost.io/a-post/
https://medium.com/@acme/a-post-1234567890ab
https://open.spotify.com/episode/4rOoJ6Egrf8K2IrywzwOMk
https://podcasts.apple.com/us/podcast/acme/id1234567890
https://www.eventbrite.com/e/acme-conference-tickets-123456789
https://www.meetup.com/acme/events/123456789/
# pages of the vendors themselves, their forms, preference pages and archives
https://mailchi.mp/acme/spring-news
https://us1.campaign-archive.com/?u=aaa&id=bbb
https://acme.us1.list-manage.com/subscribe?u=aaa&id=bbb
https://acme.us1.list-manage.com/unsubscribe?u=aaa&id=bbb&e=ccc
https://www.hubspot.com/products/marketing
https://hs-5834619.s.hubspotemail.net/hs/manage-preferences/unsubscribe?d=Vnd6bL5cYtV
https://info.acme.example/e-book-2024
https://sendgrid.com/en-us/pricing
https://u26247528.ct.sendgrid.net/asm/unsubscribe/?user_id=26247528&data=c1XQ
https://www.mailgun.com/blog/o/
https://subscriptions.pstmrk.it/unsubscribe?m=1.gWo2LMwi1NAo65iRhZx3fg
https://www.constantcontact.com/legal/customer-contact-data-notice
https://visitor.constantcontact.com/do?p=un&m=001beUTjBQtN
https://links.iterable.com/lists/publicAddSubscriberForm?publicIdString=94b90b1b
https://eomail5.com/web-version?p=742f79b8-18c4-11f1-aca0-67cd52055a42
https://t271d3041.emailsys1a.net/38/2221/61ad34fba0/subscribe/form.html
https://a1b2c3.emailsp.com/frontend/subscribe.aspx
https://gansub.com/s/RKNO/
https://fm.sendpul.se/8672e56ee69550b0/Site/booking.svg
https://acme.sendsmaily.net/
https://sendsay.ru/form/abc
https://www.unisender.com/ru/blog/
https://geteml.com/ru/unsubscribe?hash=677y76kcxrz8mt1m7qwejfs3q1
https://www.getresponse.com/features/email-marketing
https://www.aweber.com/z/r/?TGwMLOzMtEyMzJwMHOwcbOy0ZrTupkY=
https://shoutout.wix.com/so/68O5FbOS6?languageTag=en
https://manage.kmail-lists.com/subscriptions/unsubscribe?a=abc&c=def
https://e.customeriomail.com/unsubscribe/dgTVjwYDAKebGqabGgGG_Bke5MqHfjtFHjl3JZM=
https://acme.user.com/emails/unsubscribe/hBIlYFhD7ryr/2949083/
https://campaign-statistics.com/unsubscribe/Qu9K9mzKhb_PNowB
https://mailtrack.io/en/
https://www.yesware.com/pricing/
https://www.mixmax.com/features
https://www.streak.com/
https://contactmonkey.com/internal-email
https://close.com/pricing/
https://www.salesloft.com/platform
https://app.frontapp.com/open/cnv_abc
https://pages.mkt.dynamics.com/event
https://acme.nationbuilder.com/donate
https://acme.wildapricot.org/event-5012345
https://acme.infusionsoft.com/app/form/abc
https://app.smartsheet.com/b/form/abc
https://www.smore.com/a1b2c-school-news
https://default.salsalabs.org/about
https://rootsaction.salsalabs.org/manage-your-subscription?eId=4cbe2f8c-1aa7
https://public.govdelivery.com/accounts/USDHSCISA/subscriber/edit?preferences=true
https://content.govdelivery.com/accounts/USDHS/bulletins/292141e
# documents, calendars, meetings, sign-in and other ways out
https://docs.python.org/3/library/re.html#re.match
https://docs.google.com/document/d/1AbC/edit?usp=sharing
https://calendar.google.com/calendar/render?action=TEMPLATE&text=Demo&dates=20260101T100000Z
https://www.google.com/maps/search/?api=1&query=acme
https://calendly.com/acme/15min?month=2026-05
https://meet.google.com/abc-defg-hij
https://us02web.zoom.us/j/1234567890?pwd=abc
https://acme.typeform.com/to/abc123
https://forms.gle/abc123
https://outlook.office365.com/owa/calendar/acme@acme.example/bookings/
https://www.dropbox.com/s/abc123/deck.pdf?dl=0
https://acme.notion.site/Guide-0f1e2d3c4b5a69788796a5b4c3d2e1f0
https://developer.mozilla.org/en-US/docs/Web/HTML/Element/img
https://learn.microsoft.com/en-us/azure/
https://app.acme.example/login?next=https%3A%2F%2Fapp.acme.example%2Fhome
https://app.acme.example/accounts/12/messages/34
https://app.acme.example/campaign/12/open
https://app.acme.example/campaigns/spring/track
https://app.acme.example/link/12/34
https://app.acme.example/email/confirm?token=0f1e2d3c4b5a69788796a5b4c3d2e1f0
https://app.acme.example/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc
https://app.acme.example/unsubscribe?token=eyJhbGciOiJIUzI1NiJ9
https://app.acme.example/r/0f1e2d3c
https://app.acme.example/click?id=12
https://app.acme.example/track/order/12345
https://app.acme.example/tracking/1Z999AA10123456784
https://app.acme.example/redirect?url=https%3A%2F%2Fpartner.example%2F
https://app.acme.example/index.php?option=com_content&view=article&id=12
https://app.acme.example/index.php?entryPoint=download&id=12
https://app.acme.example/?page_id=12&utm_source=newsletter&utm_medium=email
https://app.acme.example/e/12345/summary/report/1?tab=open
https://status.acme.example/open/log/12
https://www.ups.com/track?loc=en_US&tracknum=1Z999AA10123456784
https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode=003404
https://acme.example/o/eJ
https://acme.example/c/about
https://acme.example/u/nrd
https://acme.example/imp?s=12
https://acme.example/t?c=1
https://acme.example/wp-login.php?redirect_to=https%3A%2F%2Facme.example%2Fwp-admin%2F
https://acme.example/matomo/
https://acme.example/forum/link.php?url=https%3A%2F%2Fother.example
https://acme.example/output.php?u=7278305bf51c27a8320d023e6b1af31b
https://acme.example/default.php?id=1234567890123456789
https://click.acme.example/?qs=abc
https://click.acme.example/campaign
https://links.acme.example/about
"""
ORDINARY_URLS = [line for line in ORDINARY.splitlines() if line and not line.startswith("#")]


def test_the_table_of_ordinary_addresses_is_long() -> None:
    assert len(set(ORDINARY_URLS)) == len(ORDINARY_URLS) >= 150


@pytest.mark.parametrize("url", ORDINARY_URLS)
def test_ordinary_addresses_match_nothing(url: str) -> None:
    assert {name: vendors_of(name, url) for name in NAMES} == {name: [] for name in NAMES}
