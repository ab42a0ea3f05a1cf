"""The addresses of the portal, without trailing slashes; Django's admin keeps its own."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from customer360 import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.find, name="search"),
    path("accounts/<str:account_id>", views.account, name="account"),
    path("customers/<str:person_id>", views.customer, name="customer"),
    path("premises/<str:premise_id>", views.premise, name="premise"),
    path("service-agreements/<str:service_agreement_id>", views.service_agreement, name="service-agreement"),
    path("", include("sync.urls")),
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("health", views.health, name="health"),
    path("admin/", admin.site.urls),
]
