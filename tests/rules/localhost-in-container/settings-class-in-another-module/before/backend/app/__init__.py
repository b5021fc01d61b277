"""The crew."""
