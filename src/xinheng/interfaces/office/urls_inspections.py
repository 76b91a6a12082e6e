"""The addresses of the office for checks of enterprises: inspectors, matters, plans, draws and visits."""

from django.urls import URLPattern, path

from xinheng.interfaces.office import (
    case_checks,
    classifications,
    draws,
    inspectors,
    matters,
    plans,
    unrated,
    visits,
)

urlpatterns: list[URLPattern] = [
    path("inspectors/", inspectors.inspectors, name="inspectors"),
    path("inspectors/new/", inspectors.new_inspector, name="new_inspector"),
    path("inspectors/<int:inspector>/", inspectors.inspector, name="inspector"),
    path("inspectors/<int:inspector>/end/", inspectors.end_inspector, name="end_inspector"),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.new_plan, name="new_plan"),
    path("plans/case/new/", case_checks.new_case_check, name="new_case_check"),
    path("plans/<slug:plan>/", plans.plan, name="plan"),
    path("plans/<slug:plan>/file/", plans.file, name="file_plan"),
    path("plans/<slug:plan>/unrated/", unrated.unrated, name="unrated"),
    path("plans/<slug:plan>/begin/", case_checks.begin, name="begin_check"),
    path("classifications/", classifications.classifications, name="classifications"),
    path("classifications/new/", classifications.classify, name="classify"),
    path(
        "classifications/<int:number>/publish/",
        classifications.publish_classification,
        name="publish_classification",
    ),
    path("case-checks/", case_checks.case_checks, name="case_checks"),
    path("case-checks/notices/<int:notice>/", case_checks.note_taken, name="oversight_seen"),
    path("inspection-matters/", matters.matters, name="inspection_matters"),
    path("plans/<slug:plan>/edit/", plans.edit_plan, name="edit_plan"),
    path("plans/<slug:plan>/approve/", plans.approve, name="approve_plan"),
    path("plans/<slug:plan>/return/", plans.send_back, name="return_plan"),
    path("plans/<slug:plan>/commit/", plans.commit, name="commit"),
    path("plans/<slug:plan>/announce/", plans.announce, name="announce_draw"),
    path("plans/<slug:plan>/draw/", plans.draw_plan, name="draw_plan"),
    path("draws/<slug:draw>/", draws.draw, name="draw"),
    path("draws/<slug:draw>/visits/", visits.send_draw, name="send_draw"),
    path("visits/", visits.visits, name="visits"),
    path("visits/lead/<slug:plan>/", visits.send_lead, name="send_lead"),
    path("plans/<slug:plan>/visits/", visits.visit_figures, name="visit_figures"),
    path("draws/<slug:draw>/record.json", draws.draw_file, name="draw_file"),
]
