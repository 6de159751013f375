from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.second_factor.rotation import Seeds
        from core import rotation

        rotation.register(Seeds())
