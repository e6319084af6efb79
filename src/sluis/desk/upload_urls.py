"""Uploads in pieces: for programs, so outside the languages of the pages (Accept-Language must not move an address)."""

from django.urls import path

from sluis.desk.views import tus

urlpatterns = [
    path("desk/uploads", tus.collection, name="desk-uploads"),
    path("desk/uploads/<uuid:upload_id>", tus.item, name="desk-upload"),
]
