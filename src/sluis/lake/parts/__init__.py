"""A table in several Parquet files: joining, replacing by key, and back to one file. Runs in the sandbox; no Django."""
