"""For programs: the public API, the DCAT feed with its identifiers, and what robots read.

We own the form of the answers. We hold no rules: everything comes from the public side of the release room, which knows
no drafts, and the rows from the lake's row reader.
"""
