"""Agents, edge resources, applications, microservices, deployments, manifests, change log."""

from django.urls import include, path

from catalogweb.web.views import (
    agents,
    application_templates,
    applications,
    changelog,
    deploy,
    deployments,
    edge_resources,
    events,
    maintenance,
    manifests,
    microservices,
    routes,
)

agent_urls = [
    path("", agents.agent_list, name="agent-list"),
    path("add/", agents.agent_create, name="agent-create"),
    path("<str:uuid>/", agents.agent_detail, name="agent-detail"),
    path("<str:uuid>/edit/", agents.agent_edit, name="agent-edit"),
    path("<str:uuid>/key/", agents.agent_key, name="agent-key"),
    path("<str:uuid>/delete/", agents.agent_delete, name="agent-delete"),
    path("<str:uuid>/order/<str:order>/", maintenance.agent_order, name="agent-order"),
]

edge_resource_urls = [
    path("", edge_resources.edge_resource_list, name="edge-resource-list"),
    path("add/", edge_resources.edge_resource_create, name="edge-resource-create"),
    path("<int:pk>/", edge_resources.edge_resource_detail, name="edge-resource-detail"),
    path("<int:pk>/edit/", edge_resources.edge_resource_edit, name="edge-resource-edit"),
    path("<int:pk>/delete/", edge_resources.edge_resource_delete, name="edge-resource-delete"),
    path("<int:pk>/link/", edge_resources.edge_resource_link, name="edge-resource-link"),
    path("<int:pk>/unlink/", edge_resources.edge_resource_unlink, name="edge-resource-unlink"),
]

application_urls = [
    path("", applications.application_list, name="application-list"),
    path("add/", applications.application_create, name="application-create"),
    path("<str:name>/", applications.application_detail, name="application-detail"),
    path("<str:name>/edit/", applications.application_edit, name="application-edit"),
    path("<str:name>/start/", applications.application_start, name="application-start"),
    path("<str:name>/stop/", applications.application_stop, name="application-stop"),
    path("<str:name>/delete/", applications.application_delete, name="application-delete"),
    path("<str:name>/routes/add/", routes.route_create, name="route-create"),
    path("<str:name>/routes/<str:route>/delete/", routes.route_delete, name="route-delete"),
]

template_urls = [
    path("", application_templates.template_list, name="template-list"),
    path("add/", application_templates.template_create, name="template-create"),
    path("<int:pk>/", application_templates.template_detail, name="template-detail"),
    path("<int:pk>/edit/", application_templates.template_edit, name="template-edit"),
    path("<int:pk>/deploy/", application_templates.template_deploy, name="template-deploy"),
    path("<int:pk>/delete/", application_templates.template_delete, name="template-delete"),
]

microservice_urls = [
    path("", microservices.microservice_list, name="microservice-list"),
    path("<str:uuid>/", microservices.microservice_detail, name="microservice-detail"),
    path("<str:uuid>/edit/", microservices.microservice_edit, name="microservice-edit"),
    path("<str:uuid>/start/", microservices.microservice_start, name="microservice-start"),
    path("<str:uuid>/stop/", microservices.microservice_stop, name="microservice-stop"),
    path("<str:uuid>/rebuild/", microservices.microservice_rebuild, name="microservice-rebuild"),
    path("<str:uuid>/delete/", microservices.microservice_delete, name="microservice-delete"),
    path("<str:uuid>/diagnostics/", maintenance.microservice_diagnostics, name="microservice-diagnostics"),
    path("<str:uuid>/diagnostics/snapshot/", maintenance.microservice_snapshot, name="microservice-snapshot"),
    path("<str:uuid>/diagnostics/trace/", maintenance.microservice_trace, name="microservice-trace"),
]

urlpatterns = [
    path("agents/", include(agent_urls)),
    path("edge-resources/", include(edge_resource_urls)),
    path("applications/", include(application_urls)),
    path("templates/", include(template_urls)),
    path("microservices/", include(microservice_urls)),
    path("deploy/", deploy.deploy, name="deploy"),
    path("deployments/", deployments.deployment_list, name="deployment-list"),
    path("deployments/<int:pk>/", deployments.deployment_detail, name="deployment-detail"),
    path("deployments/<int:pk>/retry/", deployments.deployment_retry, name="deployment-retry"),
    path("manifests/", manifests.manifests, name="manifests"),
    path("changes/", changelog.changelog_list, name="changelog-list"),
    path("changes/<int:pk>/", changelog.changelog_entry, name="changelog-entry"),
    path("events/", events.event_list, name="event-list"),
    path("events/delete/", events.event_delete, name="event-delete"),
]
