"""Mapping files: any table or JSON, read by a file that names its columns."""
