from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"

    def ready(self) -> None:
        from mentors.handsets import describe
        from sms.hooks import describe_handset

        describe_handset.register(describe)
