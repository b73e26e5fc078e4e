"""Domains that are a slip away from those of large providers, and real ones that only look so."""

from __future__ import annotations

import pytest
from rapidfuzz.distance import OSA

from maillint.data.lists import load_list
from maillint.web.slips import misspellings, slip_of

PROVIDERS = load_list("mail-providers")
NAMES = [entry["name"] for entry in PROVIDERS["entries"]]
DOMAINS = [f"{entry['name']}.{ending}" for entry in PROVIDERS["entries"] for ending in entry["endings"]]

SLIPS = {
    "gmail.com": "gmial.com gmai.com gmal.com gamil.com gmil.com gnail.com gmaill.com gmsil.com gmaio.com ggmail.com "
    "gmail.con gmail.cmo gmail.co gmail.cm gmail.om gmail.vom gmail.comm gmail.coom gmail.com.com gmai.con gmial.co",
    "googlemail.com": "googelmail.com googlemial.com googlemail.con goglemail.com",
    "yahoo.com": "yaho.com yahooo.com yhaoo.com yahoo.con yajoo.com",
    "yahoo.co.uk": "yaho.co.uk yahooo.co.uk",
    "hotmail.com": "hotmial.com hotmai.com hotmal.com hotmil.com homail.com hotmeil.com hotmaill.com hormail.com",
    "hotmail.fr": "hotmial.fr hotmai.fr",
    "outlook.com": "outlok.com outloook.com outllok.com outlook.con outook.com outlock.com",
    "icloud.com": "iclod.com icoud.com icloud.con icluod.com icould.com",
    "protonmail.com": "protonmial.com protonmai.com",
    "comcast.net": "comcst.net comcats.net",
    "yandex.ru": "yandx.ru ynadex.ru",
}  # fmt: skip


@pytest.mark.parametrize(("intended", "slips"), SLIPS.items())
def test_slips(intended: str, slips: str) -> None:
    assert {slip: slip_of(slip) for slip in slips.split()} == dict.fromkeys(slips.split(), intended)


REAL = """
 mail.com email.com ymail.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de aol.com aol.de me.com mac.com msn.com
live.com live.nl pm.me proton.me hey.com zoho.com fastmail.com mail.ru inbox.ru list.ru bk.ru ya.ru mai.ru libro.it
libero.it liberi.it orange.fr orage.fr free.fr sfr.fr neuf.fr t-online.de freenet.de arcor.de seznam.cz sezam.cz
centrum.cz email.cz azet.sk wp.pl o2.pl onet.pl interia.pl op.pl ukr.net i.ua meta.ua abv.bg mail.bg qq.com 163.com
126.com sina.com naver.com daum.net hanmail.net rediffmail.com in.com att.net cox.net charter.net earthlink.net
juno.com optonline.net shaw.ca rogers.com bigpond.com optusnet.com.au xtra.co.nz terra.com.br uol.com.br bol.com.br
ig.com.br bluewin.ch hispeed.ch telenet.be skynet.be ziggo.nl kpnmail.nl home.nl planet.nl online.no telia.com
bredband.net tiscali.it virgilio.it alice.it tin.it yahoo.cn gmail.acme.example outlook.acme.example hotel.com
cloud.com yoo.com tahoe.com outlet.com privaterelay.appleid.com users.noreply.github.com example.com
tutanota.com posteo.de mailbox.org disroot.org riseup.net
""".split()


@pytest.mark.parametrize("domain", [*REAL, *DOMAINS])
def test_real_domains_are_no_slips(domain: str) -> None:
    assert slip_of(domain) is None


@pytest.mark.parametrize(
    ("domain", "intended"),
    [
        ("xn--gmal-nza.com", "gmail.com"),  # gmaıl.com
        ("xn--gmal-5of.com", None),
        ("xn--bcher-kva.example", None),
        ("xn--80ak6aa92e.com", None),
    ],
)
def test_letters_that_look_like_others(domain: str, intended: str | None) -> None:
    assert slip_of(domain) == intended


@pytest.mark.parametrize("name", NAMES)
def test_a_misspelling_is_one_slip_away(name: str) -> None:
    made = set(misspellings(name))
    assert {OSA.distance(name, slip) for slip in made} <= {1, 0}
    assert not made & set(NAMES) - {name}


def test_the_list_is_well_formed() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(set(entry["source"]) <= set(PROVIDERS["sources"]) for entry in PROVIDERS["entries"])
    assert all(len(set(entry["endings"])) == len(entry["endings"]) for entry in PROVIDERS["entries"])
    slips = [slip for entry in PROVIDERS["entries"] for slip in entry.get("slips", ())]
    assert not set(slips) & set(NAMES)


def test_names_of_columns_stand_once_and_as_they_are_compared() -> None:
    from maillint.recipients.layout import normal_name

    columns = load_list("list-columns")
    for names in (columns["address"], columns["consent"]):
        assert [normal_name(name) for name in names] == names
        assert len(set(names)) == len(names)
