"""Settings of Django for an executor of an engine (`SLUIS_ENGINE`): only what fetching files asks for.

No database, no secret of ours and no pages: it runs orders in the sandbox, and reads SLUIS_DATA (its cache) and
SLUIS_STORAGE… out of its own environment.
"""

from sluis.conf.env import Env

# Else Django sets the clock of a process that is not ours to Chicago.
TIME_ZONE = None

SLUIS = Env.load()
SLUIS.data.mkdir(parents=True, exist_ok=True, mode=0o700)
