"""From an untrusted file to typed Parquet. Runs in the sandbox: no Django here."""
