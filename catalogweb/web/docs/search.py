"""Searching the documentation: every word of a query must stand in a section."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import Truncator

from catalogweb.web.docs.markdown import Section
from catalogweb.web.docs.pages import PAGES
from catalogweb.web.docs.rest import families

SHOWN = 30
EXCERPT_LENGTH = 180


@dataclass(frozen=True)
class Found:
    title: str
    page: str
    link: str
    excerpt: str


def found_in_docs(query: str, limit: int = SHOWN) -> list[Found]:
    """The sections that hold all words of `query`: titles first, then in the order of the pages."""
    words = query.lower().split()
    if not words:
        return []
    ranked = []
    for number, page in enumerate(PAGES.values()):
        for section in page.text.sections:
            title, text = section.title.lower(), section.text.lower()
            if all(word in title or word in text for word in words):
                rank = sum(word not in title for word in words)
                ranked.append(((rank, number), page, section))
    ranked.sort(key=lambda one: one[0])
    return [_found(page.slug, page.title, section, words) for _, page, section in ranked[:limit]]


def found_in_rest(query: str, limit: int = SHOWN) -> list[Found]:
    """The endpoints whose method, path or sentence holds all words of `query`."""
    words = query.lower().split()
    calls = [(family, call) for family in families().values() for call in family.calls] if words else []
    return [
        Found(f"{call.method} {call.path}", f"REST API: {family.title}", call.link, call.about)
        for family, call in calls
        if all(word in f"{call.method} {call.path} {call.about} {family.title}".lower() for word in words)
    ][:limit]


def _found(slug: str, page: str, section: Section, words: list[str]) -> Found:
    link = reverse("web:docs-page", args=[slug]) + (f"#{section.anchor}" if section.anchor else "")
    return Found(section.title, page, link, _excerpt(section.text, words))


def _excerpt(text: str, words: list[str]) -> str:
    """Around the first word that is found, from the beginning of a word."""
    lower = text.lower()
    places = [place for place in (lower.find(word) for word in words) if place >= 0]
    start = max(0, (min(places) if places else 0) - EXCERPT_LENGTH // 3)
    if start:
        start = text.find(" ", start) + 1
    return ("… " if start else "") + Truncator(text[start:]).chars(EXCERPT_LENGTH)
