"""A store of every earlier revision, with data in it, becomes one of today's; on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from policycheck.problems import PolicycheckError
from policycheck.store.database import Store, connect, open_store, upgrade_store
from policycheck.store.events import EVENT, is_about
from policycheck.store.facts import Facts
from policycheck.store.revisions import HEAD, REVISIONS, migrate
from policycheck.store.story import tell_story
from policycheck.store.verification import Inspection
from policycheck.store.violations import Filter, list_violations

DATA = (
    "INSERT INTO run(id, started_at, as_of, version, catalogue_sha256, policies, options)"
    " VALUES (1, '2026-11-01 08:00:00.000000', '2026-11-01 08:00:00.000000', '0.1.0', 'c1',"
    """ '[{"policy": "memo", "sha256": "p1"}]', '{"fail_on": "low"}')""",
    "INSERT INTO report(id, run_id, path, sha256, format, devices, items, records, rejected,"
    " received_at) VALUES (1, 1, 'day.csv', 'r1', 'intune', 1, 2, 2, 1,"
    " '2026-11-01 08:00:00.000000')",
    "INSERT INTO rejection(run_id, path, record, reason) VALUES (1, 'day.csv', 2, 'no device')",
    "INSERT INTO control VALUES ('memo', 'no-wechat', 'high', 'must')",
    "INSERT INTO item(id, kind, identifier, name) VALUES (1, 'app', 'com.tencent.mm', '微信')",
    "INSERT INTO device(device_key, device_id, first_seen, judged)"
    " VALUES ('d1', 'd1', '2026-11-01 08:00:00.000000', '{\"memo\": 1}')",
    "INSERT INTO alias VALUES ('d1', 'device_id in intune', 'd1')",
    "INSERT INTO device_source(device_key, source, report_id, report_no)"
    " VALUES ('d1', 'intune', 1, 0)",
    "INSERT INTO violation(fingerprint, policy, control, device_key, subject, item_id, status,"
    " first_seen, due, reopened, source, report_id, record)"
    " VALUES ('f1', 'memo', 'no-wechat', 'd1', 'wechat', 1, 'open',"
    " '2026-11-01 08:00:00.000000', '2026-11-08 08:00:00.000000', 0, 'intune', 1, 1)",
    "INSERT INTO event(id, at, run_id, fingerprint, kind, cause)"
    " VALUES (1, '2026-11-01 08:00:00.000000', 1, 'f1', 'opened', 'report')",
)
"""A run with one violation, in the columns of the first revision."""
OLDER = REVISIONS[:-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name an empty database of either kind."""
    if request.param == "sqlite":
        (tmp_path / "old.db").touch()
        return f"sqlite:///{tmp_path / 'old.db'}"
    server = request.getfixturevalue("server")
    return str(server.url(server.new_database()))


def make_old(url: str, revision: str) -> Store:
    """Make a store of the first revision with data in it, and bring it to another."""
    store = connect(url)
    with store.writing() as connection:
        migrate(connection, REVISIONS[0])
        for statement in DATA:
            connection.exec_driver_sql(statement)
    with store.writing() as connection:
        migrate(connection, revision)
    return store


@pytest.mark.parametrize("revision", OLDER)
def test_a_store_of_every_revision_can_be_upgraded(url: str, revision: str, tmp_path: Path) -> None:
    make_old(url, revision)
    with pytest.raises(PolicycheckError, match=f"an older policycheck \\(revision {revision}\\)"):
        open_store(url)
    assert upgrade_store(url) == (revision, HEAD)
    with open_store(url).reading() as connection:
        (violation,) = list_violations(connection, Filter())
        assert (violation.device_id, violation.subject, violation.name) == ("d1", "wechat", "微信")
        assert violation.first_seen.isoformat() == "2026-11-01T08:00:00+00:00"
        story = tell_story(connection, violation)
        assert [event.kind for event in story.events] == ["opened"]
        assert story.runs[1].options == {"fail_on": "low"}
        assert list(Inspection(connection, Facts(tmp_path)).faults()) == []


UNSEEN = pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index ix_event_mark",
    "ignore:autogenerate skipping metadata-specified expression-based index .ix_event_mark",
)
"""In SQLite Alembic does not see the index of an expression: see the test of it below."""


def differences(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, SQLModel.metadata)


@UNSEEN
def test_an_upgraded_store_is_what_the_models_say(url: str) -> None:
    make_old(url, OLDER[-1])
    upgrade_store(url)
    with open_store(url).reading() as connection:
        assert differences(connection) == []


@UNSEEN
def test_a_new_store_is_what_the_models_say(url: str) -> None:
    with open_store(url).reading() as connection:
        assert differences(connection) == []


def test_events_are_found_by_their_mark_in_a_new_store_and_an_upgraded_one(tmp_path: Path) -> None:
    new, old = (f"sqlite:///{tmp_path / name}.db" for name in ("new", "old"))
    make_old(old, OLDER[-1])
    upgrade_store(old)
    asked = select(EVENT).where(is_about(["f1"])).compile(compile_kwargs={"literal_binds": True})
    for url in (new, old):
        with open_store(url).reading() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
            assert "USING INDEX ix_event_mark (<expr>=?)" in plan[0][3]


def test_an_upgrade_that_fails_changes_nothing(url: str) -> None:
    store = make_old(url, REVISIONS[0])

    def upgrade_and_fail() -> None:
        with store.writing() as connection:
            migrate(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        upgrade_and_fail()
    with store.reading() as connection:
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert revision.scalar_one() == REVISIONS[0]
    assert upgrade_store(url) == (REVISIONS[0], HEAD)
