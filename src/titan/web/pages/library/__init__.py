"""The library: what is taught, by whom and where, and what is asked of whom."""

from titan.web.pages.library import areas, companies, courses, extensions, methods, roles, trainers, venues

urlpatterns = [
    *courses.urlpatterns,
    *trainers.urlpatterns,
    *roles.urlpatterns,
    *areas.urlpatterns,
    *venues.urlpatterns,
    *companies.urlpatterns,
    *methods.urlpatterns,
    *extensions.urlpatterns,
]
