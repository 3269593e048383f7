"""The documentation: its pages, and a search over them."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogweb.web.docs.pages import PAGES
from catalogweb.web.docs.rest import families
from catalogweb.web.docs.search import found_in_docs, found_in_rest
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest


@require_safe
def docs_index(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    context = {"pages": PAGES.values(), "query": query, "found": [*found_in_docs(query), *found_in_rest(query)]}
    return render_page(request, "docs/index.html", context, partial="docs/_found.html")


@require_safe
def docs_page(request: PageRequest, slug: str) -> HttpResponse:
    if slug not in PAGES:
        raise Http404
    context = {"page": PAGES[slug], "pages": PAGES.values(), "families": families().values() if slug == "rest" else ()}
    return render(request, "docs/page.html", context)


@require_safe
def docs_rest(request: PageRequest, family: str) -> HttpResponse:
    """One family of endpoints, from the OpenAPI document."""
    if family not in families():
        raise Http404
    context = {"family": families()[family], "families": families().values(), "pages": PAGES.values()}
    return render(request, "docs/rest.html", context)
