from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        from schools import registry as school_registry
        from students import panels, registry
        from students.selectors import child, classes, home_story

        registry.add_source(child.ENROLMENT_SOURCE)
        registry.add_source(home_story.SOURCE)
        panels.register()
        school_registry.count_pupils_with(classes.pupils_by_class)
