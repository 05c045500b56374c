"""The acceptance record on paper: A4, one font for English and Chinese, places for signatures.

Chinese needs WenQuanYi Micro Hei (Debian: fonts-wqy-microhei). Without it the sheet is printed all the same, in the
PDF's own Helvetica: what that cannot show is left as a question mark, so the texts should then be English.
"""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from core.texts import _
from firmware.setup.record import Sheet, signatures

FONT = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
LEFT_MM, RIGHT_MM, ROW_MM = 38.0, 140.0, 5.0
GREY, GREEN, RED, BLACK = (110, 110, 110), (0, 110, 50), (180, 0, 0), (0, 0, 0)
_COLOURS = {"PASS": GREEN, "FAIL": RED, "ABORT": RED}


class Paper(FPDF):
    """font: a file; where it is not there, Helvetica."""

    def __init__(self, font: Path) -> None:
        super().__init__(format="A4")
        self.whole = font.is_file()
        if self.whole:
            self.add_font("text", "", font)
        self.set_auto_page_break(True, 18)
        self.set_margins(16, 16)

    def put(self, size: float, colour: tuple[int, int, int] = BLACK) -> None:
        self.set_font("text" if self.whole else "helvetica", size=size)
        self.set_text_color(*colour)

    def words(self, text: str) -> str:
        return text if self.whole else text.encode("latin-1", "replace").decode("latin-1")

    def footer(self) -> None:
        self.set_y(-12)
        self.put(8, GREY)
        page = _("page {page}").format(page=self.page_no())
        self.cell(0, 5, self.words(page), align="C")


def print_sheet(sheet: Sheet, path: Path, font: Path = FONT) -> None:
    """OSError: the disk does not take it."""
    paper = Paper(font)
    paper.set_title(sheet.title)
    paper.set_creator("Strowger")
    paper.add_page()
    paper.put(18)
    paper.cell(0, 10, paper.words(sheet.title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.put(9, GREY)
    paper.cell(0, 6, paper.words(sheet.made.strftime("%Y-%m-%d %H:%M %Z")), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for section in sheet.sections:
        paper.ln(3)
        paper.put(12)
        paper.cell(0, 7, paper.words(section.title), border="B", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(1)
        for name, value in section.rows:
            _row(paper, name, value)
    paper.ln(4)
    paper.put(11, RED if sheet.wanting else GREEN)
    paper.multi_cell(0, 6, paper.words(sheet.verdict), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.put(10)
    for line in signatures():
        paper.ln(8)
        paper.cell(0, 6, paper.words(line), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.output(str(path))


def _row(paper: Paper, name: str, value: str) -> None:
    """A row does not break over two pages."""
    paper.put(9)
    height = paper.multi_cell(RIGHT_MM, ROW_MM, paper.words(value), dry_run=True, output="HEIGHT")
    if paper.get_y() + height > paper.page_break_trigger:  # type: ignore[operator]
        paper.add_page()
    paper.put(9, _COLOURS.get(name, GREY))
    top = paper.get_y()
    paper.multi_cell(LEFT_MM, ROW_MM, paper.words(name), align="L")
    paper.set_xy(paper.l_margin + LEFT_MM, top)
    paper.put(9)
    paper.multi_cell(RIGHT_MM, ROW_MM, paper.words(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
