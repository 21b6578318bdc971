"""What proves a violation: contents by their digest, and what is personal of them."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


class ContentRow(SQLModel, table=True):
    """A text or a table that runs went by, kept once, by its digest."""

    __tablename__ = "content"

    sha256: str = Field(primary_key=True)
    """Of the content before it was compressed."""
    kind: str
    """policy, waiver, attestation, app or openings."""
    packed: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    """Compressed by zstd."""


class PersonalRow(SQLModel, table=True):
    """Who the violations were about that a run opened: what can be forgotten.

    The chain holds salted digests of it only (see openings.py).
    """

    __tablename__ = "personal"

    run_id: int = Field(primary_key=True, foreign_key="run.id")
    packed: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))
    """A Parquet table."""
