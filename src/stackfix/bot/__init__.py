"""What forges tell us over webhooks, put into the durable queue, and what is done about it.

May import everything but the command line; prints nothing.
"""
