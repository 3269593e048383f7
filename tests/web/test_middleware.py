"""What every request goes through: proxies' headers, and the policy of pages."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from catalogweb.web.middleware import TrustedProxyMiddleware

PROXY, CLIENT = "10.1.2.3", "198.51.100.7"


@pytest.fixture
def passed(settings):
    """What a view sees of a request that came from `address` with these headers."""
    settings.TRUSTED_PROXIES = ["10.1.0.0/16", "::1"]

    def call(address, **headers):
        seen = []
        request = RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)
        TrustedProxyMiddleware(lambda request: seen.append(request) or HttpResponse())(request)
        return seen[0]

    return call


def test_a_trusted_proxy_tells_address_and_scheme(passed):
    request = passed(PROXY, X_Forwarded_For=CLIENT, X_Forwarded_Proto="https")

    assert request.META["REMOTE_ADDR"] == CLIENT
    assert request.is_secure()


@pytest.mark.parametrize("address", [CLIENT, "10.2.0.1", "", "not an address"])
def test_nobody_else_does(passed, address):
    request = passed(address, X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="https", X_Forwarded_Host="evil.example")

    assert request.META["REMOTE_ADDR"] == address
    assert not request.is_secure()
    assert request.get_host() == "testserver"
    assert not [name for name in request.META if name.startswith("HTTP_X_FORWARDED")]


def test_a_client_cannot_put_an_address_before_its_own(passed):
    request = passed(PROXY, X_Forwarded_For=f"1.2.3.4, {CLIENT}, 10.1.9.9")

    assert request.META["REMOTE_ADDR"] == CLIENT


def test_plain_http_behind_the_proxy_stays_plain(passed):
    assert not passed(PROXY, X_Forwarded_For=CLIENT, X_Forwarded_Proto="http").is_secure()


@pytest.mark.django_db
def test_pages_take_scripts_and_styles_from_here_only(client):
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]

    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
    assert not {"script-src", "style-src"} & rules.keys()
    assert "unsafe" not in policy
