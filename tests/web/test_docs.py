"""The documentation inside the product: what it holds, how it is found, and that it says what the code does."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from catalogweb.web.docs.markdown import read
from catalogweb.web.docs.pages import FOLDER, PAGES
from catalogweb.web.docs.search import found_in_docs

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("slug", PAGES)
def test_every_page_is_there_and_its_links_lead_somewhere(viewer, slug):
    page = viewer.get(reverse("web:docs-page", args=[slug]))

    assert page.status_code == 200
    for link in re.findall(r'<a href="([^"]+)"', PAGES[slug].text.html):
        path, _, anchor = link.partition("#")
        if path.startswith("/docs/"):
            other = path.removeprefix("/docs/").rstrip("/")
            assert other in PAGES, link
            assert not anchor or anchor in {section.anchor for section in PAGES[other].text.sections}, link
        elif path.startswith("/"):
            assert viewer.get(path).status_code in (200, 403), link


def test_no_file_is_left_out_of_the_table_of_pages():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PAGES)


def test_documentation_is_for_people_who_are_signed_in(client, db):
    assert client.get(reverse("web:docs")).status_code == 302


def test_an_unknown_page_is_not_found(viewer):
    assert viewer.get("/docs/nowhere/").status_code == 404


def test_search_finds_sections_by_all_their_words_titles_first():
    found = found_in_docs("IOFOGCTL connect")

    assert found[0].title == "iofogctl"
    assert found[0].link == "/docs/clients/#iofogctl"
    assert "connect" in found[0].excerpt
    assert found_in_docs("iofogctl zebra") == []


def test_search_page_finds_endpoints_too(viewer):
    assert "/docs/rest/registries/#post-api-v3-registries" in viewer.get("/docs/?q=post+registries").content.decode()


def test_search_page_answers_htmx_with_what_it_found_alone(viewer):
    fragment = viewer.get("/docs/?q=iofogctl", headers={"HX-Request": "true"}).content.decode()

    assert "/docs/clients/#iofogctl" in fragment
    assert "<html" not in fragment


def test_search_page_shows_a_query_as_text(viewer):
    assert "<b>" not in viewer.get("/docs/?q=<b>none").content.decode()


def test_markdown_shows_html_as_text_and_names_equal_headings_apart():
    text = read("# T\n\n<script>x</script>\n\n## One\n\n## One\n")

    assert "&lt;script&gt;" in text.html
    assert [section.anchor for section in text.sections] == ["", "one", "one-2"]


# --- settings: the code, the README and the page know the same variables -------------------------------
def _in_readme() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))


def _in_code() -> set[str]:
    """Every variable of ours that the product or its tests read."""
    files = [*(ROOT / "catalogweb").rglob("*.py"), *(ROOT / "tests" / "testbed").rglob("*.py")]
    texts = "\n".join(path.read_text() for path in files)
    return set(re.findall(r"""(?:env\.\w+|environ\.get|getenv)\(\s*["'](CATALOGWEB_[A-Z_]+|DATABASE_URL)["']""", texts))


def test_readme_misses_no_environment_variable_and_invents_none():
    assert _in_code() == _in_readme()


def test_settings_page_shows_every_environment_variable(viewer):
    page = viewer.get("/docs/settings/").content.decode()

    assert _in_readme() <= set(re.findall(r"<code>([A-Z_]+)</code>", page))
