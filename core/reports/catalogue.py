"""Every report of the box by its name, in the order in which they are listed."""

from __future__ import annotations

from typing import Any

from core.reports.abandoned import REPORT as ABANDONED
from core.reports.agents import AGENTS, RANKING
from core.reports.flows import EXITS, FLOWS
from core.reports.pattern import REPORT as PATTERN
from core.reports.queues import REPORT as QUEUES
from core.reports.reasons import REPORT as REASONS
from core.reports.report import Report
from core.reports.trunks import REPORT as TRUNKS

REPORTS: dict[str, Report[Any]] = {
    report.name: report for report in (QUEUES, ABANDONED, PATTERN, AGENTS, REASONS, RANKING, TRUNKS, FLOWS, EXITS)
}
