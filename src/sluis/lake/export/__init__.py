"""Table versions out: Parquet to the files people download. Runs in the sandbox child; no Django.

The same table version and the same request give the same bytes, so a file can be made again and still match its hash.
"""
