"""A product for each story, and two edge agents of different architecture on one engine."""

from collections.abc import Iterator

import pytest

from tests.e2e.product import Edge, Operator, Product
from tests.testbed.images import push_web_image


@pytest.fixture
def product(tmp_path) -> Iterator[Product]:
    product = Product(tmp_path)
    yield product
    product.stop()


@pytest.fixture
def operator(product) -> Operator:
    return Operator(product)


@pytest.fixture
def edges(product, container_engine) -> Iterator[list[Edge]]:
    """north is x86 and publishes on 127.0.0.1, south is arm by declaration and publishes on 127.0.0.2."""
    edges = [
        Edge(product, "north", container_engine.url),
        Edge(product, "south", container_engine.url, address="127.0.0.2", architecture="arm"),
    ]
    yield edges
    for edge in edges:
        if edge.starts:
            edge.stop()


@pytest.fixture
def image(private_registry):
    return push_web_image(private_registry, name="team/web", tag="1.0")


@pytest.fixture
def item(operator, private_registry, image):
    """The catalog item's id, its images in the private registry."""
    registry = operator.send(
        "POST",
        "registries",
        {
            "url": f"http://{private_registry.host}/v2/",
            "isPublic": True,
            "username": private_registry.username,
            "password": private_registry.password,
            "email": "john@example.org",
        },
    )
    images = [{"containerImage": image, "fogTypeId": 1}, {"containerImage": image, "fogTypeId": 2}]
    body = {"name": "web", "registryId": registry["id"], "images": images}
    return operator.send("POST", "catalog/microservices", body)["id"]


@pytest.fixture
def fleet(operator, edges):
    """Both agents, provisioned and running."""
    for edge, architecture in zip(edges, (1, 2), strict=True):
        operator.send("POST", "iofog", {"name": edge.name, "fogType": architecture})
        edge.provision(operator.provisioning_key(edge.name)).start()
    return edges
