from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    name = "schools"

    def ready(self) -> None:
        from accounts import registry
        from schools import panels, services

        panels.register()
        registry.add_closing_check("last lead", services.check_may_close)
