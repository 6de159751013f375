from django.apps import AppConfig


class CounsellingConfig(AppConfig):
    name = "counselling"

    def ready(self) -> None:
        from counselling import panels

        panels.register()
