"""The staging area: rows and tables of readers become the tables that the engine joins."""
