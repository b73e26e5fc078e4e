# ruff: noqa: E501 -- tables of long addresses
"""What wraps an address, and where it leads: tables of real forms, and hostile addresses."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillint.data.lists import load_list
from maillint.text.placeholder import PLACEHOLDER_CHAR
from maillint.web.link_lists import LinkLists
from maillint.web.wrappers import LONGEST_URL, MOST_STEPS, Wrapping, classify
from tests.timing import fastest

U = PLACEHOLDER_CHAR
GATEWAYS = load_list("gateways")
REDIRECTORS = load_list("redirectors")
SHORTENERS = load_list("shorteners")
WRAPPERS: dict[str, Any] = {
    "entries": [
        {"vendor": "Mailchimp", "hosts": ["list-manage.com"], "path": r"/track/click\?"},
        {"vendor": "Mailchimp", "host": r"us\d+\.mailchimp\.com", "path": r"/mctx/clicks\?", "target": "query:url"},
        {"vendor": "Mandrill", "hosts": ["mandrillapp.com"], "path": "/track/click/", "target": ["json:p/p/url", "json:p/url"]},
        {"vendor": "ActiveCampaign", "host": r".+\.acemln[a-d]\.com", "path": r"/Prod/link-tracker\?", "target": "query-base64:redirectUrl"},
        {"vendor": "Amazon SES", "path": r"/(?:CL0|L0)/", "target": "path:/C?L0/([^/]+)/"},
        {"vendor": "SendGrid", "path": r"/ls/click\?upn="},
        {"vendor": "Postmark", "hosts": ["click.pstmrk.it"], "path": "/[23][st]/", "target": "path:/[23][st]/([^/]+)/"},
        {"vendor": "Customer.io", "path": "/e/c/eyJ", "target": "path-json:href:/e/c/([\\w=-]+)"},
        {"vendor": "Dynamics", "path": "/api/orgs/", "target": "json:target/TargetUrl"},
        {"vendor": "UniSender", "path": r"/(?:ru|ua)/\w+_link_tracker\?", "target": "query:url"},
    ]
}  # fmt: skip
CLICK_WRAPPERS = load_list("click-wrappers")
SHIPPED = LinkLists.from_data(
    gateways=GATEWAYS, redirectors=REDIRECTORS, shorteners=SHORTENERS, wrappers=CLICK_WRAPPERS
)
LISTS = LinkLists.from_data(gateways=GATEWAYS, redirectors=REDIRECTORS, shorteners=SHORTENERS, wrappers=WRAPPERS)

ACME = "https://acme.example/pricing?plan=team"
ONCE = quote(ACME, safe="")
TWICE = quote(ONCE, safe="")
B64 = base64.b64encode(ACME.encode()).decode()
B64URL = base64.urlsafe_b64encode(ACME.encode()).decode().rstrip("=")
B32 = base64.b32encode(ACME.encode()).decode().rstrip("=")
HEX = ACME.encode().hex()


def _json(**members: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


GATEWAY_LINKS = [
    (f"https://nam12.safelinks.protection.outlook.com/?url={ONCE}&data=05%7C02%7Cann%40b.example%7C1&sdata=x&reserved=0", "Microsoft Safe Links", ACME),
    (f"https://eur03.safelinks.protection.outlook.com/ap/w-59584e83/?url={ONCE}&data=05", "Microsoft Safe Links", ACME),
    (f"HTTPS://EUR01.SafeLinks.Protection.Outlook.com/?URL={ONCE}", "Microsoft Safe Links", ACME),
    (f"https://gcc02.safelinks.protection.office365.us/?url={ONCE}&data=05", "Microsoft Safe Links", ACME),
    (f"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html?url={ONCE}&locale=de-de", "Microsoft Safe Links", ACME),
    ("https://eur01.safelinks.protection.outlook.com/?data=05", "Microsoft Safe Links", None),
    (f"https://urldefense.proofpoint.com/v1/url?u={ONCE}&k=oIvRg1%2BdGAgOoM1BIlLLqw%3D%3D%0A&r=x", "Proofpoint URL Defense", ACME),
    ("https://urldefense.proofpoint.com/v1/url?u=http://www.acme.example/&amp;k=abc", "Proofpoint URL Defense", "http://www.acme.example/"),
    ("https://urldefense.proofpoint.com/v2/url?u=https-3A__acme.example_pricing-3Fplan-3Dteam&d=DwMFAw&c=euGZ", "Proofpoint URL Defense", ACME),
    ("https://urldefense.proofpoint.com/v2/url?u=https-3A__teams.microsoft.com_l_meetup-2Djoin_19-253ameeting-5FOD&d=x", "Proofpoint URL Defense", "https://teams.microsoft.com/l/meetup-join/19%3ameeting_OD"),
    ("https://urldefense.com/v3/__https://acme.example/pricing?plan=team__;!!A!B$", "Proofpoint URL Defense", ACME),
    ("https://urldefense.us/v3/__https://acme.example/pricing?plan=team__;!!BClRuOV5cvtbuNI!XTUw$", "Proofpoint URL Defense", ACME),
    ("https://urldefense.com/v3/__https:/acme.example/pricing__;!!A!B$", "Proofpoint URL Defense", "https://acme.example/pricing"),
    ("https://urldefense.com/v3/__https://google.com:443/search?q=a*test&gs=ps__;Kw!-612Flbf0JvQ!Ue6tQ$", "Proofpoint URL Defense", "https://google.com:443/search?q=a+test&gs=ps"),
    ("https://urldefense.com/v3/__https://acme.example/*top__;Iw!!A!B$", "Proofpoint URL Defense", "https://acme.example/#top"),
    ("https://urldefense.com/v3/__https://acme.example/**D*__;Iyoq!!A!B$", "Proofpoint URL Defense", None),
    ("https://urldefense.com/v3/__https://acme.example/**B__;Iyoq!!A!B$", "Proofpoint URL Defense", "https://acme.example/#**"),
    ("https://urldefense.com/v3/__https://acme.example/***Bx__;I8OkKis!!A!B$", "Proofpoint URL Defense", "https://acme.example/#ä*+x"),
    ("https://urldefense.com/v3/__https://acme.example/**Ax__;w6Q!!A!B$", "Proofpoint URL Defense", "https://acme.example/äx"),
    ("https://urldefense.com/v3/__https://acme.example/*__;!!A!B$", "Proofpoint URL Defense", None),
    ("https://urldefense.com/v3/__https://acme.example/", "Proofpoint URL Defense", None),
    (f"https://urlisolation.com/browser?clickId=8D1C&traceToken=17%3Bacme&url={ONCE}", "Proofpoint URL Isolation", ACME),
    ("https://protect-us.mimecast.com/s/0wSdCVON0gczLDq1tGaO_q", "Mimecast", None),
    (f"https://protect-eu.mimecast.com/s/abc?url={ONCE}", "Mimecast", ACME),
    ("https://url.uk.m.mimecastprotect.com/s/YP9XCWQRPfDXo1N?domain=acme.example", "Mimecast", None),
    ("https://security-us.mimecast.com/ttpwp?key=abc", "Mimecast", None),
    ("https://linkscan.io/scan/ux/aHR0cHM6Ly9hY21lLmV4YW1wbGUv/7f3a", "LinkScan", None),
    ("https://lsems.gravityzone.bitdefender.com/scan/aHR0cHM6Ly9hY21l/7f3a", "LinkScan", None),
    (f"https://linkprotect.cudasvc.com/url?a={ONCE}&c=E,1,gq-fB3&typo=1", "Barracuda Link Protection", ACME),
    ("https://secure-web.cisco.com/1z0v_U78rf_0ofSUeyHRS36Fj-mk74BguweaGfG7pX9MxfOcN1eiC", "Cisco Secure Email", None),
    (f"https://secure-web.cisco.com/1z0v_U78rf_0ofSUeyHRS36Fj/{ONCE}", "Cisco Secure Email", ACME),
    (f"http://secure-web.cisco.com/1z0v_U78rf_0ofSUeyHRS36Fj/{TWICE}", "Cisco Secure Email", ACME),
    (f"https://clicktime.symantec.com/39e8TeBHakB1PfMJjJ1h1zf7Vc?u={ONCE}", "Symantec Click-time URL Protection", ACME),
    (f"https://clicktime.symantec.com/a/1/dAl80F97mCKKHPW=?d=t6D3&u={ONCE}", "Symantec Click-time URL Protection", ACME),
    (f"https://ddec1-0-en-ctp.trendmicro.com:443/wis/clicktime/v1/query?url={ONCE}&umid=2f&auth=53", "Trend Micro Click-time Protection", ACME),
    (f"https://eu-central-1.protection.sophos.com/?d=acme.example&u={B64}&i=NWY1&t=QkNX&h=af", "Sophos Time-of-Click Protection", ACME),
    (f"https://us-west-2.protection.sophos.com/?d=acme.example&u={B64URL}&p=m", "Sophos Time-of-Click Protection", ACME),
    (f"https://protect2.fireeye.com/v1/url?k=a&q=1&e=b&u={ONCE}", "Trellix (FireEye)", ACME),
    (f"https://protect2.fireeye.com/url?k=1ffa720f&u={ACME}", "Trellix (FireEye)", ACME),
    (f"https://url.avanan.click/v2/r01/___{ACME}___.YXAzOnBl", "Check Point Harmony Email (Avanan)", ACME),
    (f"https://protect.checkpoint.com/v2/___{ACME}___.YzJ1", "Check Point Harmony Email (Avanan)", ACME),
    ("https://protect.checkpoint.com/v2/r02/___https://acme.example/a*2Fb#c___.YzJ1", "Check Point Harmony Email (Avanan)", "https://acme.example/a%2Fb#c"),
    ("https://checkpoint.url-protection.com/v1/r07/url?o=https%3A//acme.example/a&g=NjQ2&h=M2Ix", "Check Point Harmony Email (Avanan)", "https://acme.example/a"),
    (f"https://fm.acme.example/fmlurlsvc/?fewReq=:B:JVE3PD49&url={quote('https://b.example/', safe='')}", "Fortinet FortiMail", "https://b.example/"),
    ("https://links.defend.egress.com/Warning?crId=65&amp;u=x", "Egress Defend", None),
    (f"https://antiphishing.vadesecure.com/v4?f=UU1X&i=RTNL&k=ywmE&r=Znv&s=634b&u={ONCE}", "Hornetsecurity Vade", ACME),
    (f"https://m365.eu.vadesecure.com/safeproxy/v4?f=a&u={ONCE}", "Hornetsecurity Vade", ACME),
    ("https://seclinks.cloud-security.net/abcdef", "Hornetsecurity", None),
    ("https://mibc-fr-11.mailinblack.com/securelink/?url=https://acme.example&key=" + _json(lang="FR", url=ACME, token="g"), "Mailinblack", ACME),
    (f"https://scanmail.trustwave.com/?c=20988&d=n8HL4&u={ONCE}", "Trustwave", ACME),
    (f"https://linklock.titanhq.com/analyse?url={ONCE}&data=eJx", "TitanHQ Link Lock", ACME),
    (f"https://urlsand.esvalabs.com/?u={ONCE}&e=ed7a&h=4565&f=y&p=y", "Libraesva URLSand", ACME),
    (f"https://link.edgepilot.com/s/4239f747/ca21cbCpKkOSLI5Z?u={ACME}", "OpenText EdgePilot", ACME),
    (f"https://link.zixcentral.com/u/08573078/uLbJvu8j6RG0?u={ONCE}", "OpenText Zix", ACME),
    ("https://shared.outlook.inky.com/link?domain=acme.example&t=h.eJxtj7", "INKY", None),
    ("https://url6.mailanyone.net/scanner?m=1p7BBU&d=4%7Cmail&o=%2Fphtn", "VIPRE", None),
    ("https://us01.z.antigena.com/l/Er4kZWDmvL5-bLzHHJoZv0k7", "Darktrace Antigena", None),
    ("https://url.emailprotection.link/?b6t_II7rHqeURY3L4E7", "Intermedia LinkSafe", None),
    (f"https://safe.menlosecurity.com/{ACME}", "Menlo Security", ACME),
    (f"https://team.cloudflareaccess.com/browser/{ACME}", "Cloudflare", ACME),
    (f"https://deref-web.de/mail/client/akYai3oF398/dereferrer/?redirectUrl={ONCE}", "GMX, WEB.DE and mail.com webmail", ACME),
    (f"https://checklink.mail.ru/proxy?es=a&egid=b&url={ONCE}", "Mail.ru webmail", ACME),
    (f"https://click.mail.ru/redir?u={ONCE}&s=a", "Mail.ru webmail", ACME),
    (f"https://mail.rambler.ru/m/redirect?url={ONCE}", "Rambler webmail", ACME),
    (f"https://mail.yandex.ru/re.jsx?h=a&l={B64URL}", "Yandex webmail", ACME),
    (f"https://zasobygwp.pl/redirect?sig=a&url={B64URL}", "WP and o2 webmail", ACME),
]  # fmt: skip

REDIRECTOR_LINKS = [
    (f"https://www.google.com/url?q={ONCE}&sa=D&sntz=1&usg=AOv", "Google", ACME),
    (f"https://www.google.co.uk/url?sa=t&url={ONCE}", "Google", ACME),
    (f"https://google.de/url?q={ACME}", "Google", ACME),
    ("https://www.google.com/url?q=www.acme.example/a&sa=D", "Google", "https://www.acme.example/a"),
    (f"https://maps.google.com/url?q={ONCE}", "Google", ACME),
    (f"https://scholar.google.com/scholar_url?url={ONCE}&hl=en", "Google Scholar", ACME),
    ("https://www.google.com/amp/s/acme.example/pricing", "Google AMP viewer", "https://acme.example/pricing"),
    (f"https://meet.google.com/linkredirect?authuser=0&dest={ONCE}", "Google Meet", ACME),
    (f"https://www.googleadservices.com/pagead/aclk?sa=L&ai=C3&adurl={ONCE}", "Google Ads", ACME),
    (f"https://ad.doubleclick.net/ddm/clk/472049650;277661009;k?{ACME}", "Google Campaign Manager", ACME),
    (f"https://clickserve.dartsearch.net/link/click?&ds_a_cid=2&ds_dest_url={ACME}", "Google Search Ads 360", ACME),
    (f"https://www.bing.com/ck/a?!&&p=4098e8&u=a1{B64URL}&ntb=1", "Bing", ACME),
    ("https://www.bing.com/ck/a?!&&p=4098e8&ntb=1", "Bing", None),
    (f"https://www.bing.com/alink/link?url={ONCE}&source=x", "Bing", ACME),
    (f"https://duckduckgo.com/l/?uddg={ONCE}&rut=1", "DuckDuckGo", ACME),
    (f"https://r.search.yahoo.com/_ylt=Aw/RV=2/RE=1/RO=10/RU={ONCE}/RK=2/RS=x-", "Yahoo", ACME),
    (f"https://sba.yandex.net/redirect?url={ONCE}&client=clck&sign=a", "Yandex", ACME),
    (f"https://yandex.ru/clck/jsredir?from=yandex.ru%3Bsearch&text=&url={ONCE}", "Yandex", ACME),
    ("https://www.yandex.com.tr/clck/jsredir?from=a&etext=2202.PILXWxy3", "Yandex", None),
    ("https://www.baidu.com/link?url=_eq9F-74v6KNEN7X4zUpA44VW3q_3maXyIOrjXjabeQzz17VWbJ016", "Baidu", None),
    ("https://acme-example.cdn.ampproject.org/c/s/acme.example/pricing?plan=team", "AMP cache", ACME),
    ("https://cdn.ampproject.org/v/acme.example/pricing", "AMP cache", "https://acme.example/pricing"),
    (f"https://l.facebook.com/l.php?u={ONCE}&h=AT0", "Facebook", ACME),
    (f"https://lm.facebook.com/l.php?u={ONCE}", "Facebook", ACME),
    (f"https://www.facebook.com/flx/warn/?u={ONCE}&h=A", "Facebook", ACME),
    (f"https://l.messenger.com/l.php?u={ONCE}", "Messenger", ACME),
    (f"https://l.instagram.com/?u={ONCE}&e=AT3", "Instagram", ACME),
    (f"https://l.threads.com/?u={ONCE}", "Threads", ACME),
    (f"https://l.wl.co/l?u={ONCE}", "WhatsApp", ACME),
    (f"https://www.youtube.com/redirect?event=video_description&redir_token=Q&q={ONCE}", "YouTube", ACME),
    (f"https://www.linkedin.com/safety/go?url={ONCE}&trk=flagship", "LinkedIn", ACME),
    (f"https://www.linkedin.com/redir/redirect?url={ONCE}&urlhash=a", "LinkedIn", ACME),
    (f"https://twitter.com/i/redirect?url={ONCE}&t=1", "X", ACME),
    (f"https://www.tiktok.com/link/v2?aid=1988&scene=bio_url&target={ONCE}", "TikTok", ACME),
    (f"https://out.reddit.com/t3_a?url={ONCE}&token=A", "Reddit", ACME),
    (f"https://www.pinterest.com/offsite/?token=1&url={ONCE}", "Pinterest", ACME),
    (f"https://t.umblr.com/redirect?z={ONCE}&t=Y", "Tumblr", ACME),
    (f"https://go.bsky.app/redirect?u={ONCE}", "Bluesky", ACME),
    (f"https://vk.com/away.php?to={ONCE}&cc_key=", "VK", ACME),
    (f"https://m.vk.com/away?to={ONCE}", "VK", ACME),
    (f"https://ok.ru/dk?cmd=logExternal&st.cmd=logExternal&st.link={ONCE}", "Odnoklassniki", ACME),
    (f"https://slack-redir.net/link?url={ONCE}", "Slack", ACME),
    (f"https://steamcommunity.com/linkfilter/?url={ONCE}", "Steam", ACME),
    (f"https://steamcommunity.com/linkfilter/{ACME}", "Steam", ACME),
    (f"https://medium.com/r/?url={ONCE}", "Medium", ACME),
    (f"https://disq.us/url?url={ONCE}&cuid=1", "Disqus", ACME),
    (f"https://flipboard.com/redirect?url={ONCE}", "Flipboard", ACME),
    (f"https://gate.sc/?url={ONCE}&token=a", "SoundCloud", ACME),
    (f"https://www.deviantart.com/users/outgoing?{ACME}", "DeviantArt", ACME),
    (f"https://outgoing.prod.mozaws.net/v1/{'ab' * 32}/{ONCE}", "Mozilla", ACME),
    (f"https://calendly.com/url?q={ONCE}", "Calendly", ACME),
    (f"https://www.yelp.com/biz_redir?url={ONCE}&s=1", "Yelp", ACME),
    (f"https://link.zhihu.com/?target={ONCE}", "Zhihu", ACME),
    (f"https://gitee.com/link?target={ONCE}", "Gitee", ACME),
    (f"https://link.csdn.net/?target={ONCE}", "CSDN", ACME),
    (f"https://link.juejin.cn/?target={ONCE}", "Juejin", ACME),
    (f"https://www.douban.com/link2/?url={ONCE}", "Douban", ACME),
    (f"https://cc.loginfra.com/cc?a=1&u={ONCE}", "Naver", ACME),
    (f"https://dzen.ru/away?to={ONCE}", "Dzen", ACME),
    (f"https://www.livejournal.com/away?to={ONCE}", "LiveJournal", ACME),
    (f"https://www.dropbox.com/referrer_cleansing_redirect?hmac=a&url={ONCE}", "Dropbox", ACME),
    (f"https://www.canva.com/link?target={ONCE}&design=a", "Canva", ACME),
    (f"https://www.curseforge.com/linkout?remoteUrl={TWICE}", "Curseforge", ACME),
    (f"https://minecraft.curseforge.com/projects/linkout?remoteUrl={ONCE}", "Curseforge", ACME),
    (f"https://www.amazon.com/gp/r.html?C=1&K=2&M=urn:rtn:msg:3&U={ONCE}&A=4", "Amazon", ACME),
    (f"https://app.adjust.com/abc123?campaign=a&redirect={ONCE}", "Adjust", ACME),
    (f"https://track.webgains.com/click.html?wgcampaignid=1&wgtarget={ONCE}", "Webgains", ACME),
    (f"https://track.effiliation.com/servlet/effi.redir?id_compteur=1&url={ONCE}", "Effiliation", ACME),
    (f"https://www.partner-ads.com/dk/klikbanner.php?partnerid=1&htmlurl={ONCE}", "Partner-ads", ACME),
    (f"https://www.idealo-partner.com/cl/?a=1&trg={ONCE}", "idealo partner", ACME),
    (f"https://www.hlserve.com/delivery/click?a=1&dest={ONCE}", "Criteo", ACME),
    (f"https://aax-eu.amazon-adsystem.com/x/c/QkFm/{ACME}", "Amazon Ads", ACME),
    (f"https://target.georiot.com/Proxy.ashx?tsid=1&GR_URL={ONCE}", "GeoRiot", ACME),
    (f"https://af.moshimo.com/af/c/click?a_id=860699&p_id=170&url={ONCE}", "Moshimo", ACME),
    (f"https://ck.jp.ap.valuecommerce.com/servlet/referral?sid=1&pid=2&vc_url={ONCE}", "ValueCommerce", ACME),
    (f"https://shop.b.example/bitrix/redirect.php?event1=a&goto={ACME}", "1C-Bitrix", ACME),
    (f"https://href.li/?{ACME}", "href.li", ACME),
    ("https://href.li/?https://acme.example/?a=1&b=2#c", "href.li", "https://acme.example/?a=1&b=2#c"),
    (f"https://anonym.to/?{ACME}", "anonym.to", ACME),
    (f"https://nam.safelink.emails.azure.net/redirect/?destination={ONCE}&p=bT0w", "Microsoft Azure mail", ACME),
    (f"https://www.amazon.de/gp/redirect.html?ie=UTF8&location={ONCE}", "Amazon", ACME),
    (f"https://rover.ebay.co.uk/rover/1/710/1?mpre={ONCE}", "eBay", ACME),
    (f"https://www.ebayadservices.com/marketingtracking/v1/redirect?mpre={ONCE}&mkevt=1", "eBay", ACME),
    (f"https://acmeapp.page.link/?link={ONCE}&apn=com.acme", "Firebase Dynamic Links", ACME),
    (f"https://acme-app.onelink.me/xLDS?pid=mail&af_web_dp={ONCE}", "AppsFlyer", ACME),
    (f"https://acmeapp.app.link/?$desktop_url={ONCE}&$ios_deeplink_path=a", "Branch", ACME),
    (f"https://www.awin1.com/cread.php?awinmid=12860&awinaffid=608575&ued={ONCE}", "Awin", ACME),
    ("https://www.awin1.com/awclick.php?gid=1&mid=2", "Awin", None),
    ("https://tidd.ly/4aBcDeF", "Awin", None),
    (f"https://click.linksynergy.com/deeplink?id=a&mid=1&murl={ONCE}", "Rakuten Advertising", ACME),
    (f"https://www.shareasale.com/r.cfm?b=1&u=2&m=3&urllink={ONCE}", "ShareASale", ACME),
    (f"https://www.dpbolvw.net/click-6305441-10912384?URL={ONCE}", "CJ Affiliate", ACME),
    ("https://www.anrdoezrs.net/click-6305441-10912384", "CJ Affiliate", None),
    (f"https://acme.pxf.io/c/1/2/3?u={ONCE}", "Impact", ACME),
    (f"https://prf.hn/click/camref:1101ljvYv/pubref:a/destination:{ACME}", "Partnerize", ACME),
    (f"https://prf.hn/click/camref:1101ljvYv/destination:{ONCE}", "Partnerize", ACME),
    (f"https://go.skimresources.com/?id=1X2&url={ONCE}", "Skimlinks", ACME),
    (f"https://go.redirectingat.com/?id=1&url={ONCE}", "Skimlinks", ACME),
    (f"https://redirect.viglink.com/?key=a&u={ONCE}", "Sovrn", ACME),
    (f"https://clk.tradedoubler.com/click?p=315858&a=3427761&url={ONCE}", "Tradedoubler", ACME),
    (f"https://tc.tradetracker.net/?c=15640&m=12&a=417111&r=&u={ONCE}", "TradeTracker", ACME),
    (f"https://track.adtraction.com/t/t?a=1&as=2&t=2&tk=1&url={ONCE}", "Adtraction", ACME),
    (f"https://ad.admitad.com/g/a1b2/?ulp={ONCE}", "Admitad", ACME),
    (f"https://acme.digidip.net/visit?url={ONCE}", "digidip", ACME),
    (f"https://track.adform.net/C/?bn=123;ckurl={ACME}", "Adform", ACME),
    (f"https://s.click.aliexpress.com/deep_link.htm?aff_short_key=N3VJQBY&dl_target_url={ONCE}", "AliExpress", ACME),
    (f"https://hb.afl.rakuten.co.jp/hgc/g0190dd6/?pc={ONCE}&link_type=text", "Rakuten Affiliate", ACME),
    (f"https://px.a8.net/svt/ejp?a8mat=1NWETK&a8ejpredirect={ONCE}", "A8.net", ACME),
]  # fmt: skip

TRACKER_LINKS = [
    ("https://acme.us12.list-manage.com/track/click?u=6f2&id=93d&e=70a", "Mailchimp", None),
    (f"https://us8.mailchimp.com/mctx/clicks?url={ONCE}&xid=f54", "Mailchimp", ACME),
    ("https://mandrillapp.com/track/click/301/acme.example?p=" + _json(s="Uz67", v=1, p=json.dumps({"u": 301, "v": 1, "url": ACME})), "Mandrill", ACME),
    ("https://mandrillapp.com/track/click/301/acme.example?p=" + _json(u=301, v=2, url=ACME), "Mandrill", ACME),
    ("https://mandrillapp.com/track/click/301/acme.example?p=bm90IGpzb24", "Mandrill", None),
    (f"https://acme.lt.acemlnc.com/Prod/link-tracker?redirectUrl={base64.b64encode(ONCE.encode()).decode()}&sig=8g", "ActiveCampaign", ACME),
    ("https://acme.lt.acemlnc.com/Prod/link-tracker?redirectUrl=" + base64.b64encode(b"www.acme.example/a").decode(), "ActiveCampaign", "https://www.acme.example/a"),
    ("https://x1.r.us-east-1.awstrack.me/L0/https:%2F%2Facme.example%2Fpricing%3Fplan=team/1/0100-000000/qZ=345", "Amazon SES", ACME),
    ("https://news.b.example/CL0/https:%2F%2Facme.example%2Fpricing%3Fplan=team/1/0100-000000/qZ=345", "Amazon SES", ACME),
    ("https://u7507510.ct.sendgrid.net/ls/click?upn=u001.HIVfGx", "SendGrid", None),
    (f"https://{U}/ls/click?upn=u001.HIVfGx", "SendGrid", None),
    (f"https://{U}.acme.example/ls/click?upn={U}", "SendGrid", None),
    ("https://click.pstmrk.it/3s/acme.example%2Fpricing/abc/def", "Postmark", "https://acme.example/pricing"),
    ("https://click.pstmrk.it/3s/no-address/abc/def", "Postmark", None),
    ("https://click.pstmrk.it/3s/www.acme.example%2Fpricing/abc/def", "Postmark", "https://www.acme.example/pricing"),
    ("https://e.b.example/e/c/" + _json(email_id="dgT", href=ACME, internal="d58") + "/abc", "Customer.io", ACME),
    ("https://b.example/api/orgs/1/r/2?target=" + quote(json.dumps({"TargetUrl": TWICE})), "Dynamics", ACME),
    ("https://b.example/api/orgs/1/r/2?target=%7B%22TargetUrl%22%3A7%7D", "Dynamics", None),
    (f"https://email.b.example/ru/mail_link_tracker?hash=5op&url={TWICE}", "UniSender", ACME),
    (f"https://email.b.example/ua/eu1_link_tracker?hash=5op&url={B64URL}~&uid=1", "UniSender", ACME),
]  # fmt: skip

GENERIC_LINKS = [
    (f"https://trk.b.example/?url={ONCE}", "b.example", ACME),
    (f"https://trk.b.example?u={ONCE}", "b.example", ACME),
    (f"https://b.example/redirect?url={ONCE}", "b.example", ACME),
    (f"https://b.example/redirect?url={TWICE}", "b.example", ACME),
    (f"https://b.example/redirect?url={quote(TWICE, safe='')}", "b.example", ACME),
    (f"https://b.example/redirect?url={B64}", "b.example", ACME),
    (f"https://b.example/redirect?url={B64URL}", "b.example", ACME),
    (f"https://b.example/redirect?url={HEX}", "b.example", ACME),
    (f"https://b.example/r?m=66474fd5&u={ONCE}", "b.example", ACME),
    (f"https://b.example/go/?to={ONCE}", "b.example", ACME),
    (f"https://b.example/go.php?url={B64URL}", "b.example", ACME),
    (f"https://b.example/cgi-bin/out.cgi?id=114&u={ACME}", "b.example", ACME),
    (f"https://b.example/any/page?redirect_url={ONCE}", "b.example", ACME),
    (f"https://b.example/any/page?redirectUrl={ONCE}", "b.example", ACME),
    (f"https://b.example/any/page?REDIRECT={ONCE}", "b.example", ACME),
    (f"https://b.example/any/page?dest={ONCE}", "b.example", ACME),
    (f"https://b.example/any/page?target-url={ONCE}", "b.example", ACME),
    (f"https://b.example/out?q={ONCE}", "b.example", ACME),
    (f"https://b.example/email/click?next={ONCE}", "b.example", ACME),
    (f"https://b.example/email-redirect/7?return={ONCE}", "b.example", ACME),
    (f"https://b.example/api/track-click-rate?id=1&redirectTo={ONCE}", "b.example", ACME),
    (f"https://b.example/emails/c/EZ0XWyyAvAh8gqWv6k4/?to={ONCE}", "b.example", ACME),
    (f"https://b.example/?{ACME}", "b.example", ACME),
    (f"https://b.example/redirect?{ONCE}", "b.example", ACME),
    (f"https://link.b.example/click/42835164.10725/{B64URL}/68ea6dfc", "b.example", ACME),
    (f"https://b.example/lnk/AMcAAISLaJ4AAAA/1/AbMu55oc/{B64URL}", "b.example", ACME),
    (f"https://b.example/x/{HEX}", "b.example", ACME),
    ("https://b.example/redirect/https://acme.example/pricing", "b.example", "https://acme.example/pricing"),
    (f"https://b.example/redirect/{ACME}", "b.example", ACME),
    (f"https://b.example/track/{ONCE}/7/abc", "b.example", ACME),
    (f"http://203.0.113.5/track/4zt?redirect={ONCE}", "203.0.113.5", ACME),
    (f"https://b.example/?a=1&amp;url={ONCE}", "b.example", ACME),
    (f"https://trk.b.co.uk/?url={ONCE}", "b.co.uk", ACME),
    ("https://a.github.io/?url=https%3A%2F%2Fb.github.io%2F", "a.github.io", "https://b.github.io/"),
    ("https://b.example/?url=http%3A%2F%2F203.0.113.5%2F", "b.example", "http://203.0.113.5/"),
    (f"https:\\\\b.example\\redirect?url={ONCE}", "b.example", ACME),
    (f"//b.example/redirect?url={ONCE}", "b.example", ACME),
    # any parameter that decodes to an absolute address
    (f"https://b.example/x/y?data={ONCE}", "b.example", ACME),
    (f"https://b.example/x/y?data={B64}", "b.example", ACME),
    (f"https://b.example/e/7?r={ONCE}", "b.example", ACME),
    (f"https://b.example/e/7?R={TWICE}", "b.example", ACME),
    (f"https://b.example/e/7?zz={B64URL}", "b.example", ACME),
    (f"https://b.example/e/7?zz={quote(B64, safe='')}", "b.example", ACME),
    (f"https://b.example/e/7?zz={HEX}", "b.example", ACME),
    (f"https://b.example/e/7?zz={B32}", "b.example", ACME),
    (f"https://b.example/e/7?zz={B32.lower()}", "b.example", ACME),
    (f"https://b.example/e/7/{B32}/x", "b.example", ACME),
    # JSON and JWTs
    ("https://b.example/e/7?zz=" + _json(u=ACME, id=7), "b.example", ACME),
    ("https://b.example/e/7?zz=" + quote(json.dumps({"id": 7, "url": ACME})), "b.example", ACME),
    ("https://b.example/e/7?zz=" + _json(id=7, link={"redirectUrl": ACME}), "b.example", ACME),
    ("https://b.example/e/7?zz=" + base64.b32encode(json.dumps({"url": ACME}).encode()).decode(), "b.example", ACME),
    ("https://b.example/e/" + _json(alg="HS256") + "." + _json(url=ACME) + ".c2ln", "b.example", ACME),
    # an address without a scheme
    ("https://b.example/redirect?url=//acme.example/pricing", "b.example", "https://acme.example/pricing"),
    ("https://b.example/?u=%2F%2Facme.example%2Fpricing", "b.example", "https://acme.example/pricing"),
    ("https://b.example/redirect//acme.example/pricing?a=1", "b.example", "https://acme.example/pricing?a=1"),
    # words that are glued together
    (f"https://b.example/linkredirect?url={ONCE}", "b.example", ACME),
    (f"https://b.example/x/clickthru?l={ONCE}", "b.example", ACME),
    (f"https://b.example/external-link.jspa?url={ONCE}", "b.example", ACME),
    (f"https://b.example/external_link?url={ONCE}", "b.example", ACME),
    (f"https://b.example/redirecturl?q={ONCE}", "b.example", ACME),
    (f"https://b.example/EmailClickTracker.ashx?q={ONCE}", "b.example", ACME),
    (f"https://b.example/mailredirect/{ACME}", "b.example", ACME),
]  # fmt: skip

SHORTENER_LINKS = [
    ("https://bit.ly/3E6heo", "Bitly"),
    ("http://bit.ly/3E6heo", "Bitly"),
    ("https://BIT.LY/3E6heo", "Bitly"),
    ("https://www.bit.ly/3E6heo", "Bitly"),
    ("https://bit.ly./3E6heo", "Bitly"),
    ("//bit.ly/3E6heo", "Bitly"),
    (f"https://bit.ly/{U}", "Bitly"),
    ("https://j.mp/a", "Bitly"),
    ("https://bitly.com/3AbCdEf", "Bitly"),
    ("https://www.bitly.com/x", "Bitly"),
    ("https://go.ly/abc", "go.ly"),
    ("https://ctt.ec/89bMT", "Click To Tweet"),
    ("http://twixar.me/HTnn", "twixar.me"),
    ("https://tinyurl.com/2p8xk", "TinyURL"),
    ("https://is.gd/abcdef", "is.gd"),
    ("https://v.gd/abcdef", "is.gd"),
    ("https://t.co/cR5dwCW1r0", "X"),
    ("https://ow.ly/kjUG50Uenya", "Hootsuite"),
    ("https://buff.ly/3abc", "Buffer"),
    ("https://lnkd.in/eAbC", "LinkedIn"),
    ("https://goo.gl/AbC123", "Google"),
    ("https://rebrand.ly/acme", "Rebrandly"),
    ("https://rb.gy/abc", "Rebrandly"),
    ("https://cutt.ly/abc", "Cuttly"),
    ("https://t.ly/abc", "T.LY"),
    ("https://s.id/abc", "s.id"),
    ("https://shorturl.at/abCD1", "ShortURL"),
    ("https://dub.sh/V0H4lfQ", "Dub"),
    ("https://clck.ru/abc", "Yandex"),
    ("https://vk.cc/abc", "VK"),
    ("https://u.to/oGklIA", "uCoz"),
    ("https://goo.su/abc", "goo.su"),
    ("https://n9.cl/abc", "n9.cl"),
    ("https://urlz.fr/abc", "urlz.fr"),
    ("https://lc.cx/abc", "lc.cx"),
    ("https://reurl.cc/abc", "reurl.cc"),
    ("https://trib.al/abc", "SocialFlow"),
    ("https://dlvr.it/abc", "dlvr.it"),
    ("https://ift.tt/abc", "IFTTT"),
    ("https://qrco.de/abc", "QR Code Generator"),
    ("https://acme.short.gy/abc", "Short.io"),
    ("https://acme.lnk.to/album", "Linkfire"),
    ("https://grabify.link/JCJLVA", "Grabify"),
    ("https://iplogger.org/abc", "IPLogger"),
    ("https://eepurl.com/abc", "Mailchimp"),
    ("https://conta.cc/3abc", "Constant Contact"),
    ("https://hubs.ly/Q01abc", "HubSpot"),
    ("https://bit.ly/3E6heo?utm_source=mail#a", "Bitly"),
]  # fmt: skip

NOT_WRAPPED = [
    # Sites
    "https://acme.example/",
    "https://www.acme.example/pricing?plan=team#faq",
    "https://acme.example/a/b/c.html?d=e&f=g",
    "https://acme.example/?utm_source=newsletter&utm_medium=email&utm_campaign=https%3A%2F%2Fother.example%2F",
    "https://acme.example/?ref=https://other.example/",
    "https://acme.example/blog/what-is-a-redirect?id=1",
    "https://example.com/track/my-order?number=12345",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.linkedin.com/in/ann-smith/",
    "https://github.com/acme/acme/issues/1?q=is%3Aopen",
    "https://en.wikipedia.org/wiki/URL_redirection",
    "https://play.google.com/store/apps/details?id=com.acme&referrer=utm_source%3Dmail",
    "https://apps.apple.com/us/app/acme/id1234567890?mt=8",
    "https://open.spotify.com/track/3NivHilTTTs8SQwp51yG0X",
    "https://docs.google.com/forms/d/e/1FAIpQLS/viewform",
    "https://drive.google.com/file/d/1abc/view?usp=sharing",
    "https://news.google.com/rss/articles/CBMiK2h0dHBz",
    "https://zoom.us/j/123456789?pwd=abc",
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_OD%40thread.v2/0?context=%7b%22Tid%22%7d",
    "https://calendly.com/ann/30min",
    # Shorteners' own pages and hosts that look like them
    "https://bit.ly",
    "https://bit.ly/",
    "https://bit.ly/?a=b",
    "https://bitly.com/pages/pricing",
    "https://bitly.com/blog/a-post/",
    "https://bitly.com/de/pages/products",
    "https://bitly.com/products/qr-codes",
    "https://blog.bitly.com/acme",
    "https://tinyurl.com/app/dev",
    "https://t.ly/pricing",
    "https://cutt.ly/api-documentation/cuttly-links-api",
    "https://ulvis.net/developer.html",
    "https://mybit.ly.example/abc",
    "https://habit.ly/abc",
    "https://notbit.ly/abc",
    "https://sub.bit.ly/abc",
    "https://dub.co/blog/acme",
    f"https://bit.{U}/abc",
    f"https://{U}/3E6heo",
    # Companies' own short hosts
    "https://amzn.to/3abc",
    "https://a.co/d/abc",
    "https://youtu.be/dQw4w9WgXcQ",
    "https://fb.me/acme",
    "https://nyti.ms/3abc",
    "https://spoti.fi/3abc",
    "https://apple.co/3abc",
    "https://aka.ms/JoinTeamsMeeting",
    "https://maps.app.goo.gl/AbC123",
    "https://photos.app.goo.gl/AbC123",
    "https://forms.gle/abc",
    "https://g.co/kgs/abc",
    "https://pin.it/abc",
    "https://redd.it/abc",
    "https://wp.me/p1-2",
    "https://lin.ee/abc",
    "https://fb.watch/abc",
    # Messengers
    "https://wa.me/12025550100?text=See%20https%3A%2F%2Fother.example%2F",
    "https://api.whatsapp.com/send?text=https%3A%2F%2Fother.example%2F",
    "https://t.me/acme",
    "https://m.me/acme",
    "https://discord.gg/abc",
    "https://signal.me/#p/+12025550100",
    # Share links
    "https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fother.example%2F",
    "https://www.facebook.com/sharer.php?u=https%3A%2F%2Fother.example%2F",
    "https://www.facebook.com/dialog/share?app_id=1&href=https%3A%2F%2Fother.example%2F&redirect_uri=https%3A%2F%2Facme.example%2F",
    "https://twitter.com/intent/tweet?url=https%3A%2F%2Fother.example%2F&text=a",
    "https://twitter.com/share?url=https%3A%2F%2Fother.example%2F",
    "https://x.com/intent/post?url=https%3A%2F%2Fother.example%2F",
    "https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fother.example%2F",
    "https://www.linkedin.com/shareArticle?mini=true&url=https%3A%2F%2Fother.example%2F",
    "https://www.reddit.com/submit?url=https%3A%2F%2Fother.example%2F",
    "https://pinterest.com/pin/create/button/?url=https%3A%2F%2Fother.example%2F&media=https%3A%2F%2Fother.example%2Fa.png",
    "https://t.me/share/url?url=https%3A%2F%2Fother.example%2F",
    "https://t.me/iv?url=https%3A%2F%2Fother.example%2F&rhash=1",
    "https://vk.com/share.php?url=https%3A%2F%2Fother.example%2F",
    "https://news.ycombinator.com/submitlink?u=https%3A%2F%2Fother.example%2F&t=a",
    "https://bsky.app/intent/compose?text=https%3A%2F%2Fother.example%2F",
    "https://www.tumblr.com/share/link?url=https%3A%2F%2Fother.example%2F",
    "https://www.xing.com/spi/shares/new?url=https%3A%2F%2Fother.example%2F",
    "https://social-plugins.line.me/lineit/share?url=https%3A%2F%2Fother.example%2F",
    "https://www.addtoany.com/share?url=https%3A%2F%2Fother.example%2F",
    "https://b.example/share?url=https%3A%2F%2Fother.example%2F",
    # Mail, phone, calendars
    "mailto:ann@acme.example?subject=Hi&body=https%3A%2F%2Fother.example%2F",
    "tel:+12025550100",
    "sms:+12025550100?body=https://other.example/",
    "https://calendar.google.com/calendar/render?action=TEMPLATE&text=a&location=https%3A%2F%2Fzoom.us%2Fj%2F1",
    "https://calendar.google.com/calendar/r?cid=https%3A%2F%2Fother.example%2Fa.ics",
    "https://www.google.com/calendar/event?action=TEMPLATE&sprop=website:https://other.example&next=https%3A%2F%2Fother.example%2F",
    "https://outlook.live.com/calendar/0/deeplink/compose?path=/calendar/action/compose&body=https%3A%2F%2Fother.example%2F",
    "https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2Fother.example%2Fa.ics",
    "https://mail.google.com/mail/?view=cm&to=ann@acme.example&body=https%3A%2F%2Fother.example%2F",
    "https://b.example/calendar/subscribe?url=https%3A%2F%2Fother.example%2Fa.ics",
    # The same site and the same organisation
    "https://acme.example/redirect?url=https%3A%2F%2Facme.example%2Fpricing",
    "https://acme.example/redirect?url=https%3A%2F%2Fwww.acme.example%2Fpricing",
    "https://click.acme.example/?url=https%3A%2F%2Fwww.acme.example%2Fpricing",
    "https://www.acme.de/redirect?url=https%3A%2F%2Fwww.acme.co.uk%2F",
    "https://www.google.com/url?q=https%3A%2F%2Fdocs.google.com%2Fdocument%2Fd%2F1",
    "https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fwww.linkedin.com%2Fhelp",
    "https://www.amazon.com/gp/r.html?C=1&K=2&U=https%3A%2F%2Fwww.amazon.com%2Fgp%2Fhelp",
    "https://l.instagram.com/?u=https%3A%2F%2Fhelp.instagram.com%2F",
    "https://rover.ebay.com/rover/0/e1/7?loc=https%3A%2F%2Fwww.ebay.com%2F",
    f"https://acme.example/redirect?url=https%3A%2F%2F{U}%2Fpricing",
    f"https://acme.example/redirect?url={U}",
    f"https://{U}/redirect?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/redirect?url=%2Fpricing",
    "https://acme.example/redirect?url=http%3A%2F%2Flocalhost%3A3000%2F",
    # Signing in, paying, consenting
    "https://login.acme.example/oauth2/authorize?client_id=1&redirect_uri=https%3A%2F%2Fother.example%2Fcallback",
    "https://acme.example/login?next=https%3A%2F%2Fother.example%2F",
    "https://acme.example/login?redirect=https%3A%2F%2Fother.example%2F",
    "https://acme.example/users/sign-in/redirect?url=https%3A%2F%2Fother.example%2F".replace("sign-in", "signin"),
    "https://accounts.google.com/AccountChooser?continue=https%3A%2F%2Fother.example%2F",
    "https://accounts.google.com/o/oauth2/v2/auth?redirect_uri=https%3A%2F%2Fother.example%2F&continue=https%3A%2F%2Fother.example%2F",
    "https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2f",
    "https://appleid.apple.com/auth/authorize?redirect_uri=https%3A%2F%2Fother.example%2F",
    "https://idp.acme.example/saml2/sso?RelayState=https%3A%2F%2Fother.example%2F&target=https%3A%2F%2Fother.example%2F",
    "https://acme.example/wp-login.php?redirect_to=https%3A%2F%2Fother.example%2F",
    "https://acme.example/logout?redirect=https%3A%2F%2Fother.example%2F",
    "https://checkout.stripe.com/c/pay/cs_live_a1?redirect=https%3A%2F%2Fother.example%2F",
    "https://www.paypal.com/checkoutnow?token=1&redirect=https%3A%2F%2Fother.example%2F",
    "https://acme.example/cart/add?id=1&redirect=https%3A%2F%2Fother.example%2F",
    "https://acme.example/signup?url=https%3A%2F%2Fother.example%2F",
    # Ways out of a list
    "https://acme.example/unsubscribe?token=eyJhbGciOiJIUzI1NiJ9.eyJ1IjoxfQ.abc",
    "https://acme.example/unsubscribe/aHR0cHM6Ly9vdGhlci5leGFtcGxlLw?redirect=https%3A%2F%2Fother.example%2F",
    "https://acme.example/email/preferences?redirect=https%3A%2F%2Fother.example%2F",
    "https://acme.example/optout?url=https%3A%2F%2Fother.example%2F",
    "https://acme.us12.list-manage.com/unsubscribe?u=6f2&id=93d&e=70a",
    "https://acme.example/confirm?token=abc&url=https%3A%2F%2Fother.example%2F",
    # Searches
    "https://www.google.com/search?q=https%3A%2F%2Fother.example%2F",
    "https://www.google.com/search?q=site%3Aother.example",
    "https://www.bing.com/search?q=https%3A%2F%2Fother.example%2F",
    "https://duckduckgo.com/?q=https%3A%2F%2Fother.example%2F",
    "https://acme.example/?q=https%3A%2F%2Fother.example%2F",
    "https://acme.example/search?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/search/go?q=https%3A%2F%2Fother.example%2F",
    "https://acme.example/?s=https%3A%2F%2Fother.example%2F",
    # Maps
    "https://www.google.com/maps?q=1600+Amphitheatre+Parkway",
    "https://www.google.com/maps/dir/?api=1&destination=Space+Needle",
    "https://www.google.de/maps/dir/?api=1&destination=https%3A%2F%2Fother.example%2F",
    "https://www.google.com/maps/place/Acme/@52.5,13.4,17z/data=!3m1!4b1?entry=ttu",
    "https://maps.google.com/?q=https%3A%2F%2Fother.example%2Fa.kml",
    "https://maps.google.com/maps?q=Berlin&url=https%3A%2F%2Fother.example%2F",
    # Archives, translators, validators, proxies
    "https://web.archive.org/web/20200101000000/https://other.example/",
    "https://web.archive.org/save/https://other.example/",
    "https://archive.org/wayback/available?url=https%3A%2F%2Fother.example%2F",
    "https://archive.ph/?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/wayback?url=https%3A%2F%2Facme.example%2Fold",
    "https://translate.google.com/translate?sl=auto&tl=ru&u=https%3A%2F%2Fother.example%2F",
    "https://other-example.translate.goog/?_x_tr_sl=de&url=https%3A%2F%2Fother.example%2F",
    "https://validator.w3.org/nu/?doc=https%3A%2F%2Fother.example%2F",
    "https://validator.w3.org/?url=https%3A%2F%2Fother.example%2F",
    "https://pagespeed.web.dev/?url=https%3A%2F%2Fother.example%2F",
    "https://securityheaders.com/?q=https%3A%2F%2Fother.example%2F&followRedirects=on",
    "https://www.ssllabs.com/ssltest/analyze.html?d=other.example",
    "https://search.google.com/test/rich-results?url=https%3A%2F%2Fother.example%2F",
    "https://view.officeapps.live.com/op/view.aspx?src=https%3A%2F%2Fother.example%2Fa.docx",
    "https://docs.google.com/viewer?url=https%3A%2F%2Fother.example%2Fa.pdf",
    "https://docs.google.com/gview?embedded=true&url=https%3A%2F%2Fother.example%2Fa.pdf",
    "https://api.qrserver.com/v1/create-qr-code/?data=https%3A%2F%2Fother.example%2F&url=https%3A%2F%2Fother.example%2F",
    "https://wsrv.nl/?url=https%3A%2F%2Fother.example%2Fa",
    "https://images.weserv.nl/?url=https%3A%2F%2Fother.example%2Fa.jpg",
    "https://acme.example/_next/image?url=https%3A%2F%2Fother.example%2Fa&w=640&q=75",
    "https://acme.example/?url=https%3A%2F%2Fother.example%2Fa.png",
    "https://acme.example/go?url=https%3A%2F%2Fother.example%2Ffeed.xml",
    "https://i0.wp.com/other.example/a.jpg?w=640",
    "https://ci3.googleusercontent.com/proxy/sPKBJiv=s0-d-e1-ft#https://other.example/a.png",
    "https://camo.githubusercontent.com/7e97f7/68747470733a2f2f6f746865722e6578616d706c652f61",
    "https://external-content.duckduckgo.com/iu/?u=https%3A%2F%2Fother.example%2Fa",
    "https://imgproxy.acme.example/insecure/rs:fit:300/plain/https://other.example/a.jpg",
    "https://img.acme.example/resize/aHR0cHM6Ly9vdGhlci5leGFtcGxlL2E",
    "https://player.acme.example/embed?url=https%3A%2F%2Fother.example%2Fa",
    "https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F1",
    "https://b.example/oembed?url=https%3A%2F%2Fother.example%2F",
    # Other addresses in a path or in a fragment
    "https://docs.acme.example/guides/https://other.example/setup",
    "https://docs.acme.example/errors/http-404-not-found",
    "https://pkg.go.example/github.com/acme/acme",
    "https://feedly.com/i/subscription/feed%2Fhttps%3A%2F%2Fother.example%2Ffeed",
    "https://r.jina.ai/https://other.example/",
    "https://acme.example/compare/https-vs-http",
    "https://acme.example/#redirect=https://other.example/",
    "https://acme.example/docs?page=https%3A%2F%2Fother.example%2F",
    "https://acme.example/report?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/seo/audit?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/tools/preview?url=https%3A%2F%2Fother.example%2F",
    "https://acme.example/a?return=https%3A%2F%2Fother.example%2F",
    "https://acme.example/a?next=https%3A%2F%2Fother.example%2F",
    "https://acme.example/widget?site=https%3A%2F%2Fother.example%2F",
    "https://acme.example/aHR0cA",
    "https://acme.example/t/68747470",
    "https://acme.example/go?url=mailto%3Aann%40other.example",
    "https://acme.example/go?url=ftp%3A%2F%2Fother.example%2F",
    "https://acme.example/go?url=other.example",
    "https://acme.example/go?url=//other",
    "https://acme.example/go?url=//index.html",
    "https://acme.example/link//readme",
    "https://acme.example//other.example/",
    # Packed addresses for another purpose, and words that only begin like those of redirects
    "https://acme.example/a?state=" + _json(url=ACME.replace("acme", "other")),
    "https://acme.example/a?ref=" + B64.replace("YWNtZS", "YWNtZT"),
    "https://acme.example/a?token=" + _json(alg="HS256") + "." + _json(iss="https://other.example/", aud="x") + ".c2ln",
    "https://acme.example/a?token=" + _json(avatar="https://other.example/a"),
    "https://acme.example/outlook?site=https%3A%2F%2Fother.example%2F",
    "https://acme.example/trackpants?q=https%3A%2F%2Fother.example%2F",
    "https://acme.example/external-affairs?l=https%3A%2F%2Fother.example%2F",
    "https://acme.example/linklist?l=https%3A%2F%2Fother.example%2F",
    "https://acme.example/newspage?l=https%3A%2F%2Fother.example%2F",
    "https://acme.example/qr?data=https%3A%2F%2Fother.example%2F",
    "https://acme.example/PMRGS43UEBQW4",
    # Pages of vendors whose other paths wrap links
    "https://yandex.ru/maps/213/moscow/",
    "https://www.baidu.com/s?wd=acme",
    "https://cdn.ampproject.org/v0.js",
    "https://linkscan.io/about",
    "https://www.mimecast.com/products/",
    "https://www.trendmicro.com/en_us/business.html",
    "https://www.sophos.com/en-us",
    "https://www.cisco.com/c/en/us/index.html",
    "https://www.facebook.com/acme",
    "https://www.instagram.com/acme/",
    "https://vk.com/acme",
    "https://medium.com/@ann/a-post-1234",
    "https://www.dropbox.com/s/abc/a.pdf?dl=0",
    "https://www.yelp.com/biz/acme",
    "https://steamcommunity.com/id/acme",
    "https://www.bing.com/maps?q=Berlin",
    "https://safelinks.protection.outlook.com.evil.example/?a=b",
    "https://notlinkprotect.cudasvc.com.example/url?a=1",
    "https://acmeapp.app.link/AbCdEf",
    "https://www.digidip.net/contact",
    "https://l.instagram.com/",
    "https://click.linksynergy.com",
    "https://tidd.ly/#top",
    "https://acme-app.onelink.me/e1qV/wes",
    # No web address at all
    "",
    "#",
    "#top",
    "/pricing",
    "pricing.html?url=https%3A%2F%2Fother.example%2F",
    "www.acme.example",
    "javascript:location='https://other.example/'",
    "data:text/html,https://other.example/",
    "cid:image001@acme.example",
    "ftp://files.acme.example/?url=https%3A%2F%2Fother.example%2F",
    "https://",
    "https:///",
    U,
]  # fmt: skip


@pytest.mark.parametrize(("url", "vendor", "target"), GATEWAY_LINKS)
def test_gateways(url: str, vendor: str, target: str | None) -> None:
    assert classify(url, LISTS) == Wrapping("gateway", vendor, target, (vendor,))


@pytest.mark.parametrize(("url", "vendor", "target"), REDIRECTOR_LINKS)
def test_redirectors(url: str, vendor: str, target: str | None) -> None:
    found = classify(url, LISTS)
    assert found == Wrapping("redirector", vendor, target, (vendor,), found.closed if found else None)


@pytest.mark.parametrize(("url", "vendor", "target"), TRACKER_LINKS)
def test_click_trackers(url: str, vendor: str, target: str | None) -> None:
    assert classify(url, LISTS) == Wrapping("click-tracker", vendor, target, (vendor,))


@pytest.mark.parametrize("entry", CLICK_WRAPPERS["entries"], ids=lambda entry: entry["example"][:60])
def test_every_example_of_the_click_wrappers_is_found_and_read(entry: dict[str, Any]) -> None:
    wrapping = classify(entry["example"], SHIPPED)
    assert wrapping is not None
    assert (wrapping.kind, wrapping.vendor) == ("click-tracker", entry["vendor"])
    assert (wrapping.target is None) is ("target" not in entry)


@pytest.mark.parametrize(("url", "site", "target"), GENERIC_LINKS)
def test_redirects_in_no_list(url: str, site: str, target: str) -> None:
    assert classify(url, LISTS) == Wrapping("generic-redirect", site, target, (site,))


@pytest.mark.parametrize(("url", "vendor"), SHORTENER_LINKS)
def test_shorteners(url: str, vendor: str) -> None:
    found = classify(url, LISTS)
    assert found == Wrapping("shortener", vendor, None, (vendor,), found.closed if found else None)


@pytest.mark.parametrize(
    ("url", "closed"),
    [
        ("https://adf.ly/1a2b3", "all"),
        ("https://x.co/1a2b3", "all"),
        ("https://goo.gl/AbC123", "idle"),
        ("https://acmeapp.page.link/AbC1", "all"),
        (f"https://acmeapp.page.link/?link={ONCE}", "all"),
        ("https://bit.ly/3E6heo", None),
    ],
)
def test_services_that_have_closed(url: str, closed: str | None) -> None:
    found = classify(url, LISTS)
    assert found is not None
    assert found.closed == closed


@pytest.mark.parametrize("url", NOT_WRAPPED)
def test_addresses_that_are_not_wrapped(url: str) -> None:
    assert classify(url, LISTS) is None
    assert classify(url, SHIPPED) is None


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param(name, entry, id=f"{name}-{entry['vendor']}-{entry.get('path')}")
        for name, data in (("gateways", GATEWAYS), ("redirectors", REDIRECTORS))
        for entry in data["entries"]
    ],
)
def test_every_entry_has_a_row_in_the_tables(name: str, entry: dict[str, Any]) -> None:
    alone: dict[str, Any] = {name: {"entries": [entry]}}
    lists = LinkLists.from_data(**alone)
    rows = [row for row in [*GATEWAY_LINKS, *REDIRECTOR_LINKS] if row[1] == entry["vendor"]]
    found = [row for row in rows if (wrapping := classify(row[0], lists)) and wrapping.target == row[2]]
    assert found
    assert "target" not in entry or any(row[2] for row in found)


def test_the_tables_are_large_enough() -> None:
    wrapped = [*GATEWAY_LINKS, *REDIRECTOR_LINKS, *TRACKER_LINKS, *GENERIC_LINKS, *SHORTENER_LINKS]
    assert len({row[0] for row in wrapped} | set(NOT_WRAPPED)) == len(wrapped) + len(NOT_WRAPPED)
    assert len(wrapped) >= 150
    assert len(NOT_WRAPPED) >= 150


def _safe_link(url: str) -> str:
    return f"https://nam12.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=05"


@pytest.mark.parametrize(
    ("url", "kind", "target", "chain"),
    [
        (_safe_link(f"https://www.google.com/url?q={ONCE}"), "gateway", ACME, ("Microsoft Safe Links", "Google")),
        (_safe_link(_safe_link(ACME)), "gateway", ACME, ("Microsoft Safe Links", "Microsoft Safe Links")),
        (_safe_link("https://bit.ly/abc"), "gateway", "https://bit.ly/abc", ("Microsoft Safe Links", "Bitly")),
        (_safe_link("https://urldefense.com/v3/__https://acme.example/__;!!A!B$"), "gateway", "https://acme.example/", ("Microsoft Safe Links", "Proofpoint URL Defense")),
        ("https://urldefense.com/v3/__https://eur.safelink.emails.azure.net/redirect/?destination=https*3A*2F*2Facme.example*2F&p=abc__;JSUlJQ!!A!B$", "gateway", "https://acme.example/", ("Proofpoint URL Defense", "Microsoft Azure mail")),
        ("https://t.umblr.com/redirect?z=https%3A%2F%2Fhref.li%2F%3Fhttps%3A%2F%2Facme.example%2F", "redirector", "https://acme.example/", ("Tumblr", "href.li")),
        ("https://b.example/go.php?url=aHR0cHM6Ly91LnRvL29Ha2xJQQ", "generic-redirect", "https://u.to/oGklIA", ("b.example", "uCoz")),
        (f"https://b.example/go?url={quote(f'https://c.example/go?url={ONCE}', safe='')}", "generic-redirect", ACME, ("b.example", "c.example")),
        (f"https://www.google.com/url?q={quote(f'https://www.google.com/url?q={ONCE}', safe='')}", "redirector", ACME, ("Google", "Google")),
    ],
)  # fmt: skip
def test_wrappers_within_wrappers(url: str, kind: Any, target: str, chain: tuple[str, ...]) -> None:
    assert classify(url, LISTS) == Wrapping(kind, chain[0], target, chain)


def test_redirects_that_end_in_the_same_organisation_wrap_nothing() -> None:
    inner = "https://www.google.com/url?q=https%3A%2F%2Fdocs.google.com%2Fa"
    assert classify(f"https://www.google.de/url?q={quote(inner, safe='')}", LISTS) is None


@pytest.mark.parametrize("depth", [1, 2, MOST_STEPS, MOST_STEPS + 1, 10_000])
def test_no_more_than_the_most_steps_are_taken(depth: int) -> None:
    wrapping = classify(f"{'https://href.li/?' * depth}{ACME}", LISTS)
    assert wrapping is not None
    assert wrapping.chain == ("href.li",) * min(depth, MOST_STEPS)
    assert (wrapping.target == ACME) is (depth <= MOST_STEPS)


def test_template_output_in_a_target_is_left_in_it() -> None:
    target = f"https://acme.example/{U}?plan={U}"
    wrapping = classify(f"https://www.google.com/url?q={target}", LISTS)
    assert wrapping is not None
    assert wrapping.target == target


def test_lists_can_be_left_out() -> None:
    empty = LinkLists.from_data()
    assert classify("https://bit.ly/abc", empty) is None
    assert classify(f"https://b.example/redirect?url={ONCE}", empty) is None
    assert classify(f"https://www.google.com/url?q={ONCE}", empty) is None


def test_allowed_hosts_wrap_nothing() -> None:
    lists = LinkLists.from_data(
        redirectors=REDIRECTORS, shorteners=SHORTENERS, allowed_hosts=["go.b.example"], allowed_shorteners=["bit.ly"]
    )
    assert classify(f"https://go.b.example/?url={ONCE}", lists) is None
    assert classify(f"https://in.b.example/?url={ONCE}", lists) is not None
    assert classify("https://bit.ly/3abc", lists) is None
    assert classify(f"https://bit.ly/redirect?url={ONCE}", lists) is not None


@pytest.mark.parametrize("target", ["base64:url", "query-base65:url", "", "url"])
def test_an_unknown_form_of_target_is_refused(target: str) -> None:
    data = {"entries": [{"vendor": "Acme", "hosts": ["acme.example"], "target": target}]}
    with pytest.raises(ValueError, match="Acme: no such form of target"):
        LinkLists.from_data(wrappers=data)


@pytest.mark.parametrize(
    ("entry", "hit", "miss"),
    [
        ({"hosts": ["b.example"]}, "https://x.b.example/a", "https://ab.example/a"),
        ({"hosts": ["b.example"], "path": "/c/"}, "https://b.example/c/1", "https://b.example/d/1"),
        ({"host": r"em\d+\.b\.example"}, "https://em12.b.example/a", "https://em.b.example/a"),
        ({"host": r"us\d+-b\.example"}, "https://us1-b.example/a", "https://us-b.example/a"),
        ({"host": r"b\.example|c\.example"}, "https://c.example/a", "https://d.example/a"),
        ({"host": r"(?:b|c)\.example"}, "https://b.example/a", "https://a.b.example/a"),
        ({"host": r"click\..+"}, "https://click.anything.example/a", "https://clicks.anything.example/a"),
        ({"host": r"[a-z]+\.b\.example", "hosts": ["b.example"]}, "https://a.b.example/a", "https://b.example/a"),
        ({"label": "acme"}, "https://www.acme.co.uk/a", "https://acme.b.example/a"),
        ({"path": "/e2t/c/"}, "https://any.example/e2t/c/abc", "https://any.example/e2t/d/abc"),
        ({"path": r"/lt\.php\?"}, "https://any.example/lt.php?s=1", "https://any.example/lt.php"),
        ({"path": r"/wf/click\?upn="}, "https://any.example/wf/click?upn=1", "https://any.example/x/wf/click?upn=1"),
        ({"path": r"/E2T/C/"}, "https://any.example/E2T/C/abc", "https://any.example/e2t/c/abc"),
        ({"path": r"/(?:mk|tr)/cl/"}, "https://any.example/tr/cl/abc", "https://any.example/xx/cl/abc"),
        ({"path": r"/c/a|/d/b"}, "https://any.example/d/b", "https://any.example/e/b"),
        ({"path": r"/c?/x/"}, "https://any.example//x/1", "https://any.example/d/x/1"),
    ],
)  # fmt: skip
def test_an_entry_is_found_by_its_hosts_its_label_or_its_path(entry: dict[str, Any], hit: str, miss: str) -> None:
    lists = LinkLists.from_data(wrappers={"entries": [{"vendor": "Acme", **entry}]})
    assert classify(hit, lists) == Wrapping("click-tracker", "Acme", None, ("Acme",))
    assert classify(miss, lists) is None


HOSTILE: dict[str, Callable[[int], str]] = {
    "a long path": lambda n: "https://bit.ly/" + "a" * n,
    "a long host": lambda n: "https://" + "a." * (n // 2) + "example/",
    "many segments": lambda n: "https://b.example/" + "c/" * (n // 2),
    "many parameters": lambda n: "https://b.example/go?" + "url=http://&" * (n // 12),
    "nested redirects": lambda n: "https://b.example/go?url=" * (n // 25),
    "nested Safe Links": lambda n: "https://a.safelinks.protection.outlook.com/?url=" * (n // 48),
    "nested URL Defense": lambda n: "https://urldefense.com/v3/__" * (n // 28),
    "asterisks": lambda n: "https://urldefense.com/v3/__https://a.example/" + "*" * n + "__;" + "Kw" * n + "!",
    "starred runs": lambda n: "https://urldefense.com/v3/__https://a.example/" + "**_" * (n // 4) + "__;w6TDpMOk!",
    "underscores": lambda n: "https://url.avanan.click/v2/___" + "_" * n,
    "base64": lambda n: "https://b.example/go?url=aHR0" + "cHM6" * (n // 4),
    "base64 segments": lambda n: "https://b.example/" + "aHR0cHM6Ly9h/" * (n // 13),
    "brackets in JSON": lambda n: "https://mandrillapp.com/track/click/1/a?p=" + base64.b64encode(b"[" * (n * 3 // 4)).decode(),
    "percent signs": lambda n: "https://www.google.com/url?q=" + "%25" * (n // 3),
    "http": lambda n: "https://b.example/" + "http" * (n // 4),
    "slashes in front of http": lambda n: "https://b.example/" + "/http:" * (n // 6),
}  # fmt: skip


@pytest.mark.parametrize("shape", HOSTILE)
def test_hostile_addresses_cost_milliseconds(shape: str) -> None:
    make = HOSTILE[shape]

    def cost(size: int) -> float:
        url = make(size)
        return fastest(lambda: classify(url, SHIPPED))

    whole = cost(LONGEST_URL // 2)
    assert cost(1 << 20) < 1
    assert whole < 0.02 or whole / cost(LONGEST_URL // 16) < 24, "a length eight times as long costs far more"


def test_classifying_does_not_try_every_entry() -> None:
    class Counting(dict[str, Any]):
        """A dictionary that counts its look-ups."""

        lookups = 0

        def get(self, key: Any, default: Any = None) -> Any:
            Counting.lookups += 1
            return super().get(key, default)

    lists = LinkLists.from_data(gateways=GATEWAYS, redirectors=REDIRECTORS, shorteners=SHORTENERS)
    counted = LinkLists(
        by_host=Counting(lists.by_host),
        by_label=Counting(lists.by_label),
        by_segment=Counting(lists.by_segment),
        on_any_host=lists.on_any_host,
        paths_on_any_host=lists.paths_on_any_host,
        shorteners=Counting(lists.shorteners),
        own_pages=lists.own_pages,
        generic=lists.generic,
        exempt=lists.exempt,
        allowed_hosts=(),
        allowed_shorteners=(),
    )
    assert len(lists.on_any_host) <= 2
    assert classify("https://a.b.c.acme.example/pricing", counted) is None
    assert Counting.lookups <= 16


PIECES = st.sampled_from(
    ["https://", "http://", "bit.ly/", "www.google.com/url?q=", "l.facebook.com/l.php?u=", "urldefense.com/v3/__",
     "__;", "!!A!B$", "*", "**A", "eur01.safelinks.protection.outlook.com/?url=", "acme.example", "/", "?", "&", "=",
     "#", "url=", "redirect", "%3A%2F%2F", "%252F", "aHR0cHM6Ly9hLmV4YW1wbGU", "___", U, "mandrillapp.com/track/click/1/a?p=",
     "eyJ1cmwiOiJodHRwczovL2EuZXhhbXBsZSJ9", "a", "\ud800", "@", ":", "."]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join))


@given(TEXTS)
def test_any_text_is_classified_and_targets_are_no_longer_than_it(text: str) -> None:
    wrapping = classify(text, LISTS)
    if wrapping is not None:
        assert 1 <= len(wrapping.chain) <= MOST_STEPS
        assert wrapping.vendor == wrapping.chain[0]
        assert len(wrapping.target or "") <= len(text) + 8


@given(st.from_regex(r"https://[a-z]{3,8}\.example/[a-zA-Z0-9/._~-]{0,30}", fullmatch=True))
def test_every_gateway_and_redirector_gives_back_the_address_put_in(url: str) -> None:
    once = quote(url, safe="")
    for wrapped in (
        _safe_link(url),
        f"https://www.google.com/url?q={once}",
        f"https://l.facebook.com/l.php?u={once}",
        f"https://linkprotect.cudasvc.com/url?a={once}",
        f"https://urldefense.com/v3/__{url}__;!!A!B$",
        f"https://www.bing.com/ck/a?u=a1{base64.urlsafe_b64encode(url.encode()).decode().rstrip('=')}",
    ):
        wrapping = classify(wrapped, LinkLists.from_data(gateways=GATEWAYS, redirectors=REDIRECTORS))
        assert wrapping is not None
        assert wrapping.target == url
