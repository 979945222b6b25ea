from django.urls import path

from sms import views

app_name = "sms"
urlpatterns = [
    path("inbound/", views.inbound, name="inbound"),
    path("status/<uuid:attempt_id>/", views.status, name="status"),
]
