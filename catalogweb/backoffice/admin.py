"""What Django's admin discovers: every model is registered in one of these."""

from catalogweb.backoffice import (  # noqa: F401
    accounts,
    agents,
    application_templates,
    catalog,
    configuration,
    controller,
    deployments,
    edge_resources,
    maintenance,
    system,
)
