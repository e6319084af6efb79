"""Tables: files come in, are read in a sandbox, and become immutable typed versions with a report and a profile.

Owns uploads, ingest, profile, quality, vector and row reading. Decides nothing about openness.
"""
