from django.apps import AppConfig


class DormitoriesConfig(AppConfig):
    name = "dormitories"
