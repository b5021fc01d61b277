"""What a run found, for people and machines.

May not judge, read the tree, or write anywhere but to the given stream.
"""
