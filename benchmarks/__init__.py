"""Speed, as ratios in one run against DuckDB and SQLite. `python -m benchmarks --help` says how."""
