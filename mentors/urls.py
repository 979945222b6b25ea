from django.urls import path

from mentors import views

app_name = "mentors"
urlpatterns = [
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/new/", views.new_referral, name="new-referral"),
    path("referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/offer/", views.offer, name="offer"),
    path("referrals/<uuid:referral_id>/keep-apart/", views.keep_apart, name="keep-apart"),
    path("people/", views.people, name="people"),
    path("pairings/<uuid:pairing_id>/refer-again/", views.refer_again, name="refer-again"),
    path("pairings/<uuid:pairing_id>/end/", views.end_pairing, name="end-pairing"),
]
