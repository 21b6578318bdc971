"""Check whether a company's people comply with its memo on communication."""

__version__ = "0.1.0.dev0"
