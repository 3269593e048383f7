"""The documentation: its pages, and a search over them."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalogweb.web.docs.pages import PAGES
from catalogweb.web.docs.search import found_in_docs
from catalogweb.web.render import render_page
from catalogweb.web.requests import PageRequest


@require_safe
def docs_index(request: PageRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    context = {"pages": PAGES.values(), "query": query, "found": found_in_docs(query)}
    return render_page(request, "docs/index.html", context, partial="docs/_found.html")


@require_safe
def docs_page(request: PageRequest, slug: str) -> HttpResponse:
    if slug not in PAGES:
        raise Http404
    return render(request, "docs/page.html", {"page": PAGES[slug], "pages": PAGES.values()})
