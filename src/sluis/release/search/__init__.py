"""Search over the projection: an index that can always be made again, and the queries on it.

One writer (a job, under a file lock); every process reads. The database is the truth: a hit is shown only when its row
is still there and public.
"""
