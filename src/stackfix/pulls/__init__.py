"""The life of pull requests: which there should be, what they say, and making them so. One door: `propose`.

May import running and all below it; touches git through deliver, and a forge through its protocol.
"""
