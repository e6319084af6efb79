"""What a table version holds, measured once: per column, keys, geometry, personal data and small groups.

Runs in the sandbox on Parquet; the result is plain JSON and the same for the same file. Personal data is looked for
in every row; when that check cannot be done, the profile fails rather than finding nothing.
"""
