"""The Django admin as a whole: its name, and what stays out of it.

django-q2 keeps nothing that anybody needs to read there, and its failures would be shown with their arguments;
allauth's addresses double those of the accounts, its other tables hold secrets.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django_q.models import Failure, OrmQ, Schedule, Success

admin.site.site_header = admin.site.site_title = "Audience Sync: staff pages"
admin.site.index_title = "What the installation holds"

for model in (Failure, OrmQ, Schedule, Success, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
