"""Manifests: YAML documents of what people want, planned first, then applied in one transaction."""

from catalogweb.deployments.manifests.export import application_from, application_of, export
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused
from catalogweb.deployments.manifests.plan import Change, Plan, apply, plan
from catalogweb.deployments.manifests.templates import made_by_default, save_template

__all__ = [
    "Change",
    "Fault",
    "ManifestRefused",
    "Plan",
    "application_from",
    "application_of",
    "apply",
    "export",
    "made_by_default",
    "plan",
    "save_template",
]
