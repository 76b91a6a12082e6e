"""The addresses of the office. Every one names its verb (access.asks); a test walks them all."""

from django.urls import path

from xinheng.interfaces.office import (
    batches,
    desk,
    grades,
    quarantine,
    records,
    subjects,
    uploads,
)

app_name = "office"
urlpatterns = [
    path("", desk.start, name="start"),
    path("desk/", desk.desk, name="desk"),
    path("upload/", uploads.upload, name="upload"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<slug:batch>/", batches.batch, name="batch"),
    path("batches/<slug:batch>/preview/", uploads.preview_page, name="preview"),
    path("batches/<slug:batch>/confirm/", uploads.confirm_batch, name="confirm_batch"),
    path("batches/<slug:batch>/cancel/", batches.cancel_batch, name="cancel_batch"),
    path("batches/<slug:batch>/again/", uploads.read_again_page, name="read_again"),
    path("batches/<slug:batch>/receipt/", uploads.receipt, name="receipt"),
    path("batches/<slug:batch>/workbook/", batches.workbook, name="workbook"),
    path("batches/<slug:batch>/publish/", batches.publish, name="publish_batch"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<int:row>/", quarantine.quarantined, name="quarantined"),
    path("quarantine/<int:row>/decide/", quarantine.decide, name="decide_row"),
    path("subjects/", subjects.subjects, name="subjects"),
    path("subjects/<slug:subject>/", subjects.subject, name="subject"),
    path("subjects/<slug:subject>/records/<int:key>/", records.record, name="record"),
    path("subjects/<slug:subject>/records/<int:key>/change/", records.change_record, name="change_record"),
    path("subjects/<slug:subject>/grade/<path:model>/", grades.grade, name="grade"),
]
