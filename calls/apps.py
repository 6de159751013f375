from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "calls"

    def ready(self) -> None:
        from calls import panels, panels_board
        from calls.services import parents

        panels.register()
        panels_board.register()
        parents.register()
