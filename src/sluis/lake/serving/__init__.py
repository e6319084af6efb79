"""What makes reading a released table fast: structures beside its Parquet file, made once, because it never changes.

Owns: a narrow number per cell (`vectors`), the other cells in small compressed blocks (`rest`), row numbers by word
(`words`) and by value (`orders`), and sums of all combinations of short lists (`cube`). Each is one file, made in the
sandbox (`building`) and read with numpy (`ready`). Refuses to be the truth: every answer is the one that DuckDB gives
on the Parquet file, and what the structures cannot say is asked there.
"""

CHUNK = 1 << 16
"""Rows that are looked at together; words keep the place of a row within its chunk in two bytes."""
