"""What fetches: one package per kind of source, found by itself when it stands in this folder.

A connector brings bytes from outside into one file in a work folder, and decides nothing about what is in it: reading
is the work of `lake.ingest`, in the sandbox, as for a file that somebody hands in. To write one, copy `demo`.
"""
