"""Where big tables are worked on: in the sandbox of this machine, or spread over those of an engine (ADR 30).

An engine runs our own entries on slices of a table, in our own sandbox, and puts together what belongs together. What
is asked stays the same question for both; it is split by `duck_split`, and what cannot be split is done here.
"""
