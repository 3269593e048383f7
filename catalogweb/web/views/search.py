"""One search over pages, actions, things and the documentation: a page, and the palette's list."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from catalogweb.core.text import typed
from catalogweb.web.docs.search import found_in_docs
from catalogweb.web.finding import things_for
from catalogweb.web.places import places_for
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest

LONGEST = 200
DOCS_SHOWN = 5


@require_safe
def search(request: PageRequest) -> HttpResponse:
    query = typed(request.GET.get("q", "")[:LONGEST]).strip()
    places, things = places_for(request.user, query), things_for(request.user, query)
    docs = found_in_docs(query, DOCS_SHOWN)
    count = len(places) + len(things) + len(docs)
    context = {"query": query, "places": places, "things": things, "docs": docs, "count": count}
    return render_page(request, "search/page.html", context, partial="search/_results.html")
