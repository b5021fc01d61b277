"""stackfix finds where a repository's deployment wiring doesn't meet, and repairs it."""

__version__ = "0.1.0"
