"""The admin site: for superusers, who sign in where everybody does."""

from django.contrib.admin import AdminSite


class Site(AdminSite):
    site_header = "catalogweb admin"
    site_title = "catalogweb admin"
    index_title = "Everything, for superusers"
    site_url = "/"
