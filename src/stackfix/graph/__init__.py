"""The wiring as one graph. May not import detectors or fixers, nor touch disk, git or network."""
