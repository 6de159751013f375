from django.apps import AppConfig


class DormitoriesConfig(AppConfig):
    name = "dormitories"

    def ready(self) -> None:
        from dormitories import panels, roll_panels

        panels.register()
        roll_panels.register()
