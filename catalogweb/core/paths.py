"""Which paths belong to programs: what goes wrong below them is told in JSON, never on a page."""


def is_for_programs(path: str) -> bool:
    """Everything below /api, in any case and however many slashes it begins with."""
    return f"{path.lstrip('/').lower()}/".startswith("api/")
