"""What becomes of violations: which are opened, reopened, renamed and closed, and why.

Pure SQL over the session. With a store, `load.load_lives` has filled the `stored_` and `prior_`
tables; without one they are empty, and every violation is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from policycheck.store.session import Session, fill, number, program


@dataclass(frozen=True)
class Basis:
    """What a run goes by besides reports: a change of it re-judges what is stored."""

    as_of: datetime
    """Aware."""
    policies: Mapping[str, str]
    """The digest of each judged policy's file."""
    catalogue_sha256: str
    people_sha256: str | None = None


def compute_lives(con: Session, basis: Basis) -> None:
    """Give each violation its life, and close what is over.

    Reads what the engine left (finding, verdict, control, waiver, waiving; see engine/session.py),
    `judged` (see identity.hold), the `stored_` and `prior_` tables, and

    - judged_device(device_key, device_id, name, serial, udid, platform, person_id, holder,
      called): `holder` is the user as the reports name them, `called` all words for that person
    - visible(device_key, source, kind, visibility): what each judged report lists
    - installed(device_key, source, kind, identifier, name): its items; a view will do, it is only
      read if some violation is not found any more
    - renamed_app(old, new): apps that were called otherwise

    Leaves behind

    - life(fingerprint, was, status, first_seen, last_seen, due, holder, was_holder, in_grace,
      reopened, waived, change, cause): one row for each violation finding. `was` is the
      fingerprint that it is stored by, null for a new one; `change` is opened, reopened,
      reassigned (the device has a new holder) or null;
    - waiver_change(fingerprint, kind, cause, was, waiver, waived_until): violations whose waiver is
      another than was stored; `kind` is waived, waiver_lapsed or unwaived;
    - closing(fingerprint, outcome, cause, last_seen): `outcome` is resolved, policy_changed,
      recognition_changed, out_of_scope or withdrawn; `cause` is that of the event;
    - news(unit, device_key, policy, report, policy_changed, catalogue_changed, people_changed):
      what is new since a device (or a person's devices) was last judged by a policy.
    """
    as_of = basis.as_of.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE basis(as_of TIMESTAMP, policy VARCHAR,"
        " policy_sha256 VARCHAR, catalogue_sha256 VARCHAR, people_sha256 VARCHAR)"
    )
    fill(
        con,
        "basis",
        ("TIMESTAMP", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR"),
        [
            (as_of, policy, sha256, basis.catalogue_sha256, basis.people_sha256)
            for policy, sha256 in sorted(basis.policies.items())
        ],
    )
    con.execute(program("lives.sql"))
    if number(con, "SELECT count(*) FROM vanished"):
        con.execute(program("closings.sql"))
    con.execute("DROP TABLE vanished; DROP TABLE heir; DROP TABLE renamed")
