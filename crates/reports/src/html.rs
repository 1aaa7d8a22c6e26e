//! A report as one HTML file: no script, nothing loaded from elsewhere.

use std::fmt::Write as _;

use crate::{
    drawing::{Anchor, Ink, Mark, draw, height},
    report::{Block, Chart, Report, Table},
    words::fill,
};

const STYLE: &str = "body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}\
h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid #d8dce2}\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600;padding:.3rem 0}\
th,td{padding:.25rem .5rem;border-bottom:1px solid #d8dce2;text-align:right}th:first-child{text-align:left}\
tbody th{font-weight:400}figure{margin:1rem 0}svg{width:100%;height:auto}.stamp{color:#595f69;font-size:.8rem}\
@media print{h2{break-after:avoid}figure,tr{break-inside:avoid}}";

/// Writes the report as HTML.
pub(crate) fn write(report: &Report) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        report.language.code(),
        title = escape(&report.title),
    );
    for block in &report.blocks {
        match block {
            Block::Heading(text) => push(&mut out, "h2", text),
            Block::Paragraph(text) => push(&mut out, "p", text),
            Block::Points(points) => list(&mut out, "ul", points),
            Block::Citations(texts) => list(&mut out, "ol", texts),
            Block::Chart(chart) => figure(&mut out, chart, report),
            Block::Table(table) => write_table(&mut out, table, report),
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn push(out: &mut String, tag: &str, text: &str) {
    let _ = writeln!(out, "<{tag}>{}</{tag}>", escape(text));
}

fn list(out: &mut String, tag: &str, texts: &[String]) {
    let _ = writeln!(out, "<{tag}>");
    for text in texts {
        push(out, "li", text);
    }
    let _ = writeln!(out, "</{tag}>");
}

fn stamp(report: &Report) -> String {
    let text = fill(report.language.words().stamp, &[&report.stamp]);
    format!("<span class=\"stamp\">{}</span>", escape(&text))
}

fn write_table(out: &mut String, table: &Table, report: &Report) {
    let _ = write!(
        out,
        "<table>\n<caption>{}</caption>\n<thead><tr>",
        escape(table.title)
    );
    for title in &table.header {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(title));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for (name, figures) in &table.rows {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escape(name));
        for figure in figures {
            let _ = write!(out, "<td>{}</td>", escape(&figure.write(report.language)));
        }
        out.push_str("</tr>\n");
    }
    let _ = writeln!(out, "</tbody>\n</table>\n<p>{}</p>", stamp(report));
}

/// Width of a chart in its own units; it is as wide as the column.
const WIDTH: f32 = 640.0;

fn figure(out: &mut String, chart: &Chart, report: &Report) {
    let title = escape(chart.title);
    let _ = writeln!(
        out,
        "<figure>\n<svg viewBox=\"0 0 {WIDTH} {:.1}\" role=\"img\" aria-label=\"{title}\">",
        height(WIDTH)
    );
    for mark in draw(chart, WIDTH, report.language) {
        write_mark(out, &mark);
    }
    let _ = writeln!(
        out,
        "</svg>\n<figcaption>{title}<br>{}</figcaption>\n</figure>",
        stamp(report)
    );
}

fn write_mark(out: &mut String, mark: &Mark) {
    let colour = |ink: Ink| {
        let [r, g, b] = ink.rgb();
        format!("#{r:02x}{g:02x}{b:02x}")
    };
    let places = |points: &[(f32, f32)]| {
        let places = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}"));
        places.collect::<Vec<_>>().join(" ")
    };
    let _ = match mark {
        Mark::Text {
            at,
            size,
            bold,
            ink,
            anchor,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let weight = if *bold { 700 } else { 400 };
            let (x, y, ink, text) = (at.0, at.1, colour(*ink), escape(text));
            writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{ink}\" text-anchor=\"{anchor}\">{text}</text>"
            )
        }
        Mark::Line {
            points,
            width,
            ink,
            dashed,
        } => {
            let dash = if *dashed {
                " stroke-dasharray=\"5 4\""
            } else {
                ""
            };
            let (places, ink) = (places(points), colour(*ink));
            writeln!(
                out,
                "<polyline points=\"{places}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"{width}\"{dash}/>"
            )
        }
        Mark::Area {
            points,
            ink,
            outlined,
        } => {
            let (places, ink) = (places(points), colour(*ink));
            let paint = if *outlined {
                format!("fill=\"none\" stroke=\"{ink}\" stroke-dasharray=\"3 2\"")
            } else {
                format!("fill=\"{ink}\"")
            };
            writeln!(out, "<polygon points=\"{places}\" {paint}/>")
        }
    };
}

/// Text as HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Not allowed in any HTML text.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
