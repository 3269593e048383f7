"""Files that agents send: multipart, of a length they may not know, written on as they come."""

from pathlib import PurePosixPath
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

from catalogweb.core.errors import Invalid

BROKEN = "The upload broke off."


class Incoming:
    """The body as a stream that notices when it breaks off: a part that just ends looks whole to a parser."""

    def __init__(self, request: HttpRequest) -> None:
        # Django reads nothing of a body without a length; a server that ends the stream itself may be asked directly.
        self._stream: Any = request.META["wsgi.input"] if request.META.get("wsgi.input_terminated") else request
        self._end = b""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        self._end = (self._end + data)[-512:]
        return data

    def ends_with(self, boundary: str) -> bool:
        return f"--{boundary}--".encode() in self._end


class IntoFile(FileUploadHandler):
    """Writes the file of one field to a stream, up to the largest size."""

    def __init__(self, field: str, stream: IO[bytes]) -> None:
        super().__init__()
        self._field, self._stream, self._size = field, stream, 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.field_name != self._field:
            return None
        self._size += len(raw_data)
        if self._size > settings.SNAPSHOT_MAX_BYTES:
            raise Invalid(f"The file is larger than {settings.SNAPSHOT_MAX_BYTES:,} bytes.")
        self._stream.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.field_name != self._field:
            return None
        return UploadedFile(file=None, name=self.file_name, size=self._size)


def receive_file(request: HttpRequest, field: str, stream: IO[bytes]) -> str:
    """Write the file of `field` to the stream; returns its name without endings."""
    incoming = Incoming(request)
    # The parser wants a length, and only asks whether it is 0.
    meta = {**request.META, "CONTENT_LENGTH": request.META.get("CONTENT_LENGTH") or "1"}
    try:
        _, files = MultiPartParser(meta, cast(IO[bytes], incoming), [IntoFile(field, stream)]).parse()
    except MultiPartParserError:
        raise Invalid("The body is not multipart/form-data.") from None
    except OSError:
        raise Invalid(BROKEN) from None
    file = files.get(field)
    if file is None or not file.size:
        raise Invalid(f"Send a file in the field '{field}'.")
    if not incoming.ends_with(parse_header_parameters(meta["CONTENT_TYPE"])[1]["boundary"]):
        raise Invalid(BROKEN)
    stream.flush()
    return PurePosixPath(file.name or "").name.partition(".")[0]
