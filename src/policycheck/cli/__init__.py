"""The command line. Each command parses, calls one function, prints and exits.

Nothing heavy is imported before a command runs: that is why the imports of the commands
stand inside them.
"""
