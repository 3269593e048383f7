"""Clients for registries of the testbed, and a certificate authority."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalogweb.catalog.failures import Failed
from catalogweb.catalog.oci import Access, Client
from tests.testbed.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(host, username=…)`; closed with the test."""
    opened: list[Client] = []

    def open_client(host: str, *, seconds: float = 10, **access: Any) -> Client:
        opened.append(Client(Access(host, **access), seconds=seconds))
        return opened[-1]

    yield open_client
    for one in opened:
        one.__exit__()


@pytest.fixture
def failure_of() -> Callable[..., Failed]:
    """What a call comes to, which must be a failure."""

    def failure(call: Callable[..., Any], *args: Any, **options: Any) -> Failed:
        with pytest.raises(Failed) as caught:
            call(*args, **options)
        return caught.value

    return failure
