"""Whether the controller is there: asked by agents before anything else, and by every client."""

import time

from django.http import HttpRequest, JsonResponse

from catalogweb.api.agent.door import open_endpoint
from catalogweb.api.apps import STARTED
from catalogweb.api.wire import CONTROLLER_VERSION


def read_status(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {
            "status": "online",
            "timestamp": int(time.time() * 1000),
            "uptimeSec": round(time.monotonic() - STARTED, 3),
            "versions": {"controller": CONTROLLER_VERSION},
        }
    )


status = open_endpoint(GET=read_status)
