from django.urls import path

from sms import phones

app_name = "phones"
urlpatterns = [
    path("", phones.phones, name="all"),
    path("new/", phones.write_from_new, name="write-from-new"),
    path("<uuid:number_id>/", phones.handset, name="handset"),
    path("<uuid:number_id>/write/", phones.write, name="write"),
]
