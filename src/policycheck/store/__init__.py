"""What is kept between audits: facts as Parquet segments, judgements in a database.

session, identity, lives    pure SQL over the DuckDB session; they also serve an audit without a
store, so they import no database library
tables, migrations          the database's schema
database                    open, make, upgrade, lock
load                        database -> session: what is known of the devices at hand
record                      session -> database: only what changed, in one transaction
violations, devices, runs   what commands ask
"""
