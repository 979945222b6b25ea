from django.urls import path

from safeguarding import views

app_name = "safeguarding"
urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/", views.alert, name="alert"),
    path("alerts/<uuid:alert_id>/take/", views.take, name="take"),
    path("alerts/<uuid:alert_id>/close/", views.close, name="close"),
]
