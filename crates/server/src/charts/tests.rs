//! What a chart shows, by its picture, its table and its CSV.

use super::*;

fn chart() -> Chart {
    let counted = [(2018, 3.0), (2019, 1234.0), (2021, 5.0)];
    Chart {
        id: "years".into(),
        title: "Bài <báo> theo năm".into(),
        description: "Tăng rồi giảm".into(),
        unit: Unit::Count,
        series: vec![
            Series {
                name: "Đếm, \"được\"".into(),
                mark: Mark::Line,
                look: 0,
                points: counted
                    .map(|(year, value)| Point::new(year, value))
                    .to_vec(),
            },
            Series {
                name: "Dự báo".into(),
                mark: Mark::Forecast,
                look: 1,
                points: vec![Point {
                    year: 2022,
                    value: 6.5,
                    interval: Some((2.0, 11.0)),
                }],
            },
        ],
        unfinished_from: Some(2021),
    }
}

#[test]
fn a_picture_tells_its_title_its_figures_and_what_is_unfinished() {
    let svg = chart().svg(Locale::Vi);
    assert!(svg.contains("Bài &lt;báo&gt; theo năm</title>"), "{svg}");
    assert!(svg.contains("aria-labelledby=\"years-title years-desc\""));
    assert!(svg.contains("Đếm, &quot;được&quot;, 2019: 1.234"), "{svg}");
    assert!(svg.contains("url(#years-hatch)"));
    assert!(svg.contains(Locale::Vi.words().chart.unfinished_legend));
    assert!(
        svg.contains("stroke-dasharray=\"6 5\""),
        "a forecast is dashed"
    );
    // 2020 has no figure: the line breaks instead of passing over it.
    let line = svg.split("class=\"line s0\" d=\"").nth(1).unwrap();
    let path = line.split('"').next().unwrap();
    assert_eq!(
        (path.matches('M').count(), path.matches('L').count()),
        (2, 1)
    );
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(chart().svg_file(Locale::En).contains("1,234"));
}

#[test]
fn table_and_csv_hold_the_figures_of_the_picture() {
    let view = chart().view(Locale::En, String::new(), String::new());
    assert_eq!(view.rows.len(), 4);
    assert_eq!(
        view.rows[1],
        ("2019".into(), vec!["1,234".into(), String::new()])
    );
    assert!(view.rows[2].0.starts_with("2021 ("));
    assert_eq!(view.rows[3].1[1], "6.5 (2 – 11)");
    let csv = chart().csv();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "year,\"Đếm, \"\"được\"\"\",Dự báo,Dự báo lower,Dự báo upper,unfinished"
    );
    assert_eq!(lines[2], "2019,1234,,,,0");
    assert_eq!(lines[4], "2022,,6.5,2,11,1");
}

#[test]
fn formulas_stay_text_and_numbers_stay_numbers() {
    let cells = ["=1+1", "-3", "@a", "x"].map(str::to_owned);
    assert_eq!(csv_line(&cells), "'=1+1,-3,'@a,x\r\n");
}

#[test]
fn odd_figures_draw_without_end_or_nonsense() {
    let years = [
        (i32::MIN, 1.0),
        (0, f64::NAN),
        (2000, 1e300),
        (i32::MAX, -5.0),
    ];
    for points in [&years[..], &years[..1], &[]] {
        for mark in [Mark::Line, Mark::Bars, Mark::Forecast] {
            for unit in [Unit::Count, Unit::Decimal(2), Unit::Percent(1)] {
                let mut odd = chart();
                odd.unit = unit;
                odd.series.truncate(1);
                odd.series[0].mark = mark;
                odd.series[0].points = points.iter().map(|(y, v)| Point::new(*y, *v)).collect();
                let svg = odd.svg(Locale::En);
                assert!(svg.len() < 30_000 && !svg.contains("NaN"), "{svg}");
                odd.view(Locale::Vi, String::new(), String::new());
            }
        }
    }
}

#[test]
fn what_belongs_together_looks_alike_in_every_chart() {
    let series = |look| Series {
        name: format!("số {look}"),
        mark: Mark::Line,
        look,
        points: vec![Point::new(2020, 1.0), Point::new(2021, 2.0)],
    };
    let drawn = |looks: &[usize]| {
        let chart = Chart {
            series: looks.iter().map(|look| series(*look)).collect(),
            ..chart()
        };
        chart.svg(Locale::Vi)
    };
    // The third of a comparison, behind two others or alone.
    let dash = "class=\"line s2\"";
    for svg in [drawn(&[0, 1, 2]), drawn(&[2]), drawn(&[8])] {
        assert!(
            svg.contains(dash) && svg.contains("stroke-dasharray=\"2 4\""),
            "{svg}"
        );
    }
    assert!(!drawn(&[0, 1]).contains(dash));
}
