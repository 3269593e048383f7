"""The operator pages."""

from django.urls import include, path

from catalogweb.web.urls_configuration import urlpatterns as configuration
from catalogweb.web.urls_help import urlpatterns as help_pages
from catalogweb.web.urls_workloads import urlpatterns as workloads
from catalogweb.web.views import (
    account,
    catalog,
    catalog_images,
    controller,
    mailed,
    overview,
    registries,
    revisions,
    session,
    styleguide,
    tokens,
    users,
)

app_name = "web"

catalog_urls = [
    path("", catalog.catalog_list, name="catalog-list"),
    path("add/", catalog.catalog_create, name="catalog-create"),
    path("architectures/", catalog.catalog_matrix, name="catalog-matrix"),
    path("<int:pk>/", catalog.catalog_item, name="catalog-item"),
    path("<int:pk>/edit/", catalog.catalog_edit, name="catalog-edit"),
    path("<int:pk>/verify/", catalog_images.catalog_verify, name="catalog-verify"),
    path("<int:pk>/revisions/<int:number>/", revisions.revision_detail, name="revision-detail"),
    path("<int:pk>/delete/", catalog.catalog_delete, name="catalog-delete"),
]

registry_urls = [
    path("", registries.registry_list, name="registry-list"),
    path("add/", registries.registry_create, name="registry-create"),
    path("<int:pk>/", registries.registry_detail, name="registry-detail"),
    path("<int:pk>/edit/", registries.registry_edit, name="registry-edit"),
    path("<int:pk>/rotate/", registries.registry_rotate, name="registry-rotate"),
    path("<int:pk>/test/", registries.registry_test, name="registry-test"),
    path("<int:pk>/delete/", registries.registry_delete, name="registry-delete"),
]

account_urls = [
    path("", account.profile, name="account"),
    path("delete/", account.account_delete, name="account-delete"),
    path("tokens/", tokens.token_list, name="token-list"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("password/", session.change_password, name="password"),
]

user_urls = [
    path("", users.user_list, name="user-list"),
    path("add/", users.user_create, name="user-create"),
    path("<int:pk>/", users.user_edit, name="user-edit"),
    path("<int:pk>/delete/", users.user_delete, name="user-delete"),
]

controller_urls = [
    path("", controller.controller_settings, name="controller-settings"),
    path("router/forget/", controller.router_forget, name="controller-router-forget"),
    path("values/<int:pk>/", controller.value_edit, name="controller-value-edit"),
    path("values/<int:pk>/delete/", controller.value_delete, name="controller-value-delete"),
]

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sign-in/", session.sign_in, name="sign-in"),
    path("sign-out/", session.sign_out, name="sign-out"),
    path("sign-up/", mailed.sign_up_page, name="sign-up"),
    path("activate/", mailed.activation, name="activate"),
    path("activate/again/", mailed.activation_again, name="activate-again"),
    path("activate/<str:code>/", mailed.activation, name="activate-with"),
    path("password/", mailed.password_forgotten, name="password-forgotten"),
    path("password/<str:code>/", mailed.password_reset, name="password-reset"),
    path("catalog/", include(catalog_urls)),
    path("registries/", include(registry_urls)),
    path("account/", include(account_urls)),
    path("users/", include(user_urls)),
    path("controller/", include(controller_urls)),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    *help_pages,
    *configuration,
    *workloads,
]
