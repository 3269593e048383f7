"""Secrets, config maps, volume mounts."""

from django.urls import include, path

from catalogweb.web.views import config_maps, secrets, volume_mounts

secret_urls = [
    path("", secrets.secret_list, name="secret-list"),
    path("add/", secrets.secret_create, name="secret-create"),
    path("<int:pk>/", secrets.secret_detail, name="secret-detail"),
    path("<int:pk>/edit/", secrets.secret_edit, name="secret-edit"),
    path("<int:pk>/delete/", secrets.secret_delete, name="secret-delete"),
]

config_map_urls = [
    path("", config_maps.config_map_list, name="config-map-list"),
    path("add/", config_maps.config_map_create, name="config-map-create"),
    path("<int:pk>/", config_maps.config_map_detail, name="config-map-detail"),
    path("<int:pk>/edit/", config_maps.config_map_edit, name="config-map-edit"),
    path("<int:pk>/delete/", config_maps.config_map_delete, name="config-map-delete"),
]

volume_mount_urls = [
    path("", volume_mounts.mount_list, name="volume-mount-list"),
    path("add/", volume_mounts.mount_create, name="volume-mount-create"),
    path("<str:uuid>/", volume_mounts.mount_detail, name="volume-mount-detail"),
    path("<str:uuid>/edit/", volume_mounts.mount_edit, name="volume-mount-edit"),
    path("<str:uuid>/agents/", volume_mounts.mount_agents, name="volume-mount-agents"),
    path("<str:uuid>/delete/", volume_mounts.mount_delete, name="volume-mount-delete"),
]

urlpatterns = [
    path("secrets/", include(secret_urls)),
    path("config-maps/", include(config_map_urls)),
    path("volume-mounts/", include(volume_mount_urls)),
]
