"""Routes of the counter: what the public does and not only reads."""

from django.urls import path

from xinheng.interfaces.counter import (
    campaigns,
    case_lookup,
    commitments,
    consents,
    measures,
    objections,
    objections_misuse,
    papers,
    repairs,
    reports,
    reports_verify,
    space_entry,
    space_pages,
    visits,
)
from xinheng.interfaces.counter.surfaces import SURFACES as SURFACES

app_name = "counter"
urlpatterns = [
    path("cases", case_lookup.cases, name="cases"),
    path("visit/", visits.visit_codes, name="visit_codes"),
    path("visit/<slug:code>", visits.visit_code, name="visit_code"),
    path("misuse", objections_misuse.misuse, name="misuse"),
    path("verify", reports_verify.verify_reports, name="verify_reports"),
    path("verify/certificates.pem", reports_verify.report_certificates, name="report_certificates"),
    path("verify/<slug:number>", reports_verify.verify_report, name="verify_report"),
    path("report/of/<slug:subject>", reports.public_report, name="public_report"),
    path("report/<slug:number>", reports.public_report_made, name="public_report_made"),
    path("report/<slug:number>/pdf", reports.public_report_pdf, name="public_report_pdf"),
    path("report/<slug:number>/json", reports.public_report_json, name="public_report_json"),
    path("own/", space_pages.home, name="own"),
    path("own/sign-in/", space_entry.sign_in_page, name="sign_in"),
    path("own/sign-out/", space_entry.sign_out, name="sign_out"),
    path("own/activate/", space_entry.activate_page, name="activate"),
    path("own/<str:subject>/", space_pages.own_file, name="own_file"),
    path("own/<str:subject>/notices/", space_pages.own_notices, name="own_notices"),
    path("own/<str:subject>/notices/<str:notice>/", space_pages.own_notice, name="own_notice"),
    path("own/<str:subject>/repairs/", repairs.own_repairs, name="own_repairs"),
    path("own/<str:subject>/repairs/<int:key>/", repairs.own_repair, name="own_repair"),
    path("own/<str:subject>/repairs/<int:key>/sheet/", repairs.own_repair_sheet, name="own_repair_sheet"),
    path("own/<str:subject>/repairs/<slug:number>/", repairs.own_repair_case, name="own_repair_case"),
    path("own/<str:subject>/objections/", objections.own_objection, name="own_objection"),
    path("own/<str:subject>/cases/", objections.own_cases, name="own_cases"),
    path("own/<str:subject>/cases/<slug:number>/", objections.own_case, name="own_case"),
    path("own/<str:subject>/cases/<slug:number>/papers/", papers.own_papers, name="own_papers"),
    path(
        "own/<str:subject>/cases/<slug:number>/papers/<slug:paper>/",
        papers.own_papers_file,
        name="own_papers_file",
    ),
    path(
        "own/<str:subject>/commitments/of/<slug:number>/papers/",
        papers.own_commitment_papers,
        name="own_commitment_papers",
    ),
    path(
        "own/<str:subject>/commitments/of/<slug:number>/papers/<slug:paper>/",
        papers.own_commitment_papers_file,
        name="own_commitment_papers_file",
    ),
    path("own/<str:subject>/commitments/", commitments.own_commitments, name="own_commitments"),
    path("own/<str:subject>/commitments/new/", commitments.new_own_commitment, name="new_own_commitment"),
    path(
        "own/<str:subject>/commitments/<slug:commitment>/", commitments.own_commitment, name="own_commitment"
    ),
    path("own/<str:subject>/consents/", consents.own_consents, name="own_consents"),
    path("own/<str:subject>/consents/new/", consents.new_own_consent, name="new_own_consent"),
    path("own/<str:subject>/consents/<slug:consent>/", consents.own_consent, name="own_consent"),
    path("own/<str:subject>/measures/", measures.own_measures, name="own_measures"),
    path("own/<str:subject>/campaigns/", campaigns.own_campaigns, name="own_campaigns"),
    path("own/<str:subject>/visits/", visits.own_visits, name="own_visits"),
    path("own/<str:subject>/visits/<slug:number>/", visits.own_visit, name="own_visit"),
    path("own/<str:subject>/reports/", reports.own_reports, name="own_reports"),
    path("own/<str:subject>/reports/<slug:number>/", reports.own_report, name="own_report"),
    path("own/<str:subject>/reports/<slug:number>/pdf/", reports.own_report_pdf, name="own_report_pdf"),
    path("own/<str:subject>/reports/<slug:number>/json/", reports.own_report_json, name="own_report_json"),
    path("own/<str:subject>/readings/", space_pages.own_readings, name="own_readings"),
]
