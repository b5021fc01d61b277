"""Carries."""
