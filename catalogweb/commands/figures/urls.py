"""What the agents' requests are compared with: nothing, one indexed read, a read and an update."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from catalogweb.agents.models import AgentStatus, Credential
from catalogweb.core.secrets import digest
from catalogweb.urls import urlpatterns as product


@csrf_exempt
@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})


def _agent(request: HttpRequest) -> int:
    token = digest(request.headers["Authorization"])
    return Credential.objects.values_list("agent_id", flat=True).get(token_digest=token)


@csrf_exempt
@login_not_required
def read(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"agent": _agent(request)})


@csrf_exempt
@login_not_required
def read_twice(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"at": AgentStatus.objects.values_list("pk", flat=True).get(agent_id=_agent(request))})


@csrf_exempt
@login_not_required
def read_and_update(request: HttpRequest) -> HttpResponse:
    AgentStatus.objects.filter(agent_id=_agent(request)).update(reported_at=timezone.now())
    return HttpResponse(status=204)


urlpatterns = [
    path("compare/bare", bare),
    path("compare/read", read),
    path("compare/read-twice", read_twice),
    path("compare/read-and-update", read_and_update),
    *product,
]
