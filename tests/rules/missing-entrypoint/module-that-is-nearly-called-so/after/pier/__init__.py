"""The pier."""
