from django.urls import path

from mentors import people, views

app_name = "mentors"
urlpatterns = [
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/new/", views.new_referral, name="new-referral"),
    path("referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/offer/", views.offer, name="offer"),
    path("referrals/<uuid:referral_id>/keep-apart/", views.keep_apart, name="keep-apart"),
    path("people/", views.people, name="people"),
    path("people/<uuid:participant_id>/", people.person, name="person"),
    path("people/<uuid:participant_id>/numbers/", people.add_number, name="add-number"),
    path("people/<uuid:participant_id>/numbers/<uuid:contact_id>/check/", people.check, name="check-number"),
    path("people/<uuid:participant_id>/numbers/<uuid:contact_id>/use/", people.use, name="use-number"),
    path("people/<uuid:participant_id>/numbers/<uuid:contact_id>/take-away/", people.take_away, name="take-number"),
    path("pairings/<uuid:pairing_id>/refer-again/", views.refer_again, name="refer-again"),
    path("pairings/<uuid:pairing_id>/end/", views.end_pairing, name="end-pairing"),
]
