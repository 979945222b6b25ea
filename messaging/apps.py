from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self) -> None:
        from mentors import hooks as mentors_hooks
        from messaging import (  # noqa: F401  (two register themselves)
            appointments,
            asking_again,
            checks,
            danger,
            inbound,
            later,
            pairings,
            tasks,
            texting,
            trouble,
            verifying,
        )
        from sms import hooks as sms_hooks

        sms_hooks.words_arrived.register(danger.heed_text)
        sms_hooks.words_stuck.register(danger.raise_for_stuck)
        sms_hooks.words_received.register(inbound.receive)
        sms_hooks.unknown_kept.register(inbound.tell_of_stranger)
        sms_hooks.opt_changed.register(inbound.note_opt_change)
        sms_hooks.texts_changed.register(texting.follow)
        sms_hooks.texts_changed.register(trouble.tell_pages)
        sms_hooks.person_needed.register(trouble.call_person)
        sms_hooks.sending_stopped.register(trouble.alert_everywhere)
        sms_hooks.sending_goes_on.register(trouble.tell_everywhere)
        sms_hooks.may_it_go.register(asking_again.may_it_go)
        sms_hooks.may_it_go.register(appointments.may_it_go)
        sms_hooks.may_it_go.register(verifying.may_it_go)
        mentors_hooks.number_to_check.register(verifying.ask)
        mentors_hooks.texts_moved.register(verifying.move_texts)
        mentors_hooks.pairing_offered.register(pairings.ask_participant)
        mentors_hooks.pairing_declined.register(pairings.forget_offer)
        mentors_hooks.pairing_started.register(pairings.open_conversation)
        mentors_hooks.pairing_ended.register(pairings.close_conversation)
        mentors_hooks.pairing_ended.register(later.call_off)
        mentors_hooks.pairing_ended.register(appointments.call_off)
