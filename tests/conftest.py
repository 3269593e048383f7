"""Fixtures for every test. Real programs (engine, registries, PostgreSQL, browser) come from the testbed."""

from hypothesis import settings

# A red run must be red again: the same examples each time. Look for new ones with --hypothesis-profile=default.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")

pytest_plugins = [
    "tests.testbed.marks",
    "tests.testbed.engine",
    "tests.testbed.registry",
    "tests.testbed.postgres",
    "tests.testbed.browser",
    "tests.testbed.tasks",
]
