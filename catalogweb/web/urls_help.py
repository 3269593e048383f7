"""What helps people along: the documentation."""

from django.urls import path

from catalogweb.web.views import docs

urlpatterns = [
    path("docs/", docs.docs_index, name="docs"),
    path("docs/<slug:slug>/", docs.docs_page, name="docs-page"),
    path("docs/rest/<slug:family>/", docs.docs_rest, name="docs-rest"),
]
