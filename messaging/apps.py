from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from mentors import hooks as mentors_hooks
        from messaging import checks, inbound, pairings, tasks, texting, threads  # noqa: F401  (checks and tasks register themselves)
        from sms import hooks as sms_hooks

        sms_hooks.words_received.register(inbound.receive)
        sms_hooks.opt_changed.register(inbound.note_opt_change)
        sms_hooks.text_changed.register(texting.follow)
        sms_hooks.reason_to_hold.register(texting.reason_to_hold)
        mentors_hooks.pairing_offered.register(pairings.ask_participant)
        mentors_hooks.pairing_declined.register(pairings.forget_offer)
        mentors_hooks.pairing_started.register(pairings.open_conversation)
        mentors_hooks.pairing_ended.register(pairings.close_conversation)
