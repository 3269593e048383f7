import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from catalogweb.core.secrets import Unreadable, digest, new_token, seal, unseal


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_seal_and_unseal_give_the_text_back(text):
    assert unseal(seal(text)) == text


def test_seal_does_not_contain_the_text():
    assert "hunter2" not in seal("hunter2")


def test_seal_of_nothing_is_nothing_so_that_no_secret_is_visible_without_a_key():
    assert seal("") == unseal("") == ""


def test_unseal_with_another_key_gives_a_sentence_without_the_seal(settings):
    sealed = seal("hunter2")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(Unreadable, match="the encryption key has changed") as refused:
        unseal(sealed)

    assert sealed not in refused.value.message


def test_unseal_works_with_any_key_of_a_rotation_and_seal_takes_the_newest(settings):
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    sealed = seal("hunter2")

    settings.ENCRYPTION_KEYS = [new, old]
    assert unseal(sealed) == "hunter2"

    renewed = seal("hunter2")
    settings.ENCRYPTION_KEYS = [new]
    assert unseal(renewed) == "hunter2"


def test_tokens_have_256_bits_and_never_repeat():
    tokens = {new_token("cw_") for _ in range(100)}

    assert len(tokens) == 100
    assert all(token.startswith("cw_") and len(token) >= 43 + 3 for token in tokens)


def test_digest_is_sha256_in_hex():
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
