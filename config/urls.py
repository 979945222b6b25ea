"""Every address. Each view declares its audience (core.policies); what is not ours is declared here."""

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts import views as accounts_views
from core import views as core_views
from core.policies import Audience, open_module_to

open_module_to("wagtail", Audience.EDITOR)
open_module_to("django.views.i18n", Audience.EDITOR)
open_module_to("wagtail.views", Audience.ANYONE)

urlpatterns = [
    path("healthz", core_views.healthz, name="healthz"),
    path("readyz", core_views.readyz, name="readyz"),
    path("robots.txt", core_views.robots, name="robots"),
    path("sms/", include("sms.urls")),
    path("", include("accounts.urls")),
    path("", include("messaging.urls")),
    path("lead/", include("mentors.urls")),
    path("lead/", include("safeguarding.urls")),
    # Wagtail's own would sign out without a word in the audit trail, and leave sockets open.
    path("cms/logout/", accounts_views.sign_out, name="cms-sign-out"),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
]
if settings.PHONES:
    urlpatterns.append(path("phones/", include("sms.phones_urls")))
# Stories and the home page: last, for they catch all that is left.
urlpatterns.append(path("", include(wagtail_urls)))
