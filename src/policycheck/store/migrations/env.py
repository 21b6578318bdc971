"""Run by Alembic: migrations over the connection that `revisions.migrate` was given."""

from alembic import context
from sqlmodel import SQLModel

from policycheck.store import tables

assert tables.RunRow.metadata is SQLModel.metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
