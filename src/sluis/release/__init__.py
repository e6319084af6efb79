"""The lock: dossier, checks, decision, release, tombstone, and the public projection with its search index.

We own the way from inside to outside. We refuse to publish anything without a decision, by somebody who did not prepare
it, on exactly its hash; and the public side here never reads a draft.
"""
