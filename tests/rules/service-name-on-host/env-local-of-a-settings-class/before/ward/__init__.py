"""The ward."""
