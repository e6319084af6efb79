"""Signing in and out. Names are those of allauth, which looks its own addresses up by them; all other pages of
allauth (signing up, resetting by mail, several addresses) have no address here and so answer nobody."""

from django.urls import path

from sluis.desk.views import sign_in

urlpatterns = [
    path("inloggen/", sign_in.SignIn.as_view(), name="account_login"),
    path("inloggen/organisatie/", sign_in.to_provider, name="oidc_login"),
    path("inloggen/organisatie/terug/", sign_in.from_provider, name="oidc_callback"),
    path("uitgelogd/", sign_in.signed_out, name="account_signed_out"),
    path("uitloggen/", sign_in.SignOut.as_view(), name="account_logout"),
    path("account-gesloten/", sign_in.closed, name="account_inactive"),
    path("wachtwoord/", sign_in.ChangePassword.as_view(), name="account_change_password"),
]
