"""The catalogue as linked data: the feed, and what identifiers lead to."""
