"""Calls to registries, over sockets of our own: whoever is called was allowed, and no secret goes elsewhere."""

from catalogweb.catalog.oci.client import Access, Client
from catalogweb.catalog.oci.images import Found, Platform, resolve

__all__ = ["Access", "Client", "Found", "Platform", "resolve"]
