"""Accounts, organisations, access, audit chain, outbox, blobs, jobs, sandbox and egress. Knows nothing of datasets."""
