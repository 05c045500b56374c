"""Every report of the box by its name, in the order in which they are listed."""

from __future__ import annotations

from typing import Any

from core.reports.agents import AGENTS, RANKING
from core.reports.queues import REPORT as QUEUES
from core.reports.report import Report

REPORTS: dict[str, Report[Any]] = {report.name: report for report in (QUEUES, AGENTS, RANKING)}
