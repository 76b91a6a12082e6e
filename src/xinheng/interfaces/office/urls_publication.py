"""The addresses of the office for publication: acts, what goes upwards, articles, arrears of bodies."""

from django.urls import URLPattern, path

from xinheng.interfaces.office import acts, arrears, article_files, articles, up_reports

urlpatterns: list[URLPattern] = [
    path("acts/", acts.acts, name="acts"),
    path("arrears/", arrears.arrears, name="arrears"),
    path("arrears/propose/<int:key>/", arrears.propose, name="propose_arrears"),
    path("arrears/<slug:notice>/", arrears.arrears_notice, name="arrears_notice"),
    path("articles/", articles.articles, name="articles"),
    path("articles/new/", articles.new_article, name="new_article"),
    path("articles/<slug:article>/", articles.article, name="article"),
    path("articles/<slug:article>/edit/", articles.edit_article, name="edit_article"),
    path(
        "articles/<slug:article>/<int:version>/files/",
        article_files.add_article_file,
        name="add_article_file",
    ),
    path(
        "articles/<slug:article>/<int:version>/files/<slug:file>/",
        article_files.article_file,
        name="article_file",
    ),
    path(
        "articles/<slug:article>/<int:version>/files/<slug:file>/remove/",
        article_files.remove_article_file,
        name="remove_article_file",
    ),
    path("articles/<slug:article>/<int:version>/release/", articles.release, name="release_article"),
    path("articles/<slug:article>/<int:version>/withdraw/", articles.withdraw, name="withdraw_article"),
    path("up/", up_reports.up_reports, name="up_reports"),
    path("up/make/", up_reports.make_up_reports, name="make_up_reports"),
    path("up/<slug:report>/", up_reports.up_report, name="up_report"),
    path("up/<slug:report>/file/", up_reports.up_report_file, name="up_report_file"),
    path("up/rows/<int:row>/again/", up_reports.again, name="report_again"),
]
