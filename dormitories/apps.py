from django.apps import AppConfig


class DormitoriesConfig(AppConfig):
    name = "dormitories"

    def ready(self) -> None:
        from dormitories import roll_panels

        roll_panels.register()
