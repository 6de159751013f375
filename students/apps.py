from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        from students import registry
        from students.selectors import child

        registry.add_source(child.ENROLMENT_SOURCE)
