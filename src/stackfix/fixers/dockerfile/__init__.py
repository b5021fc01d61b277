"""Edits of Dockerfiles, each read again before it is given out. May not know a rule."""
