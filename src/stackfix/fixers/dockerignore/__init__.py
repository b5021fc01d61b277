"""Edits of `.dockerignore` files. May not know a rule."""
