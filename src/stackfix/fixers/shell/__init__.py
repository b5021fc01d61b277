"""Repairs of shell scripts. May import edits, formats and repairs."""
