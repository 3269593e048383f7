"""Fixtures for every test. Real programs (engine, registries, PostgreSQL, browser) come from the testbed."""

pytest_plugins = [
    "tests.testbed.marks",
    "tests.testbed.engine",
    "tests.testbed.registry",
    "tests.testbed.postgres",
    "tests.testbed.browser",
]
