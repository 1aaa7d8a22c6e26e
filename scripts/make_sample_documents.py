#!/usr/bin/env python3
"""Lays the texts of tests/sample/sources/*.md out as PDF and DOCX files in tests/sample/documents/.

A source is a header between two `---` lines (`key: value`) and a body: `#` and `##` headings, one paragraph a line,
`Table: caption` followed by `| cell | cell |` rows. The header's `layout` (article, thesis, report, patent) chooses the
page design, `output` the format. Two runs give the same bytes: dates and ids are fixed.

Needs: pip install reportlab==5.1.0 python-docx==1.2.0, and the DejaVu fonts (Debian: fonts-dejavu-core,
fonts-dejavu-extra).
"""

import argparse
import datetime
import io
import pathlib
import re
import sys
import zipfile
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "sample"
FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")
FACES = {
    "Serif": "DejaVuSerifCondensed.ttf",
    "Serif-Bold": "DejaVuSerifCondensed-Bold.ttf",
    "Serif-Italic": "DejaVuSerifCondensed-Italic.ttf",
}
# Every file carries this date; the real one would make each run differ.
FIXED = datetime.datetime(2025, 1, 1)
DOCX_FONT = "DejaVu Serif"
LABELS = {
    "vi": ("TÓM TẮT", "Từ khóa"),
    "en": ("ABSTRACT", "Keywords"),
}


class Source:
    """One text: its header and its blocks (`kind`, `content`)."""

    def __init__(self, path):
        head, body = path.read_text(encoding="utf-8").split("---\n", 2)[1:]
        self.name = path.stem
        self.head = dict(line.split(": ", 1) for line in head.splitlines() if line)
        self.blocks = list(parse_blocks(body.splitlines()))

    def get(self, key):
        return self.head.get(key, "")

    def languages(self):
        """The languages of the abstracts, the document's own first."""
        order = ("en", "vi") if self.get("language") == "en" else ("vi", "en")
        return [lang for lang in order if self.get("abstract_" + lang)]


def parse_blocks(lines):
    rows = []
    for line in lines:
        if rows and not line.startswith("|"):
            yield "table", rows
            rows = []
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line.startswith("## "):
            yield "h2", line[3:]
        elif line.startswith("# "):
            yield "h1", line[2:]
        elif line.startswith("Table: "):
            yield "caption", line[7:]
        elif line == "<<page>>":
            yield "page", ""
        elif line.strip():
            yield "p", line
    if rows:
        yield "table", rows


# PDF ------------------------------------------------------------------------


def register_fonts(folder):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in FACES.items():
        if not (folder / file).is_file():
            sys.exit(f"font `{folder / file}` is missing; install fonts-dejavu-core and fonts-dejavu-extra")
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily("Serif", normal="Serif", bold="Serif-Bold", italic="Serif-Italic", boldItalic="Serif-Bold")


def pdf_styles():
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle

    def style(name, size, font="Serif", **more):
        return ParagraphStyle(name, fontName=font, fontSize=size, leading=size * 1.28, **more)

    return {
        "title": style("title", 14, "Serif-Bold", alignment=TA_CENTER, spaceAfter=5),
        "title2": style("title2", 10.5, "Serif-Bold", alignment=TA_CENTER, spaceBefore=8, spaceAfter=5),
        "authors": style("authors", 10, alignment=TA_CENTER, spaceAfter=2),
        "small": style("small", 8, "Serif-Italic", alignment=TA_CENTER, spaceAfter=5),
        "abstract": style("abstract", 9.2, alignment=TA_JUSTIFY, leftIndent=18, rightIndent=18, spaceAfter=3),
        "h1": style("h1", 11, "Serif-Bold", spaceBefore=6, spaceAfter=3, keepWithNext=1),
        "h2": style("h2", 11, "Serif-Italic", spaceBefore=4, spaceAfter=2, keepWithNext=1),
        "p": style("p", 11, alignment=TA_JUSTIFY, firstLineIndent=10, spaceAfter=3),
        "wide": style("wide", 11, alignment=TA_JUSTIFY, firstLineIndent=18, spaceAfter=5),
        "caption": style("caption", 8.5, "Serif-Italic", alignment=TA_CENTER, spaceBefore=4, spaceAfter=3, keepWithNext=1),
        "cell": style("cell", 9),
        "centre": style("centre", 12, "Serif-Bold", alignment=TA_CENTER, spaceAfter=10),
        "plain": style("plain", 11, alignment=TA_CENTER, spaceAfter=6),
        "left": style("left", 10, spaceAfter=3),
    }


def paragraph(text, style):
    from reportlab.platypus import Paragraph

    return Paragraph(escape(text), style)


def labelled(label, text, style):
    from reportlab.platypus import Paragraph

    return Paragraph(f"<b>{escape(label)}:</b> {escape(text)}", style)


def pdf_table(rows, styles, width):
    from reportlab.lib import colors
    from reportlab.platypus import Table

    cells = [[paragraph(cell, styles["cell"]) for cell in row] for row in rows]
    rules = [
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.4, colors.black),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    # The first column names things and needs more room than the figures.
    shares = [1.5] + [1.0] * (len(rows[0]) - 1)
    widths = [width * share / sum(shares) for share in shares]
    return Table(cells, colWidths=widths, style=rules, spaceAfter=6)


def pdf_body(source, styles, width, body_style):
    from reportlab.platypus import PageBreak

    for kind, content in source.blocks:
        if kind == "table":
            yield pdf_table(content, styles, width)
        elif kind == "page":
            yield PageBreak()
        elif kind == "p":
            yield paragraph(content, styles[body_style])
        else:
            yield paragraph(content, styles[kind])


def abstract_block(source, lang, styles, with_title):
    heading, keywords = LABELS[lang]
    if with_title:
        yield paragraph(source.get("title_" + lang), styles["title2"])
    yield labelled(heading, source.get("abstract_" + lang), styles["abstract"])
    yield labelled(keywords, source.get("keywords_" + lang), styles["abstract"])


def article_head(source, styles):
    first, *others = source.languages()
    yield paragraph(source.get("title_" + first), styles["title"])
    yield paragraph(source.get("authors").replace(";", ","), styles["authors"])
    yield paragraph(source.get("affiliations"), styles["small"])
    if source.get("received"):
        yield paragraph(source.get("received"), styles["small"])
    yield from abstract_block(source, first, styles, with_title=False)
    if source.get("english") == "start":
        for lang in others:
            yield from abstract_block(source, lang, styles, with_title=True)


def article_story(source, styles, width):
    from reportlab.platypus import FrameBreak, KeepTogether, NextPageTemplate

    first, *others = source.languages()
    story = [NextPageTemplate("later"), *article_head(source, styles), FrameBreak()]
    story += pdf_body(source, styles, width, "p")
    if source.get("english") == "end":
        # Kept together, so that the block of the other language falls on the last page whole.
        story += [KeepTogether(list(abstract_block(source, lang, styles, with_title=True))) for lang in others]
    return story


def cover(source, styles):
    from reportlab.platypus import PageBreak, Spacer

    for line in source.get("cover").split(" | "):
        yield paragraph(line, styles["plain"])
    yield Spacer(1, 110)
    yield paragraph(source.get("kind"), styles["centre"])
    yield paragraph(source.get("title_vi"), styles["title"])
    yield Spacer(1, 30)
    for line in source.get("cover_foot").split(" | "):
        yield paragraph(line, styles["plain"])
    yield PageBreak()


def covered_story(source, styles, width):
    story = list(cover(source, styles))
    for lang in source.languages():
        story += abstract_block(source, lang, styles, with_title=lang == "en")
    return story + list(pdf_body(source, styles, width, "wide"))


def patent_story(source, styles, width):
    from reportlab.platypus import Spacer

    story = [paragraph(source.get("kind"), styles["centre"])]
    for line in source.get("fields").split(" | "):
        story.append(paragraph(line, styles["left"]))
    story += [Spacer(1, 8), paragraph(source.get("title_vi"), styles["title"])]
    story += pdf_body(source, styles, width, "wide")
    for lang in source.languages():
        story += abstract_block(source, lang, styles, with_title=lang == "en")
    return story


def head_height(source, styles, width):
    """Height of the full-width head of an article, with a margin for rounding."""
    flowables = article_head(source, styles)
    return 12 + sum(f.wrap(width, 2000)[1] + f.getSpaceBefore() + f.getSpaceAfter() for f in flowables)


def frames(x, y, width, height, n_columns, gap=16):
    from reportlab.platypus import Frame

    column = (width - gap * (n_columns - 1)) / n_columns
    pad = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    return [Frame(x + i * (column + gap), y, column, height, **pad) for i in range(n_columns)]


def running(source):
    """Draws the running head and the page number."""
    from reportlab.lib.pagesizes import A4

    def draw(canvas, document):
        canvas.setFont("Serif-Italic", 7.5)
        canvas.drawString(56, A4[1] - 40, source.get("journal"))
        if source.get("doi") and document.page == 1:
            canvas.drawRightString(A4[0] - 56, A4[1] - 40, "DOI: " + source.get("doi"))
        canvas.setFont("Serif", 8)
        printed = re.search(r"(?:tr|pp)\. (\d+)", source.get("journal"))
        offset = int(printed[1]) - 1 if printed else 0
        canvas.drawCentredString(A4[0] / 2, 34, str(document.page + offset))

    return draw


def page_templates(source, styles):
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import PageTemplate

    left, bottom, width, height = 56, 54, A4[0] - 112, A4[1] - 108
    draw = running(source)
    if source.get("layout") != "article":
        return [PageTemplate("first", frames(left, bottom, width, height, 1), onPage=draw)]
    head = head_height(source, styles, width)
    top = frames(left, bottom + height - head, width, head, 1)
    first = top + frames(left, bottom, width, height - head - 6, 2)
    return [
        PageTemplate("first", first, onPage=draw),
        PageTemplate("later", frames(left, bottom, width, height, 2), onPage=draw),
    ]


def write_pdf(source, path):
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import BaseDocTemplate

    styles = pdf_styles()
    language = source.get("language") or "vi"
    stories = {"article": article_story, "patent": patent_story}
    width = (A4[0] - 128) / 2 if source.get("layout") == "article" else A4[0] - 112
    document = BaseDocTemplate(
        str(path),
        pagesize=A4,
        invariant=1,
        pageCompression=1,
        title=source.get("title_" + language),
        author=re.sub(r"[¹²³]", "", source.get("authors")),
        lang=language,
        pageTemplates=page_templates(source, styles),
    )
    document.build(stories.get(source.get("layout"), covered_story)(source, styles, width))


# DOCX -----------------------------------------------------------------------


def set_columns(section, n_columns):
    from docx.oxml.ns import qn

    columns = section._sectPr.find(qn("w:cols"))
    if columns is None:
        columns = section._sectPr.makeelement(qn("w:cols"), {})
        section._sectPr.append(columns)
    columns.set(qn("w:num"), str(n_columns))
    columns.set(qn("w:space"), "340")


def docx_line(document, text, size=11, bold=False, italic=False, centred=False):
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    line = document.add_paragraph()
    run = line.add_run(text)
    run.font.size, run.bold, run.italic = Pt(size), bold, italic
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.JUSTIFY
    return line


def docx_table(document, rows):
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    table.style = "Table Grid"
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell


def docx_abstract(document, source, lang, with_title):
    heading, keywords = LABELS[lang]
    if with_title:
        docx_line(document, source.get("title_" + lang), 11, bold=True, centred=True)
    docx_line(document, f"{heading}: {source.get('abstract_' + lang)}", 10)
    docx_line(document, f"{keywords}: {source.get('keywords_' + lang)}", 10, italic=True)


def docx_body(document, source):
    for kind, content in source.blocks:
        if kind == "table":
            docx_table(document, content)
        elif kind == "page":
            document.add_page_break()
        elif kind in ("h1", "h2"):
            document.add_heading(content, 1 if kind == "h1" else 2)
        elif kind == "caption":
            docx_line(document, content, 9, italic=True, centred=True)
        else:
            docx_line(document, content)


def docx_article(document, source):
    from docx.enum.section import WD_SECTION

    first, *others = source.languages()
    docx_line(document, source.get("title_" + first), 14, bold=True, centred=True)
    docx_line(document, source.get("authors").replace(";", ","), 11, centred=True)
    docx_line(document, source.get("affiliations"), 9, italic=True, centred=True)
    docx_line(document, source.get("received"), 9, italic=True, centred=True)
    docx_abstract(document, source, first, with_title=False)
    at_start = source.get("english") == "start"
    for lang in others if at_start else []:
        docx_abstract(document, source, lang, with_title=True)
    set_columns(document.add_section(WD_SECTION.CONTINUOUS), 2)
    docx_body(document, source)
    for lang in [] if at_start else others:
        docx_abstract(document, source, lang, with_title=True)


def docx_covered(document, source):
    for line in source.get("cover").split(" | "):
        docx_line(document, line, 12, centred=True)
    docx_line(document, source.get("kind"), 13, bold=True, centred=True)
    docx_line(document, source.get("title_vi"), 15, bold=True, centred=True)
    for line in source.get("cover_foot").split(" | "):
        docx_line(document, line, 11, centred=True)
    document.add_page_break()
    for lang in source.languages():
        docx_abstract(document, source, lang, with_title=lang == "en")
    docx_body(document, source)


def docx_patent(document, source):
    docx_line(document, source.get("kind"), 13, bold=True, centred=True)
    for line in source.get("fields").split(" | "):
        docx_line(document, line)
    docx_line(document, source.get("title_vi"), 14, bold=True, centred=True)
    docx_body(document, source)
    for lang in source.languages():
        docx_abstract(document, source, lang, with_title=lang == "en")


def set_properties(document, source):
    language = source.get("language") or "vi"
    properties = document.core_properties
    properties.title = source.get("title_" + language)
    properties.author = re.sub(r"[¹²³]", "", source.get("authors"))
    properties.language = language
    properties.keywords = source.get("keywords_" + language)
    properties.comments = ""
    properties.created = properties.modified = FIXED


def write_docx(source, path):
    import docx
    from docx.oxml.ns import qn

    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name = DOCX_FONT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), DOCX_FONT)
    set_properties(document, source)
    document.sections[0].header.paragraphs[0].text = source.get("journal")
    layouts = {"article": docx_article, "patent": docx_patent}
    layouts.get(source.get("layout"), docx_covered)(document, source)
    buffer = io.BytesIO()
    document.save(buffer)
    freeze_zip(buffer, path)


def freeze_zip(buffer, path):
    """Writes the archive again with fixed dates."""
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "documents")
    parser.add_argument("--fonts", type=pathlib.Path, default=FONTS)
    arguments = parser.parse_args()
    register_fonts(arguments.fonts)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "sources").glob("*.md")):
        source = Source(path)
        write = {"pdf": write_pdf, "docx": write_docx}[source.get("output")]
        target = arguments.out / f"{source.name}.{source.get('output')}"
        write(source, target)
        print(f"{target.stat().st_size:8} {target.name}")


if __name__ == "__main__":
    main()
