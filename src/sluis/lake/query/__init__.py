"""SQL that people write: one SELECT over the tables they may read, run where it can do no harm.

`duck_entry`, `tree`, `functions`, `faults`, `shape` and `types` run in the sandbox child and know no Django. The child
gets the text, the tables on offer and its budget; it refuses everything that is not one SELECT over those tables, and
leaves one Parquet file. `running` starts the child, lets equal questions share one run (`keeping`) and makes the others
wait their turn (`turns`). `offering` says which tables a member of staff may ask about.
"""
