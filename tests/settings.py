"""Settings of the tests: the real ones on a data folder of their own, thrown away with the machine's temp folder."""

import atexit
import os
import shutil
import tempfile

_folder = tempfile.mkdtemp(prefix="sluis-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["SLUIS_DATA"] = _folder
os.environ["SLUIS_BASE_URL"] = "http://testserver"
# Playwright leaves an event loop in the thread of its worker; the tests after it still use the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# A PostgreSQL to test on instead of SQLite (`make test-postgres`): each process of the tests makes a database of its
# own there. What tests start as a process of its own stays on SQLite, unless it is told otherwise.
_postgresql = os.environ.get("SLUIS_TEST_DATABASE", "")
for name in [
    n
    for n in os.environ
    if n.startswith("SLUIS_") and n not in ("SLUIS_DATA", "SLUIS_BASE_URL", "SLUIS_SHARED", "SLUIS_TEST_DATABASE")
]:
    del os.environ[name]

# What a question may cost is no limit here: a busy machine answers it minutes later (tests/integration/lake/
# test_query_running.py holds the limits themselves).
_here = {"SLUIS_SQL_SECONDS": "600", "SLUIS_SQL_PUBLIC_SECONDS": "600"}
if _postgresql:
    _here["SLUIS_DATABASE"] = _postgresql
os.environ.update(_here)

from sluis.conf.settings import *  # noqa: E402, F403
from tests.disk import do_not_wait_for_it  # noqa: E402

for name in _here:
    del os.environ[name]

ALLOWED_HOSTS = ["*"]
# The real hasher on purpose-weak settings would hide nothing here: only its cost matters to the tests' pace.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns when it is not there
if not _postgresql:
    DATABASES["default"]["TEST"] = {"NAME": str(SLUIS.data / "test.sqlite3")}  # noqa: F405
do_not_wait_for_it(DATABASES["default"])  # noqa: F405
