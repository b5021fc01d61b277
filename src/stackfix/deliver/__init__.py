"""Where repairs go: the work tree, or a branch. May not judge."""
