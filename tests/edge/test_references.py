import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.edge.references import Reference, canonical_host

DIGEST = "sha256:" + "0f" * 32


@pytest.mark.parametrize(
    ("text", "qualified"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("alpine:3.20", "docker.io/library/alpine:3.20"),
        ("team/web:1.0", "docker.io/team/web:1.0"),
        ("docker.io/alpine", "docker.io/library/alpine:latest"),
        ("index.docker.io/team/web", "docker.io/team/web:latest"),
        ("registry.hub.docker.com/library/alpine:3", "docker.io/library/alpine:3"),
        ("registry.example.org/team/web:1.4", "registry.example.org/team/web:1.4"),
        ("127.0.0.1:5000/team/app:1", "127.0.0.1:5000/team/app:1"),
        ("localhost/app", "localhost/app:latest"),
        ("localhost:5000/app", "localhost:5000/app:latest"),
        ("[::1]:5000/app:2", "[::1]:5000/app:2"),
        ("registry:443/app:2", "registry:443/app:2"),
        ("index.docker.io:443/team/web", "docker.io/team/web:latest"),
        (f"alpine@{DIGEST}", f"docker.io/library/alpine@{DIGEST}"),
        (f"host:5000/app:1@{DIGEST}", f"host:5000/app@{DIGEST}"),
    ],
)
def test_reference_is_qualified(text, qualified):
    assert str(Reference.parse(text)) == qualified


@pytest.mark.parametrize(
    "text",
    ["", "  ", "UPPER", "a b", "host:5000/", "name:", "name@sha256:12", "a//b", "http://x/y", "x:y:z", "-a"],
)
def test_reference_refuses_what_is_none(text):
    with pytest.raises(ValueError, match="is not an image reference"):
        Reference.parse(text)


@given(
    host=st.sampled_from(["docker.io", "quay.io", "localhost", "127.0.0.1:5000", "r.example.org:443"]),
    path=st.from_regex(r"[a-z0-9]{1,8}/[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?", fullmatch=True),
    tag=st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}", fullmatch=True),
)
def test_reference_reads_what_it_wrote(host, path, tag):
    reference = Reference(host, path, tag)

    assert Reference.parse(str(reference)) == reference


@pytest.mark.parametrize("name", ["", "docker.io", "registry.hub.docker.com", "https://index.docker.io/v1/"])
def test_every_name_of_docker_hub_is_one_host(name):
    assert canonical_host(name) == "docker.io"


def test_registry_host_keeps_its_port():
    assert canonical_host("http://Registry.example.org:5000/v2") == "registry.example.org:5000"
