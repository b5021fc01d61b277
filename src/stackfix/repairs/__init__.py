"""One module per kind of repair, each a typed value that says what, never how.

`stackfix.repairs.set_text.SetText` is done by `stackfix.fixers.<syntax>.set_text.edits`.
"""
