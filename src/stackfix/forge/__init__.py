"""The forges, behind one protocol: pull requests, issues, statuses, permissions. One module for each.

May import options; touches the network, never git and never a repository's files. The clients are the extra `[pr]`.
"""
