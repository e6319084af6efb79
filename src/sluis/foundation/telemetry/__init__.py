"""What an operator sees of the running site: figures, log lines and traces. Never who somebody is or what is drafted.

`instruments` count as things happen; `figures` are read when somebody asks; `exposition` writes both down.
"""
