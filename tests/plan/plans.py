"""Plans for tests."""

from __future__ import annotations

from maillint.catalogue.load import shipped
from maillint.plan.model import Plan
from maillint.plan.read import read_plan
from maillint.text.source import Source

DESIGN = """\
goal: {kind: meeting, sentence: "Book 15-minute calls with CFOs"}
audience: {size: 200, privacy-sensitivity: high, jurisdictions: [de], segments: [{name: confirmed, active: true}]}
sender: {domain: acme.example, age-days: 12, mailboxes: 3, ips: [], servers: shared, recent-trouble: false}
tracking: {opens: {enabled: false}, clicks: {enabled: false, action: ""}}
metrics: [{name: meetings, primary: true, action: "change the ask"}]
links: none
steps:
  - {template: intro-1.html, subject: "question about {{ company }}"}
  - {template: intro-2.html, subject: "Re: …", wait-days: 2, condition: no-reply, thread: true}
stop-on: [reply, bounce, unsubscribe, out-of-office]
volume: {per-day: [20, 22, 25], mailbox-cap: 40}
list: {source: own-signup, opt-in: double, confirm-rate: 62,
       bounce-rate: 0.8, complaint-rate: 0.03, unsubscribe-rate: 0.4}
tests: [{arms: [a.html, b.html], differs: [tracking], measure: replies, per-arm: 400}]
"""
"""Every key, as documents have it."""


SHIPPED = {rule.name: {**rule.defaults, **rule.options} for rule in shipped().rules.values() if rule.subject == "plan"}
"""The options of the rules about plans, as they are shipped."""


def plan_of(text: str) -> Plan:
    """Read a plan from its text."""
    return read_plan(Source.from_text("a.campaign.yaml", text))
