"""Mail against a real server, and what Apprise makes of the other services' addresses."""

from __future__ import annotations

import io
import logging
import re
import sys

import apprise
import pytest
from notices import EVERYTHING, HOSTILE, MOMENT, notice
from receivers import HttpReceiver, MailReceiver

from policycheck.channels import Channel, MailServer
from policycheck.notify.digest import make_digests
from policycheck.notify.people import Directory
from policycheck.notify.posting import DeliveryError
from policycheck.notify.services import Mail, Service, knows
from policycheck.notify.text import manner_of, write_digest
from policycheck.store.notices import Notice
from policycheck.store.outbox import Message


def sender(port: int, **settings: object) -> Mail:
    given = {"server": "127.0.0.1", "from": "policycheck@example.com", "port": str(port)}
    return Mail(MailServer.model_validate({**given, "security": "none", **settings}), "pass-1234")


def message(*notices: Notice, label: str = "") -> Message:
    channel = Channel.model_validate({"kind": "mail", "to": ["ann@example.com"]})
    (digest,) = make_digests("us", channel, notices, Directory())
    digest = digest._replace(recipient=digest.recipient._replace(label=label))
    text = write_digest(digest, manner_of("mail", "zh", "Asia/Shanghai"))
    return Message(digest.key, "us", "ann@example.com", 1, text.title, text.body)


def test_a_mail_is_plain_text_with_its_key(mail: MailReceiver) -> None:
    sent = message(*EVERYTHING, label="采销部")
    sender(mail.port)(sent, MOMENT)
    ((address, got),) = mail.mails
    assert address == got["To"] == "ann@example.com"
    assert got["From"] == "policycheck <policycheck@example.com>"
    assert got["Subject"] == sent.title
    assert got["Idempotency-Key"] == sent.key
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    assert got.get_content().replace("\r\n", "\n").strip() == sent.body


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_becomes_a_header(value: str, mail: MailReceiver) -> None:
    told = notice(1, item=value, device_name=value, person_id=value, policy=value)
    sender(mail.port)(message(told, label=value), MOMENT)
    ((_, got),) = mail.mails
    assert sorted(got.keys()) == [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
        "Idempotency-Key", "MIME-Version", "Message-ID", "Subject", "To", "X-Application",
    ]  # fmt: skip
    assert len(mail.mails) == 1
    assert got.get_content_type() == "text/plain"


def test_a_mail_that_is_refused_says_why_and_no_secret(mail: MailReceiver, capfd) -> None:
    mail.refuses = lambda _: True
    with pytest.raises(DeliveryError, match=r"451.*try again later"):
        sender(mail.port)(message(notice(1)), MOMENT)
    with pytest.raises(DeliveryError, match="STARTTLS"):
        sender(mail.port, security="starttls")(message(notice(1)), MOMENT)
    with pytest.raises(DeliveryError) as caught:
        sender(mail.port, user="ann")(message(notice(1)), MOMENT)
    assert "pass-1234" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_nobody_s_log_gets_what_apprise_logs(mail: MailReceiver) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    try:
        sender(mail.port)(message(notice(1)), MOMENT)
    finally:
        logging.getLogger().removeHandler(handler)
    assert len(mail.mails) == 1
    assert log.getvalue() == ""


def test_a_secret_that_is_quoted_is_hidden(web: HttpReceiver, capfd) -> None:
    web.answer = lambda _: (500, "")
    service = Service(web.url.replace("http://", "json://").replace("hook", "not-a-real-token"))
    with pytest.raises(DeliveryError, match="500"):
        service(message(notice(1)), MOMENT)
    with pytest.raises(DeliveryError) as caught:
        Service("slack://T1JJ3T3L2/not-a-real-token/x")(message(notice(1)), MOMENT)
    assert "not-a-real-token" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = (
    "https://prod-1.westus.logic.azure.com:443/workflows/643e69f83c8944/triggers/manual/paths/"
    "invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=KODuebWbDGYFr0z0eu"
)


@pytest.mark.parametrize("url", [SLACK, TEAMS, "ntfy://topic", "json://localhost/x"])
def test_addresses_are_known_as_the_services_show_them(url: str) -> None:
    assert knows(url)


@pytest.mark.parametrize("url", ["", "nonsense", "slack://", "https://example.com/hook"])
def test_others_are_not(url: str, capfd) -> None:
    assert not knows(url)
    assert capfd.readouterr() == ("", "")


def test_what_teams_is_told_mentions_nobody_and_links_nowhere() -> None:
    instance = apprise.Apprise.instantiate(TEAMS)
    for value in HOSTILE:
        sent = message(notice(1, item=value, person_id=value), label=value)
        told = str(instance.gen_payload(body=sent.body, title=sent.title))
        assert "mention" not in told
        assert not re.search(r"<at>|\]\(", told)


def test_apprise_is_not_imported_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys, policycheck.notify.outgoing, policycheck.notify.senders;"
        "sys.exit('apprise' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
