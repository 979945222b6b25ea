from django.urls import path

from messaging import appointment_views, desk, later_views, texts_page, views, web_check_in

app_name = "messaging"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/offers/<uuid:pairing_id>/", views.answer_offer, name="answer-offer"),
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/since/<int:number>/", views.since, name="since"),
    path("conversations/<uuid:conversation_id>/person/", views.person, name="person"),
    path("conversations/<uuid:conversation_id>/plan/", views.plan, name="plan"),
    path("conversations/<uuid:conversation_id>/plan/again/", views.plan_again, name="plan-again"),
    path("conversations/<uuid:conversation_id>/check-in/", views.check_in_now, name="check-in-now"),
    path("conversations/<uuid:conversation_id>/stories/", views.stories, name="stories"),
    path("conversations/<uuid:conversation_id>/later/", later_views.write_later, name="later"),
    path("conversations/<uuid:conversation_id>/later/<uuid:later_id>/", later_views.change_later, name="change-later"),
    path(
        "conversations/<uuid:conversation_id>/later/<uuid:later_id>/now/",
        later_views.send_later_now,
        name="send-later-now",
    ),
    path(
        "conversations/<uuid:conversation_id>/later/<uuid:later_id>/back/",
        later_views.take_back_later,
        name="take-back-later",
    ),
    path("conversations/<uuid:conversation_id>/appointments/", appointment_views.add, name="add-appointment"),
    path(
        "conversations/<uuid:conversation_id>/appointments/<uuid:appointment_id>/",
        appointment_views.change,
        name="change-appointment",
    ),
    path(
        "conversations/<uuid:conversation_id>/appointments/<uuid:appointment_id>/cancel/",
        appointment_views.cancel,
        name="cancel-appointment",
    ),
    path("check-in/<slug:token>/", web_check_in.check_in, name="web-check-in"),
    path("check-in/<slug:token>/sent/", web_check_in.sent, name="web-check-in-sent"),
    path("lead/", desk.desk, name="desk"),
    path("lead/pairings/<uuid:pairing_id>/", desk.pairing, name="pairing"),
    path("lead/pairings/<uuid:pairing_id>/plan/", desk.plan, name="pairing-plan"),
    path("lead/pairings/<uuid:pairing_id>/plan/again/", desk.plan_again, name="pairing-plan-again"),
    path("lead/pairings/<uuid:pairing_id>/check-in/", desk.check_in_now, name="pairing-check-in"),
    path("lead/pairings/<uuid:pairing_id>/appointments/", appointment_views.lead_add, name="pairing-add-appointment"),
    path(
        "lead/pairings/<uuid:pairing_id>/appointments/<uuid:appointment_id>/",
        appointment_views.lead_change,
        name="pairing-change-appointment",
    ),
    path(
        "lead/pairings/<uuid:pairing_id>/appointments/<uuid:appointment_id>/cancel/",
        appointment_views.lead_cancel,
        name="pairing-cancel-appointment",
    ),
    path("lead/unknown-texts/<uuid:text_id>/", desk.unknown_text, name="unknown-text"),
    path("lead/texts/", texts_page.texts, name="texts"),
    path("lead/texts/pause/", texts_page.pause, name="pause-texts"),
    path("lead/texts/go-on/", texts_page.go_on, name="go-on-texts"),
    path("lead/texts/try-account/", texts_page.try_account, name="try-account"),
    path("lead/texts/<uuid:text_id>/", texts_page.text, name="text"),
    path("lead/texts/<uuid:text_id>/settle/", texts_page.settle, name="settle-text"),
    path("lead/texts/<uuid:text_id>/again/", texts_page.again, name="send-text-again"),
]
