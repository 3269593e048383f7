"""Manifests: YAML documents of what people want, planned first, then applied in one transaction."""

from catalogweb.deployments.manifests.export import export
from catalogweb.deployments.manifests.faults import Fault, ManifestRefused
from catalogweb.deployments.manifests.plan import Change, Plan, apply, plan

__all__ = ["Change", "Fault", "ManifestRefused", "Plan", "apply", "export", "plan"]
