"""YAML that clients upload: one file part of multipart/form-data, with one document in it.

A row of a table names the part; its handler finds the file's text in the call:

    Route("POST", "/secrets/yaml", secret_upload, 201, upload="secret", gives=SecretEntry)

    def secret_upload(call: Call) -> SecretEntry:
        document = document_in(call.text, "Secret")

Such a path also takes YAML as the whole body, as scripts like to send it.
"""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from catalogweb.api.parsers import Context, ManifestParser
from catalogweb.core.errors import Invalid
from catalogweb.deployments.manifests.fields import as_written, plain
from catalogweb.deployments.manifests.reader import read


class UploadParser(MultiPartParser):
    """Bounded below Django's limit for files in memory: an upload, which may hold secrets, never lies on a disk."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Context = None) -> Any:
        request: Request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        return super().parse(stream, media_type, parser_context)


PARSERS = [UploadParser, ManifestParser]


def uploaded(request: Request, field: str) -> str:
    """The text of the file that was sent as `field`, or of the whole body; refuses what is missing, or no UTF-8."""
    file = request.FILES.get(field)
    if file is None and (whole := request.data.get("manifest")):
        return str(whole)
    if file is None:
        raise Invalid(f"{field.capitalize()} file missing: send YAML as the file “{field}” of multipart/form-data.")
    try:
        return file.read().decode()
    except UnicodeDecodeError:
        raise Invalid("The file is not a text in UTF-8.", field=field) from None


def document_in(text: str, kind: str) -> dict[str, Any]:
    """The one document of the text as plain values, with `metadata` and `spec`; apiVersion is not looked at.

    The values of `data`, which become variables and files, are the texts that were written.
    """
    documents = read(text)
    if len(documents) != 1:
        raise Invalid(f"Invalid YAML format: the file holds {len(documents)} documents instead of one.")
    root = documents[0].root
    if root.kind != "mapping":
        raise Invalid("Invalid YAML format: the document has no fields.")
    document = {key: as_written(value) if key == "data" else plain(value) for key, value in root.raw.items()}
    if document.get("kind") != kind:
        raise Invalid(f"Invalid kind {document.get('kind')}: a document of kind {kind} belongs here.", field="kind")
    for name in ("metadata", "spec"):
        document[name] = {} if name in document and document[name] is None else document.get(name)
        if not isinstance(document[name], dict):
            raise Invalid(f"Invalid YAML format: {name} is missing, or holds no fields.", field=name)
    return document


def document_named(text: str, kind: str, name: str) -> dict[str, Any]:
    """The same for a path that names what is changed: the document has to mean the same one."""
    document = document_in(text, kind)
    written = document["metadata"].get("name")
    if written != name:
        raise Invalid(f"{kind} name in YAML ({written}) doesn't match endpoint path ({name})", field="name")
    return document
