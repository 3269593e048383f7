import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.edge.engine.progress import Progress
from catalogweb.edge.items import Microservice, Registry
from catalogweb.edge.pulls import Refused, decide
from tests.edge.controller import item
from tests.hosts import CASES

PRIVATE = {"isPublic": False, "username": "john", "password": "s3cret", "userEmail": ""}


def decided(image, **registry):
    entry = Registry.from_wire({"id": 1, "url": "docker.io", "isPublic": True} | registry)
    return decide(Microservice.from_wire(item(imageId=image)), [entry])


def test_a_public_registry_is_asked_anonymously():
    assert decided("alpine", username="john", password="s3cret").credentials is None


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("alpine", "registry.hub.docker.com"),
        ("docker.io/team/web", "https://index.docker.io/v1/"),
        ("r.example.org/team/web", "https://r.example.org"),
        ("127.0.0.1:5000/team/web", "127.0.0.1:5000"),
    ],
)
def test_credentials_go_to_the_registry_they_belong_to(image, url):
    assert decided(image, url=url, **PRIVATE).credentials == {"username": "john", "password": "s3cret"}


@pytest.mark.parametrize(
    ("image", "url"), [("alpine", "r.example.org"), ("r.io/web", "docker.io"), ("r.io:5000/web", "r.io")]
)
def test_credentials_go_nowhere_else(image, url):
    fetch = decided(image, url=url, **PRIVATE)

    assert fetch.credentials is None
    assert f"the registry's are for {url}" in fetch.explain("unauthorized")


@pytest.mark.parametrize(("image", "url", "served"), CASES)
def test_credentials_serve_images_of_their_host(image, url, served):
    assert bool(decided(image, url=url, **PRIVATE).credentials) == served


def test_from_cache_is_never_pulled():
    assert decided("alpine", url="from_cache").only_local


def test_an_unknown_registry_is_told():
    with pytest.raises(Refused, match="registry 1 of docker.io/library/alpine:latest is not known"):
        decide(Microservice.from_wire(item(imageId="alpine")), [])


def test_an_unreadable_reference_is_told():
    with pytest.raises(Refused, match="'No Image' is not an image reference"):
        decided("No Image")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("unauthorized: authentication required", "was refused: wrong user name or password"),
        ("denied: requested access to the resource is denied", "was refused: wrong user name or password"),
        ("manifest unknown: manifest unknown", "failed: not found in the registry"),
        (
            "dial tcp 1.2.3.4:5000: connect: connection refused",
            "failed: registry cannot be reached: connection",
        ),
        (
            "dial tcp: lookup r.io on 9.9.9.9: no such host",
            "failed: registry cannot be reached: its host name",
        ),
        ("dial tcp 1.2.3.4:443: i/o timeout", "failed: registry cannot be reached: it did not answer"),
        (
            "x509: certificate signed by unknown authority",
            "failed: registry cannot be reached: its certificate",
        ),
        (
            "no matching manifest for linux/arm64 in the manifest list",
            "failed: it has no image for this archit",
        ),
        ("mkdir /var/lib/x: permission denied", "failed: mkdir /var/lib/x: permission denied"),
        ("some\nnew   trouble", "failed: some new trouble"),
    ],
)
def test_a_failure_is_one_sentence_with_its_cause(error, sentence):
    fetch = decided("127.0.0.1:5000/team/web:1.0", url="127.0.0.1:5000", **PRIVATE)

    assert fetch.explain(error).startswith(f"pull of 127.0.0.1:5000/team/web:1.0 {sentence}")


def test_a_missing_login_is_not_called_a_wrong_one():
    assert "wants a user name" in decided("alpine").explain("unauthorized: authentication required")


def test_a_failure_never_tells_credentials():
    fetch = decided("r.io/web", url="r.io", **PRIVATE)

    sentence = fetch.explain('Get "https://john:s3cret@r.io/v2/": odd; password s3cret')

    assert "s3cret" not in sentence
    assert "s3cret" not in repr(fetch)


def test_a_password_that_is_one_of_our_words_leaves_the_sentence_whole():
    fetch = decided("r.io/web", url="r.io", **PRIVATE | {"password": "wrong"})

    assert "was refused: wrong user name or password" in fetch.explain("unauthorized: wrong is wrong")


events = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["", "a", "b", "c"]),
        "status": st.sampled_from(["Downloading", "Extracting", "Pull complete", "Waiting", "Already exists", ""]),
        "progressDetail": st.fixed_dictionaries(
            {}, optional={"current": st.integers(-5, 200), "total": st.integers(-5, 100)}
        ),
    },
)


@given(st.lists(events))
def test_progress_stays_between_0_and_99_before_the_end(stream):
    progress = Progress()

    for event in stream:
        progress.note(event)

    assert 0 <= progress.percentage <= 99


def test_progress_follows_the_layers():
    progress = Progress()
    progress.note({"id": "a", "status": "Pull complete"})
    progress.note({"id": "b", "status": "Downloading", "progressDetail": {"current": 50, "total": 100}})

    assert progress.percentage == pytest.approx(72.5)
