import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.catalog.references import (
    DOCKER_HUB,
    canonical_host,
    completed,
    host_of,
    normalised_url,
    parse_reference,
)
from catalogweb.core.errors import Invalid
from tests.hosts import CASES

HOSTS = st.from_regex(r"\A[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?(:[0-9]{1,5})?\Z") | st.sampled_from(sorted(DOCKER_HUB))
PATHS = st.from_regex(r"\A[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?(/[a-z0-9]{1,5}){0,2}\Z")
TAGS = st.from_regex(r"\A(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,8})?(@sha256:[0-9a-f]{64})?\Z")
REFERENCES = st.builds(lambda path, tag: path + tag, PATHS, TAGS)
NEAR_URLS = st.from_regex(r"\A(https?://)?[a-zA-Z0-9.:/_v12-]{1,20}\Z") | st.text()


@given(st.text() | st.from_regex(r"\A[a-z0-9./:@_-]{0,30}\Z"))
def test_parsing_answers_or_refuses_and_never_crashes(text):
    try:
        assert parse_reference(text).path in text
    except Invalid as refused:
        assert "is not an image reference" in refused.message


@pytest.mark.parametrize(
    ("text", "host", "path", "tag"),
    [
        ("alpine", "", "alpine", ""),
        ("amd64/alpine:latest", "", "amd64/alpine", "latest"),
        ("ghcr.io/eclipse-iofog/router:3.7.0", "ghcr.io", "eclipse-iofog/router", "3.7.0"),
        ("localhost/web", "localhost", "web", ""),
        ("127.0.0.1:5000/web:1", "127.0.0.1:5000", "web", "1"),
        ("[::1]:5000/web:1", "[::1]:5000", "web", "1"),
        ("registry:5000/a/b/c", "registry:5000", "a/b/c", ""),
        ("team/web:5000", "", "team/web", "5000"),
    ],
)
def test_reference_is_taken_apart_as_engines_do(text, host, path, tag):
    found = parse_reference(text)

    assert (found.host, found.path, found.tag) == (host, path, tag)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "name"),
        ("Team/web", "name"),
        ("web:", "tag"),
        ("web:-1", "tag"),
        ("web@", "digest"),
        ("web@sha256:12", "digest"),
        ("reg_x.io:1/web", "host"),
        ("https://reg.io/web", "host"),
        ("reg.io//web", "name"),
        ("web latest", "name"),
        ("web\n", "name"),
        ("reg.io/web:é", "tag"),
    ],
)
def test_refused_reference_names_the_wrong_part(text, part):
    with pytest.raises(Invalid, match=f"check its .*{part}"):
        parse_reference(text)


@pytest.mark.parametrize("alias", [*sorted(DOCKER_HUB), "DOCKER.IO", "index.docker.io:443"])
def test_names_of_docker_hub_are_one_host(alias):
    assert canonical_host(alias) == "docker.io"


@given(st.text() | HOSTS)
def test_canonical_host_stays_what_it_is(host):
    once = canonical_host(host)
    assert canonical_host(once) == once or once.endswith(":443")


@given(NEAR_URLS)
def test_normalising_a_url_twice_changes_nothing_more(text):
    try:
        once = normalised_url(text)
    except Invalid:
        return
    assert normalised_url(once) == once


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Reg.Example.org/v2/", "reg.example.org"),
        ("http://reg.example.org:5000//", "reg.example.org:5000"),
        (" https://index.docker.io/v1/ ", "index.docker.io"),
        ("reg.example.org/team/v2", "reg.example.org/team"),
        ("reg.example.org/v2/v1", "reg.example.org"),
        ("[::1]:5000", "[::1]:5000"),
        ("from_cache", "from_cache"),
    ],
)
def test_url_is_kept_without_scheme_version_and_slash(text, url):
    assert normalised_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "  ", "/", "https://", "a b", "reg_x", "reg.io:x", "-a", "reg.io/a b", "reg.io/\x00", "\u212a.io"]
)
def test_url_that_names_no_host_is_refused(text):
    with pytest.raises(Invalid, match="is not a registry URL"):
        normalised_url(text)


@pytest.mark.parametrize("text", ["https://john:s3cret@reg.example.org", "john@reg.example.org/v2/"])
def test_url_with_credentials_is_refused_without_repeating_them(text):
    with pytest.raises(Invalid, match="in their own fields") as refused:
        normalised_url(text)

    assert "john" not in refused.value.message


@given(REFERENCES, HOSTS.filter(lambda host: canonical_host(host) != "docker.io"))
def test_completing_names_the_registry_and_twice_changes_nothing(reference, host):
    complete = completed(reference, host)

    assert completed(complete, host) == complete
    if not parse_reference(reference).host:
        assert parse_reference(complete).registry_host == canonical_host(host)


@given(REFERENCES, st.sampled_from([*sorted(DOCKER_HUB), "from_cache"]))
def test_completing_adds_nothing_for_docker_hub_and_the_local_cache(reference, url):
    assert completed(reference, url) == reference


def test_completing_keeps_a_host_that_is_written():
    assert completed("ghcr.io/team/web", "reg.example.org") == "ghcr.io/team/web"


def test_completing_keeps_the_path_of_a_registry():
    assert completed("web:1", "reg.example.org/team") == "reg.example.org/team/web:1"


def test_completing_makes_a_host_without_dot_readable_as_a_host():
    assert completed("web:1", "registry") == "registry:443/web:1"


@pytest.mark.parametrize("url", ["reg.example.org:443/team", "REG.example.org"])
def test_host_of_a_url_is_canonical(url):
    assert host_of(url) == "reg.example.org"


@pytest.mark.parametrize(("image", "url", "served"), CASES)
def test_credentials_serve_images_of_their_host(image, url, served):
    assert (parse_reference(image).registry_host == host_of(normalised_url(url))) == served
