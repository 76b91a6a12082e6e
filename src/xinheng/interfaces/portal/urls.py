"""Addresses of the public portal. Each answers GET and HEAD alone and needs no sign-in."""

from django.urls import path, register_converter

from xinheng.interfaces.portal import (
    about,
    arrears,
    articles,
    catalogue,
    commitments,
    complaints,
    draws,
    grades,
    home,
    inspection_results,
    inspections,
    listings,
    measure_cases,
    measures,
    open_tables,
    open_tables_changes,
    publication,
    search,
    subjects,
    subjects_json,
    substitutes,
)
from xinheng.interfaces.portal.surfaces import SURFACES as SURFACES


class PublicId:
    """A random identifier; anything else is no page."""

    regex = "[a-z2-7]{16}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CreditCode(PublicId):
    """A unified social credit code, in either case."""

    regex = "[0-9A-Za-z]{18}"


class Number:
    """A number that the database can hold."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(PublicId, "public")
register_converter(CreditCode, "credit")
register_converter(Number, "number")

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("search.json", search.search_json, name="search_json"),
    path("subject/<public:public_id>", subjects.subject, name="subject"),
    path("subject/<public:public_id>.json", subjects_json.subject_json, name="subject_json"),
    path("subject/<public:public_id>/grade/<public:run>", grades.grade, name="grade"),
    path("code/<credit:code>", subjects.by_code, name="by_code"),
    path("acts", publication.acts, name="acts"),
    path("acts.csv", publication.acts_csv, name="acts_csv"),
    path("act/<number:number>", publication.act, name="act"),
    path("complaints", complaints.complaints, name="complaints"),
    path("commitments", commitments.commitments, name="commitments"),
    path("commitments/lists", commitments.promise_lists, name="promise_lists"),
    path("commitments/lists/<slug:key>", commitments.promise_list, name="promise_list"),
    path("commitments/lists/<slug:key>/<slug:item>", commitments.promise_item, name="promise_item"),
    path("lists", listings.lists, name="lists"),
    path("lists/<slug:key>", listings.list_of, name="list"),
    path("lists/release/<public:public_id>", listings.release, name="list_release"),
    path("inspections/results", inspection_results.inspection_results, name="inspection_results"),
    path("inspections/results.csv", inspection_results.inspection_results_csv, name="inspection_results_csv"),
    path("draws", draws.draws, name="draws"),
    path("draws/verify", draws.draw_verify, name="draw_verify"),
    path("draw/<public:public_id>", draws.draw, name="draw"),
    path("draw/<public:public_id>/record.json", draws.record, name="record"),
    path("draw/<public:public_id>/substitutes.json", substitutes.substitutes, name="substitutes"),
    path("announcement/<public:public_id>", draws.announcement, name="announcement"),
    path("about", about.about, name="about"),
    path("catalogue", catalogue.catalogue, name="catalogue"),
    path("catalogue.json", catalogue.catalogue_json, name="catalogue_json"),
    path("catalogue.csv", catalogue.catalogue_csv, name="catalogue_csv"),
    path("catalogue.xlsx", catalogue.catalogue_xlsx, name="catalogue_xlsx"),
    path("inspections/matters", inspections.matters, name="matters"),
    path("inspections/matters.csv", inspections.matters_csv, name="matters_csv"),
    path("inspections/ceilings", inspections.ceilings, name="ceilings"),
    path("inspections/plans", inspections.plans, name="inspection_plans"),
    path("inspections/grading", inspections.grading, name="grading"),
    path("inspections/classification", inspections.classification, name="classification"),
    path("measures", measures.measures, name="measures"),
    path("measures/cases", measure_cases.measure_cases, name="measure_cases"),
    path("measures.json", measures.measures_json, name="measures_json"),
    path("open-data", open_tables.open_data, name="open_data"),
    path("open-data/changes", open_tables_changes.open_data_changes, name="open_data_changes"),
    path("open-data/manifest.json", open_tables.manifest, name="open_data_manifest"),
    path("open-data/<slug:day>/manifest.json", open_tables.manifest_of_day, name="open_data_day"),
    path("open-data/newest/<str:name>", open_tables.open_data_newest, name="open_data_newest"),
    path("open-data/<public:public_id>/<str:name>", open_tables.open_data_file, name="open_data_file"),
    path("arrears", arrears.arrears, name="arrears"),
    path("articles", articles.articles, name="articles"),
    path("articles/<public:public_id>", articles.article, name="article"),
    path("rules", about.rules, name="rules"),
    path("manifest.webmanifest", home.manifest, name="manifest"),
    path("robots.txt", home.robots, name="robots"),
    path("health", home.health, name="health"),
]
