"""What every page knows."""

from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    return {}
