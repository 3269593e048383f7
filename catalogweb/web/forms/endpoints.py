"""An edge resource's endpoints as people type them, one a line, and back."""

from collections.abc import Iterable, Mapping

from catalogweb.deployments.lines import LineFault, each_line
from catalogweb.edge_resources.services import METHODS


def read_endpoints(text: str) -> list[dict[str, str]]:
    """`METHOD URL name` a line; a web socket's has no method."""
    return each_line(text, _endpoint)


def _endpoint(line: str) -> dict[str, str]:
    head, _, rest = line.partition(" ")
    method, (url, _, name) = (head, rest.strip().partition(" ")) if head in METHODS else ("", line.partition(" "))
    if not url or not name.strip():
        raise LineFault(
            f"“{line}” is not an endpoint: write method, URL and name, such as GET /picture Take a picture."
        )
    return {"method": method, "url": url, "name": name.strip()}


def write_endpoints(endpoints: Iterable[Mapping[str, str]]) -> str:
    return "\n".join(f"{entry['method']} {entry['url']} {entry['name']}".strip() for entry in endpoints)
