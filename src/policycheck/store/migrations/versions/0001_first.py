"""The first tables."""

import sqlalchemy as sa
from alembic import op

from policycheck.store.times import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control",
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("obligation", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("policy", "control"),
    )
    op.create_table(
        "device",
        sa.Column("device_key", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("udid", sa.String(), nullable=True),
        sa.Column("platform", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("judged", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("device_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("identifier", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("app_id", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("confidence", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("catalogue_sha256", sa.String(), nullable=False),
        sa.Column("people_sha256", sa.String(), nullable=True),
        sa.Column("policies", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("facts", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alias",
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_key"], ["device.device_key"], deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("value", "kind", "device_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_event_fingerprint", "event", ["fingerprint"], unique=False)
    op.create_table(
        "rejection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rejection_run_id", "rejection", ["run_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("segment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_report_run_id", "report", ["run_id"], unique=False)
    op.create_index("ix_report_sha256", "report", ["sha256"], unique=False)
    op.create_table(
        "tally",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("all", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("in_scope", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("violation", sa.Integer(), nullable=False),
        sa.Column("advice", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("unknown_reasons", sa.JSON(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("waived", sa.Integer(), nullable=False),
        sa.Column("in_grace", sa.Integer(), nullable=False),
        sa.Column("coverage", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("run_id", "policy", "control"),
    )
    op.create_table(
        "device_source",
        sa.Column("device_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("report_no", sa.Integer(), nullable=False),
        sa.Column("reported_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_key"], ["device.device_key"], deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("device_key", "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "violation",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("device_key", sa.String(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=True),
        sa.Column("due", UtcTime(), nullable=False),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("reported_at", UtcTime(), nullable=True),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["device_key"], ["device.device_key"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"]),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("ix_violation_device_key", "violation", ["device_key"], unique=False)
