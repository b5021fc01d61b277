"""Repairs of dotenv files. May import edits, formats and repairs."""
