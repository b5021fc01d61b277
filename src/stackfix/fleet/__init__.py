"""Many repositories: where they are named, cloned as hostile ground, and worked on by a durable queue.

May not judge, nor print.
"""
