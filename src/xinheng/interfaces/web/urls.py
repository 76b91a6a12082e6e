"""The gallery of components, for review; mounted in a demonstration only."""

from django.urls import path

from xinheng.interfaces.web.gallery import gallery, letter, office, page

app_name = "gallery"
urlpatterns = [
    path("", gallery, name="gallery"),
    path("office/", office, name="office"),
    path("letter/", letter, name="letter"),
    path("page/<slug:name>/", page, name="page"),
]
