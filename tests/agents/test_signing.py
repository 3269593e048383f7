import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm

from catalogweb.agents.signing import StaleSignature, WrongSignature, claimed_uuid, new_key_pair, verify


@pytest.fixture(scope="module")
def pair():
    return new_key_pair()


def signed(private, *, seconds=60, algorithm="EdDSA", key=None, **claims):
    key = key or OKPAlgorithm.from_jwk(base64.b64decode(private).decode())
    claims = {"sub": "uuid-1", "exp": int(time.time()) + seconds} | claims
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm)


def test_request_signed_with_the_agents_key_is_taken(pair):
    verify(signed(pair[0]), pair[1])


def test_private_half_is_not_in_the_public_one(pair):
    jwk = json.loads(base64.b64decode(pair[0]))

    assert jwk["x"] == pair[1] != jwk["d"]


def test_another_agents_signature_is_wrong(pair):
    with pytest.raises(WrongSignature):
        verify(signed(new_key_pair()[0]), pair[1])


@pytest.mark.parametrize(("seconds", "stale"), [(-299, False), (-301, True)])
def test_agent_with_a_wrong_clock_is_stale_only_beyond_five_minutes(pair, seconds, stale):
    if stale:
        with pytest.raises(StaleSignature):
            verify(signed(pair[0], seconds=seconds), pair[1])
    else:
        verify(signed(pair[0], seconds=seconds), pair[1])


def test_signature_without_an_end_is_stale(pair):
    with pytest.raises(StaleSignature):
        verify(signed(pair[0], exp=None), pair[1])


def test_algorithm_is_not_the_callers_choice(pair):
    secret = signed(pair[0], algorithm="HS256", key=pair[1].ljust(64, "="))
    none = jwt.encode({"sub": "uuid-1", "exp": int(time.time()) + 60}, "", algorithm="none")
    for token in (secret, none):
        with pytest.raises(WrongSignature):
            verify(token, pair[1])


def test_agent_without_a_key_cannot_sign(pair):
    with pytest.raises(WrongSignature):
        verify(signed(pair[0]), "")


def test_claimed_agent_is_read_without_proof(pair):
    assert claimed_uuid(signed(pair[0])) == "uuid-1"


@given(st.text(max_size=60))
def test_rubbish_is_a_wrong_signature(token):
    with pytest.raises(WrongSignature):
        claimed_uuid(token)
    with pytest.raises(WrongSignature):
        verify(token, new_key_pair()[1])
