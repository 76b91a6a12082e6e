"""The kinds of policy file there are: name, schema, the levels that may have it, what an overlay may not do."""

from typing import Any

from xinheng.core import (
    catalogue,
    commitments,
    fault_grounds,
    inspection_matters,
    lists,
    measures,
    open_tables_rules,
    publication,
    quality,
    repair_rules,
    report_rules,
)
from xinheng.core.articles import ArticleRules
from xinheng.core.catalogue import Catalogue
from xinheng.core.commitments import Commitments
from xinheng.core.deadlines import Deadlines
from xinheng.core.fault_grounds import RectificationRules
from xinheng.core.inspection_matters import InspectionMatters
from xinheng.core.lists import Lists
from xinheng.core.measures import Measures
from xinheng.core.open_tables_rules import OpenDataRules
from xinheng.core.organisations import Agencies, CityFile, Sectors
from xinheng.core.parameters import Level
from xinheng.core.policy_file import PolicyModel
from xinheng.core.policy_layers import Subject
from xinheng.core.publication import Acts, SeriousnessRules
from xinheng.core.quality import Quality
from xinheng.core.repair_rules import RepairRules
from xinheng.core.report_rules import ReportRules


class ParametersOnly(PolicyModel):
    """A subject file that holds nothing but parameters."""


SECTORS = Subject("sectors", Sectors, last=Level.NATION)
CATALOGUE = Subject("catalogue", Catalogue, catalogue.forbidden_changes)
ACTS = Subject("acts", Acts, publication.forbidden_act_changes)
SERIOUSNESS = Subject("seriousness", SeriousnessRules, publication.forbidden_seriousness_changes)
LISTS = Subject("lists", Lists, lists.forbidden_changes)
MEASURES = Subject("measures", Measures, measures.forbidden_changes)
COMMITMENTS = Subject("commitments", Commitments, commitments.forbidden_changes)
QUALITY = Subject("quality", Quality, quality.forbidden_changes)
REPAIR = Subject("repair", RepairRules, repair_rules.forbidden_changes)
REPORTS = Subject("reports", ReportRules, report_rules.forbidden_changes)
RECTIFICATION = Subject("rectification", RectificationRules, fault_grounds.forbidden_changes)
OPEN_DATA = Subject("open_data", OpenDataRules, open_tables_rules.forbidden_changes)
ARTICLES = Subject("articles", ArticleRules)
MATTERS = Subject("inspection_matters", InspectionMatters, inspection_matters.forbidden_changes)
DEADLINES = Subject("deadlines", Deadlines, optional=True)
CITY = Subject("city", CityFile, first=Level.CITY)
AGENCIES = Subject("agencies", Agencies, first=Level.CITY)
FIGURES = tuple(
    Subject(name, ParametersOnly)
    for name in (
        "attachments",
        "casework",
        "complaints",
        "evaluation",
        "inspections",
        "letters",
        "objections",
        "retention",
    )
)
GRADING = "grading"

_SUBJECTS: tuple[Subject[Any], ...] = (
    SECTORS,
    CATALOGUE,
    ACTS,
    SERIOUSNESS,
    LISTS,
    MEASURES,
    COMMITMENTS,
    QUALITY,
    REPAIR,
    REPORTS,
    RECTIFICATION,
    OPEN_DATA,
    ARTICLES,
    MATTERS,
    DEADLINES,
    CITY,
    AGENCIES,
    *FIGURES,
)


def file_names(level: Level) -> tuple[str, ...]:
    """Names of the files a level may have."""
    names = [subject.name for subject in _SUBJECTS if subject.at(level)]
    return tuple(names if level is Level.PROVINCE else [*names, GRADING])
