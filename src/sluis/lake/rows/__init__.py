"""Reading rows of a table version: typed filters, pages by cursor, facets and whole selections as a stream.

Runs in process on Parquet that our own sandbox wrote. SQL is built from a typed selection only: identifiers come from
the known columns, values are bound. Untrusted SQL never comes here.
"""
