"""Settings of the test suite: the product's own, on a data folder that goes with the run."""

import atexit
import os
import shutil
import tempfile

_data = tempfile.mkdtemp(prefix="catalogweb-tests-")
atexit.register(shutil.rmtree, _data, ignore_errors=True)
os.environ["CATALOGWEB_DATA"] = _data

from catalogweb.settings import *  # noqa: E402, F403

# Hashing passwords is slow on purpose; tests make many.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Only tests of the checks call a registry, and they say so.
REGISTRY_CHECKS = False

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as people run it: in memory all threads share one connection, and the first that closes it ends the suite.
    DATABASES["default"]["TEST"] = {"NAME": f"{_data}/tests.sqlite3"}  # noqa: F405
