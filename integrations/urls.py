"""Technology Partners."""

from django.urls import path

from .views import partners

app_name = "integrations"
urlpatterns = [
    path("", partners.index, name="partners"),
    path("<slug:key>/", partners.detail, name="partner"),
]
