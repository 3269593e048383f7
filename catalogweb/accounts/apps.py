from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "catalogweb.accounts"
    label = "accounts"
