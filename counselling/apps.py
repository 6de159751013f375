from django.apps import AppConfig


class CounsellingConfig(AppConfig):
    name = "counselling"

    def ready(self) -> None:
        from core import rotation
        from counselling import concern_panels, panels, sealing
        from counselling.services import topics
        from schools import registry as school_registry

        rotation.register_sample("sealed entries", sealing.open_newest)
        panels.register()
        concern_panels.register()
        school_registry.for_each_new_school(
            "topics", lambda school, by: topics.ensure_standard(school=school, by=by)
        )
