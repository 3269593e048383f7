"""YAML files that clients upload: what is taken, what is refused, and with which words."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from catalogweb.api.uploads import UploadParser, document_in, uploaded
from catalogweb.core.errors import Invalid

SECRET = "kind: Secret\nmetadata: {name: db}\nspec: {type: Opaque}\ndata: {user: ann, port: 5432}\n"


def request_with(**files: bytes) -> Request:
    parts = {name: SimpleUploadedFile(f"{name}.yaml", content) for name, content in files.items()}
    return Request(RequestFactory().post("/", parts), parsers=[UploadParser()])


def test_an_upload_is_the_text_of_its_part() -> None:
    assert uploaded(request_with(secret=SECRET.encode()), "secret") == SECRET


@pytest.mark.parametrize("files", [{}, {"other": b"a: 1"}])
def test_an_upload_without_its_part_is_refused_with_the_parts_name(files: dict[str, bytes]) -> None:
    with pytest.raises(Invalid, match="Secret file missing: send YAML as the file “secret”"):
        uploaded(request_with(**files), "secret")


def test_an_upload_that_is_no_text_is_refused() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        uploaded(request_with(secret=b"\xff\xfe"), "secret")


def test_an_upload_without_a_boundary_is_refused() -> None:
    request = RequestFactory().post("/", b"xxx", content_type="multipart/form-data")

    with pytest.raises(ParseError):
        uploaded(Request(request, parsers=[UploadParser()]), "secret")


def test_an_upload_that_is_too_large_is_refused_unread(settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    with pytest.raises(RequestDataTooBig):
        uploaded(request_with(secret=b"x" * 200), "secret")


def test_no_upload_is_large_enough_for_a_file_on_the_disk(settings) -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def test_a_document_is_read_whatever_its_version() -> None:
    document = document_in("apiVersion: none/v9\n" + SECRET, "Secret")

    assert (document["metadata"], document["data"]) == ({"name": "db"}, {"user": "ann", "port": "5432"})


def test_a_document_with_an_empty_spec_has_one() -> None:
    assert document_in("kind: Application\nmetadata: {name: shop}\nspec:\n", "Application")["spec"] == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 documents"),
        (f"{SECRET}---\n{SECRET}", "2 documents"),
        ("- a\n- b\n", "no fields"),
        ("kind: Service\nmetadata: {}\nspec: {}\n", "Invalid kind Service"),
        ("metadata: {}\nspec: {}\n", "Invalid kind None"),
        ("kind: Secret\nspec: {}\n", "metadata is missing"),
        ("kind: Secret\nmetadata: {name: db}\n", "spec is missing"),
        ("kind: Secret\nmetadata: {name: db}\nspec: text\n", "spec is missing"),
        ("kind: [Secret\n", "not YAML"),
    ],
)
def test_a_document_that_is_not_what_belongs_there_is_refused(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        document_in(text, "Secret")
