from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-in/staff/", views.staff, name="staff"),
    path("sign-in/staff/code/", views.staff_code, name="staff-code"),
    path("sign-in/set-up/", views.set_up, name="set-up"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("leave/", views.leave, name="leave"),
    path("left/", views.left, name="left"),
]
