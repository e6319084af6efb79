"""Ceilings of the readers. Beyond these a file is refused or a row rejected, always saying so."""

MAX_COLUMNS = 2_000
MAX_LINE_CHARS = 1_000_000
MAX_FIELD_CHARS = 1_000_000
# A stretch of this many bytes without a line end is not a table.
MAX_LINE_BYTES = 4 * 1024 * 1024
MAX_CELLS = 50_000_000
MAX_SHEETS = 250
MAX_JSON_DEPTH = 64
MAX_JSON_BYTES = 512 * 1024 * 1024
MAX_OPEN_QUOTES = 1_000
# Small groups: a page of rows or one row by its number unpacks one group; 2% more bytes than groups of 122,880.
ROW_GROUP = 40_960
DUCKDB_MEMORY = "900MB"
