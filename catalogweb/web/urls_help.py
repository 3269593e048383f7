"""What helps people along: the documentation, and one search over everything."""

from django.urls import path

from catalogweb.web.views import docs, search

urlpatterns = [
    path("search/", search.search, name="search"),
    path("docs/", docs.docs_index, name="docs"),
    path("docs/<slug:slug>/", docs.docs_page, name="docs-page"),
    path("docs/rest/<slug:family>/", docs.docs_rest, name="docs-rest"),
]
