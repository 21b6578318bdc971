"""Our own format: JSON lines, CSV and Parquet."""
