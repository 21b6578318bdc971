"""Notices for tests: what a digest may tell, with values that are kind, and some that are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from policycheck.store.notices import Notice, NoticeKind

MOMENT = datetime(2026, 11, 23, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOSTILE = (
    "x\r\nBcc: all@example.com", "<!channel>", "<at user_id=\"all\">all</at>", "@everyone",
    "[click](https://evil.example/a)", "https://evil.example", "www.evil.example",
    "<script>alert(1)</script>", "\u202egnp.exe", "\x1b[31mred", "a\u2028b", "\ud800",
    "![x](http://evil.example/x.png)", "n" * 5000, "\n\n# Heading\n- item", "<@U123>", "=1+1",
)  # fmt: skip


def notice(number: int, kind: NoticeKind = "opened", **columns: object) -> Notice:
    """Make a notice of a violation; number tells one from another."""
    told = Notice(
        f"event {number}", kind, MOMENT, "jd-business-im", "only-yixin", "high",
        f"{number:032x}", "wechat", "微信", f"d-{number}", f"PHONE-{number}",
        f"user{number}@example.com", MOMENT + 7 * DAY,
    )  # fmt: skip
    return told._replace(**columns)


def coverage(number: int, share: float, kind: NoticeKind = "coverage_low") -> Notice:
    """Make a notice of a control's coverage."""
    return Notice(
        f"{kind} {number}", kind, MOMENT, "jd-business-im", "only-yixin", "high", share=share
    )


EVERYTHING = (
    notice(1),
    notice(2, due=MOMENT),
    notice(3, waiver="wecom-liaison", waived_until=MOMENT + 30 * DAY, severity="low"),
    notice(4, "reopened", due=MOMENT, item=None, subject="only-yixin", severity="critical"),
    notice(5, "due_soon", at=MOMENT + 2 * DAY),
    notice(6, "overdue", at=MOMENT - DAY, severity="medium"),
    notice(1, "overdue", at=MOMENT + 7 * DAY, key="overdue 1"),
    notice(7, "resolved", person_id=None),
    notice(8, "waiver_lapsing", waiver="w-1", at=MOMENT + 5 * DAY),
    notice(9, "waiver_lapsing", waiver="w-1", at=MOMENT + 5 * DAY),
    notice(10, "waiver_lapsing", waiver="w-2", at=MOMENT + 6 * DAY),
    coverage(1, 0.781),
    coverage(2, 0.93, "coverage_back"),
)
"""One of everything. The first is overdue, too: told in one digest it is told once."""
