"""The `sluis` command: one entry for the demo, the server, the worker, imports, releases, people, backup and repair.

We own the composition of the rooms on a terminal: what is asked, how progress is shown, which exit code follows.
We refuse to hold rules: every write is an operation of the room that owns it.
"""
