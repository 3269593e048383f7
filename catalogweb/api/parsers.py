"""Bodies as clients send them: JSON, announced even where there is none, and YAML."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import QueryDict
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from catalogweb.core.storing import UNSTORABLE, is_storable

Context = Mapping[str, Any] | None


def _read(stream: IO[bytes]) -> bytes:
    text = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    if len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig
    return text


TOO_DEEP = ParseError("The body is nested too deeply.")
FORM = "application/x-www-form-urlencoded"


class TolerantJSONParser(BaseParser):
    """An empty body is an empty object, whatever its type; else it is a JSON object, or a form of texts.

    JSON is read as such even where it is called a form, as it is by curl.
    """

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Context = None) -> dict[str, Any]:
        text = _read(stream)
        if not text.strip():
            return {}
        is_form = (media_type or "").lower().startswith(FORM) and not text.lstrip().startswith(b"{")
        body = QueryDict(text, encoding="utf-8").dict() if is_form else _json(text)
        if not _is_fine(body):
            raise ParseError(UNSTORABLE)
        return body


def _json(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text, parse_constant=_no_number)
    except ValueError:
        raise ParseError("The body is not JSON.") from None
    except RecursionError:
        raise TOO_DEEP from None
    if not isinstance(body, dict):
        raise ParseError("The body is not a JSON object.")
    return body


def _is_fine(body: dict[str, Any]) -> bool:
    try:
        return is_storable(body)
    except RecursionError:
        raise TOO_DEEP from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


class JSONParser(TolerantJSONParser):
    """Only what says that it is JSON."""

    media_type = "application/json"


class ManifestParser(BaseParser):
    """Any text, as the `manifest` that a JSON body would hold."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Context = None) -> dict[str, str]:
        try:
            return {"manifest": _read(stream).decode()}
        except UnicodeDecodeError:
            raise ParseError("The manifest is not UTF-8 text.") from None


class JSONWhateverIsAccepted(DefaultContentNegotiation):
    """Clients ask for all sorts of types; all of them read JSON."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type
