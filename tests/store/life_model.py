"""The life of violations in plain Python, written from design section 7: devices, sources, apps.

It shares no code with the store; `test_life_machine.py` compares the two after each step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter

from toy_judge import NAMES, Report, Rules

APPS = {app: NAMES[app] for app in ("wechat", "qq")}


@dataclass(frozen=True)
class Life:
    """A violation as it stands; times are days."""

    first_seen: float
    due: float
    source: str
    at: float
    holder: str | None
    status: str = "open"
    cause: str | None = None
    reopened: int = 0
    waived_until: float | None = None

    @property
    def state(self) -> tuple[object, ...]:
        life = (self.status, self.cause, self.first_seen, self.due, self.reopened)
        return (*life, self.waived_until)


@dataclass
class Model:
    """What a store is to hold."""

    facts: dict[tuple[str, str], Report] = field(default_factory=dict)
    lives: dict[tuple[str, str], Life] = field(default_factory=dict)
    judged_by: dict[str, tuple[float, Rules]] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)

    def audit(
        self, now: float, reports: tuple[Report, ...], rules: Rules, *, everything: bool
    ) -> None:
        newest: dict[tuple[str, str], Report] = {}
        for given in reports:
            report = replace(given, device=self.key_of(given.device))
            key = (report.device, report.source)
            if key not in newest or report.at > newest[key].at:
                newest[key] = report
        newer = {
            k: r
            for k, r in newest.items()
            if (k not in self.facts or r.at > self.facts[k].at) and self._counts(r)
        }
        self.facts |= newer
        devices = {device for device, _ in (self.facts if everything else newest)}
        for device in devices.intersection(map(self._present, self.facts.values())):
            news = device in self.joined or any(d == device for d, _ in newer)
            self._judge(device, news, now, rules)
            self.judged_by[device] = now, rules
            self.joined.discard(device)

    def key_of(self, word: str) -> str:
        """Return the device that is called so, whatever it was merged into."""
        return self.key_of(self.merged[word]) if word in self.merged else word

    def merge(self, kept: str, gone: str) -> list[str] | None:
        """Make two devices one; return of which apps only the other had a life, if they are two."""
        both = (kept, gone)
        if kept == gone or not self.judged_by.keys() >= set(both):
            return None
        facts = [r for r in self.facts.values() if r.device in both and self._counts(r)]
        self.facts = {k: r for k, r in self.facts.items() if k[0] not in both}
        for report in sorted(facts, key=lambda each: (each.at, each.device == kept)):
            self.facts[kept, report.source] = replace(report, device=kept)
        leaves = [self.left.pop(each) for each in both if each in self.left]
        last = [day for day in leaves if all(report.at > day for report in facts)]
        self.left |= {kept: max(last)} if last else {}
        self.judged_by[kept] = min(
            self.judged_by[kept], self.judged_by.pop(gone), key=itemgetter(0)
        )
        self.merged[gone] = kept
        self.joined.add(kept)
        theirs = [app for device, app in self.lives if device == gone]
        moved = [app for app in theirs if (kept, app) not in self.lives]
        self.lives |= {(kept, app): self.lives.pop((gone, app)) for app in moved}
        for app in set(theirs).difference(moved):
            self._join(kept, gone, app)
        return moved

    def _join(self, kept: str, gone: str, app: str) -> None:
        """Let one of two lives go on: first seen and due as the earlier one, open if either is."""
        like, old = self.lives[kept, app], self.lives[gone, app]
        if old.first_seen < like.first_seen:
            like = replace(like, first_seen=old.first_seen, due=old.due, holder=old.holder)
        if old.status == "open" and like.status == "closed":
            number, since = like.reopened + 1, like.first_seen
            like = replace(old, first_seen=since, reopened=number, waived_until=None)
        if old.status == "open":
            old = replace(old, status="closed", cause="device_merged", waived_until=None)
        self.lives |= {(kept, app): like, (gone, app): old}

    def retire(self, now: float, device: str) -> bool:
        """Let a device leave; tell whether it was there."""
        if device not in set(map(self._present, self.facts.values())):
            return False
        self.left[device] = now
        for key, life in self.lives.items():
            if key[0] == device and life.status == "open":
                closed = replace(life, status="closed", cause="device_left", waived_until=None)
                self.lives[key] = closed
        return True

    def _counts(self, report: Report) -> bool:
        return report.device not in self.left or report.at > self.left[report.device]

    def _present(self, report: Report) -> str | None:
        return report.device if self._counts(report) else None

    def _judge(self, device: str, news: bool, now: float, rules: Rules) -> None:
        known = {
            s: r for (d, s), r in sorted(self.facts.items()) if d == device and self._counts(r)
        }
        shown = {a: s for s, r in known.items() for a, name in APPS.items() if name in r.items}
        found = {a: s for a, s in shown.items() if a in rules.knows and a in rules.forbid}
        breaches = found if rules.scope and not rules.indication else {}
        holder = next(iter(known.values())).person
        for app, source in breaches.items():
            before = self.lives.get((device, app))
            life = self._go_on(before, holder, (source, known[source].at), now, rules)
            waived = rules.waived and device == "d1"
            until = rules.waived_until if waived else None
            self.lives[device, app] = replace(life, waived_until=until)
        for (d, app), life in list(self.lives.items()):
            if d == device and life.status == "open" and app not in breaches:
                cause = self._why(device, (app, life), (known, shown, found), news, now, rules)
                if cause:
                    closed = replace(life, status="closed", cause=cause, waived_until=None)
                    self.lives[d, app] = closed

    def _go_on(self, life, holder, proof, now: float, rules: Rules) -> Life:
        due = now + (rules.grace_days or 0)
        if life is None:
            return Life(now, due, *proof, holder)
        handed_over = None not in (life.holder, holder) and life.holder != holder
        back_again = life.status == "closed" and life.cause == "resolved"
        kept = now if back_again else life.due
        life = replace(life, due=due if handed_over else kept, holder=holder or life.holder)
        if life.status == "open":
            return life
        source, at = proof
        reopened = life.reopened + 1
        return replace(life, status="open", cause=None, source=source, at=at, reopened=reopened)

    def _why(self, device, violation, facts, news: bool, now: float, rules: Rules) -> str | None:
        (app, life), (known, shown, found) = violation, facts
        (_, before), there, same = self.judged_by[device], app in shown, known[life.source]
        complete = [r for r in known.values() if r.lists == "all" and now - r.at <= 30]
        if rules.scope is False:
            return "out_of_scope"
        if rules.scope is None:
            return None
        if there and before.policy != rules.policy:
            return "policy_changed"
        if there and before.catalogue != rules.catalogue:
            return "recognition_changed"
        if rules.indication and app in found:
            return None
        newer = same.at > life.at
        if there and not (news and newer):
            unknown = bool(found) if rules.indication else not found and not complete
            return None if unknown else "policy_changed"
        return "resolved" if same in complete and newer else None
