"""What references lead to, at real registries: platforms, digests, sizes, moved and deleted tags."""

import hashlib
import json
import tempfile
from pathlib import Path

import pytest

from catalogweb.catalog.failures import Failure
from catalogweb.catalog.oci import Found, Platform, resolve
from catalogweb.catalog.oci.images import INDEXES, MANIFESTS
from catalogweb.catalog.references import parse_reference
from tests.testbed.images import Layout, push, push_web_image
from tests.testbed.servers import server, text

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def resolved(client):
    def look_up(registry, reference, known=None):
        calling = client(registry.host, username=registry.username, password=registry.password)
        return resolve(calling, parse_reference(reference), known=known)

    return look_up


def test_resolve_reads_a_single_image(resolved, private_registry):
    found = resolved(private_registry, push_web_image(private_registry, "team/single", platforms=["linux/arm64"]))

    [platform] = found.platforms
    assert (platform.label, platform.slot, platform.digest) == ("linux/arm64", "arm", found.digest)
    assert platform.size > 10_000
    assert found.media_type in MANIFESTS


def test_resolve_reads_an_index_and_keeps_variants(resolved, open_registry):
    platforms = ["linux/amd64", "linux/arm/v7", "linux/arm64/v8", "windows/amd64"]
    found = resolved(open_registry, push_web_image(open_registry, "team/index", platforms=platforms))

    assert [platform.label for platform in found.platforms] == platforms
    assert [platform.slot for platform in found.platforms] == ["x86", "arm", "arm", ""]
    assert [bool(platform.size) for platform in found.platforms] == [True, True, True, False]
    assert found.media_type in INDEXES
    assert found.digest not in {platform.digest for platform in found.platforms}


def test_resolve_ignores_attestations(resolved, open_registry):
    reference = f"{open_registry.host}/team/attested:1.0"
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        image = layout.add_image("team/attested:1.0", "linux/amd64")
        attestation = layout.add_image("attestation", "unknown/unknown") | {
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"}
        }
        layout.finish(layout.add_index([image, attestation]))
        push(folder, reference, open_registry)

    assert [platform.label for platform in resolved(open_registry, reference).platforms] == ["linux/amd64"]


def test_resolve_notices_a_moved_tag_and_asks_little_when_it_has_not_moved(client, open_registry):
    reference = parse_reference(push_web_image(open_registry, "team/moved"))
    first = resolve(client(open_registry.host), reference)
    asked = []
    calling = client(open_registry.host)
    get = calling.get
    calling.get = lambda *args, **options: (asked.append(options.get("method", "GET")), get(*args, **options))[1]

    assert resolve(calling, reference, known=first) is first
    assert asked == ["HEAD"]

    push_web_image(open_registry, "team/moved", platforms=["linux/amd64"])
    second = resolve(calling, reference, known=first)
    assert second.digest != first.digest
    assert [platform.label for platform in second.platforms] == ["linux/amd64"]
    by_digest = parse_reference(f"{open_registry.host}/team/moved@{first.digest}")
    assert resolve(calling, by_digest).digest == first.digest


def test_resolve_notices_a_deleted_tag(client, failure_of, open_registry):
    reference = parse_reference(push_web_image(open_registry, "team/deleted"))
    calling = client(open_registry.host)
    found = resolve(calling, reference)
    calling._sent("DELETE", f"{calling.base}/v2/team/deleted/manifests/{found.digest}", {})

    assert failure_of(resolve, calling, reference, known=found).failure == Failure.NOT_FOUND


def test_resolve_finds_no_such_image(client, failure_of, open_registry):
    reference = parse_reference(f"{open_registry.host}/team/nowhere:1")

    assert failure_of(resolve, client(open_registry.host), reference).failure == Failure.NOT_FOUND


def test_tags_are_listed(client, open_registry):
    for tag in ("1.9", "1.10"):
        push_web_image(open_registry, "team/tagged", tag, platforms=["linux/amd64"])

    assert client(open_registry.host).tags("team/tagged", most=10) == ["1.10", "1.9"]
    assert client(open_registry.host).tags("team/tagged", most=1) == ["1.10"]


def answering(content, *, media_type=MANIFESTS[0], **headers):
    """A registry that answers every manifest with this."""
    body = content if isinstance(content, str) else json.dumps(content)
    return server(
        lambda request: text(200, "{}" if request.path == "/v2/" else body, Content_Type=media_type, **headers)
    )


@pytest.mark.parametrize(
    ("content", "media_type", "failure"),
    [
        ("[]", MANIFESTS[0], Failure.NOT_A_REGISTRY),
        ("<html>", "text/html", Failure.NOT_A_REGISTRY),
        ("[" * 100_000, MANIFESTS[0], Failure.NOT_A_REGISTRY),
        ({"fsLayers": []}, "application/vnd.docker.distribution.manifest.v1+prettyjws", Failure.NOT_FOUND),
    ],
    ids=["list", "page", "deep", "schema-1"],
)
def test_resolve_believes_no_nonsense(client, failure_of, content, media_type, failure):
    with answering(content, media_type=media_type) as running:
        reference = parse_reference(f"{running.host}/team/web:1")
        assert failure_of(resolve, client(running.host), reference).failure == failure


def test_resolve_believes_no_digest_that_the_content_does_not_have(client, failure_of):
    with answering({"manifests": []}, media_type=INDEXES[0], Docker_Content_Digest=DIGEST) as running:
        for name in ("web:1", f"web@{DIGEST}"):
            reference = parse_reference(f"{running.host}/team/{name}")
            assert failure_of(resolve, client(running.host), reference).failure == Failure.SERVER_ERROR


def test_resolve_survives_an_index_of_odd_entries(client):
    entries = [None, {}, {"platform": 3}, {"platform": {"os": "linux", "architecture": 4}, "digest": []}]
    body = json.dumps({"manifests": entries})
    with answering(body, media_type=INDEXES[1]) as running:
        found = resolve(client(running.host), parse_reference(f"{running.host}/team/web:1"))

    assert found.digest == f"sha256:{hashlib.sha256(body.encode()).hexdigest()}"
    assert {platform.slot for platform in found.platforms} == {""}


def test_platform_survives_being_stored():
    platform = Platform("linux", "arm", "v7", DIGEST, 7)

    assert Platform(**platform.as_json()) == platform
    assert Found(DIGEST, INDEXES[0], (platform,)).platforms[0].label == "linux/arm/v7"
