"""What Django's admin discovers: every model is registered in one of these."""

from catalogweb.backoffice import accounts, agents, catalog, deployments, system  # noqa: F401
