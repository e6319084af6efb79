from django.urls import path

from sluis.web import views

app_name = "web"
urlpatterns = [path("_components", views.components, name="components")]
