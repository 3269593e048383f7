"""What to say of a path that leads nowhere: some belong to families of the wire that are not built here."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from catalogweb.api.agent.door import refused
from catalogweb.api.errors import NO_SUCH, Failure

FAMILIES = {
    "services": "Services are not built here: catalogweb runs no router that could bridge them.",
    "certificates": "Certificates are not issued here: TLS ends at a proxy in front.",
    "nats": "There is no NATS here: catalogweb runs no message broker.",
    "cluster": "There is no cluster to manage here: several nodes share one database.",
    "k8s": "There is no virtual kubelet here.",
}
SESSIONS = {
    "exec": "Exec sessions are not built here: open a shell on the agent's machine.",
    "logs": "Log sessions are not built here: read the logs on the agent's machine.",
}


def no_such(path: str) -> str:
    """One sentence, for a whole path such as /api/v3/services/web."""
    family, *rest = [*path.lower().strip("/").split("/")[2:], ""]
    if family in ("iofog", "microservices"):
        return next((SESSIONS[part] for part in rest if part in SESSIONS), NO_SUCH)
    return FAMILIES.get(family, NO_SUCH)


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest) -> HttpResponse:
    """A page of HTML would tell clients nothing: what is unknown answers in JSON."""
    return refused(Failure(404, "NotFoundError", no_such(request.path_info)))
