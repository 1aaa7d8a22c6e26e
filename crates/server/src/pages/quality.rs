//! `/quality`: the six criteria over the library, and the records to mend, for
//! librarians.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use catalog::Detail;
use index::FacetField;
use quality::{Criterion, Point, Report, Rule, Scores, Words, Worklist, last_report, worklist};
use records::{Clearance, RecordId};

use crate::{
    accounts::{Role, Scope},
    api::quality::{judge_all, kept, named_rule},
    app::App,
    edge::NO_STORE,
    error::ApiError,
    locale::Locale,
    pages::{
        account::or_sign_in,
        form::fields,
        frame::{Frame, respond},
        hit::record_url,
        labels::value,
    },
    typography::{date, decimal, number},
    visit::Visit,
    words::fill,
};

/// Scores of one set of records, as a row: the overall one first.
struct RowView {
    name: String,
    n_records: String,
    scores: Vec<String>,
}

/// Rows under a heading of their own.
struct GroupView {
    heading: &'static str,
    rows: Vec<RowView>,
}

/// A rule in the list.
struct RuleView {
    criterion: &'static str,
    asks: &'static str,
    url: String,
    weight: u32,
    failed: String,
    share: String,
    fails: bool,
}

#[derive(Template)]
#[template(path = "quality.html")]
struct QualityPage {
    f: Frame,
    judged: Option<String>,
    criteria: Vec<&'static str>,
    groups: Vec<GroupView>,
    rules: Vec<RuleView>,
    trend: Vec<RowView>,
}

/// Groups of one kind on the page; the API has all.
const SHOWN_GROUPS: usize = 50;

/// `GET /quality`
pub(crate) async fn show_quality(
    State(app): State<Arc<App>>,
    visit: Visit,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Read) {
        return or_sign_in(error, &visit);
    }
    let (report, trend) = app.ask(|library| kept(&*library.catalogue)).await?;
    let page = quality_page(report.as_ref(), &trend, &visit);
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

/// `POST /quality`: judges every record anew.
pub(crate) async fn judge_quality(
    State(app): State<Arc<App>>,
    visit: Visit,
    body: Bytes,
) -> Result<Response, ApiError> {
    let form = fields(&body)?;
    visit.check_form(&app, form.get("csrf"))?;
    visit.needs(Role::Librarian, Scope::Write)?;
    app.ask(|library| judge_all(&*library.catalogue)).await?;
    Ok(Redirect::to("/quality").into_response())
}

fn quality_page(report: Option<&Report>, trend: &[Point], visit: &Visit) -> QualityPage {
    let locale = visit.locale;
    let w = &locale.words().quality;
    let judged = report.map(|report| {
        let day = report.at.strftime("%Y-%m-%d").to_string();
        let n = number(report.scores.n_records, locale);
        fill(w.judged, &[("at", &date(&day, locale)), ("n", &n)])
    });
    let points = trend.iter().rev().map(|point| {
        let day = point.at.strftime("%Y-%m-%d").to_string();
        row(date(&day, locale), &point.scores, locale)
    });
    QualityPage {
        f: Frame::new(visit, "quality"),
        judged,
        criteria: Criterion::ALL.map(|c| criterion_word(c, locale)).into(),
        groups: report.map_or_else(Vec::new, |report| groups(report, locale)),
        rules: Rule::all()
            .map(|rule| rule_view(rule, report, locale))
            .collect(),
        trend: points.collect(),
    }
}

fn groups(report: &Report, locale: Locale) -> Vec<GroupView> {
    let w = &locale.words().quality;
    let of = |heading, groups: &BTreeMap<String, Scores>| {
        let mut groups: Vec<_> = groups.iter().collect();
        groups.sort_by(|a, b| b.1.n_records.cmp(&a.1.n_records).then(a.0.cmp(b.0)));
        let rows = groups.into_iter().take(SHOWN_GROUPS);
        GroupView {
            heading,
            rows: rows
                .map(|(name, scores)| row(name.clone(), scores, locale))
                .collect(),
        }
    };
    let types = report.types.iter().map(|(name, scores)| {
        let word = value(FacetField::Type, name, locale);
        (word, scores.clone())
    });
    let all = GroupView {
        heading: w.all,
        rows: vec![row(w.all.to_owned(), &report.scores, locale)],
    };
    let groups = [
        all,
        of(w.by_type, &types.collect()),
        of(w.by_collection, &report.collections),
        of(w.by_source, &report.sources),
    ];
    groups
        .into_iter()
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn row(name: String, scores: &Scores, locale: Locale) -> RowView {
    let shown = |score: Option<&f64>| {
        score.map_or_else(|| "–".to_owned(), |score| decimal(*score, 1, locale))
    };
    let criteria = Criterion::ALL.iter().map(|c| shown(scores.criteria.get(c)));
    RowView {
        name,
        n_records: number(scores.n_records, locale),
        scores: std::iter::once(shown(Some(&scores.overall)))
            .chain(criteria)
            .collect(),
    }
}

fn rule_view(rule: &Rule, report: Option<&Report>, locale: Locale) -> RuleView {
    let count = report.and_then(|report| report.rules.get(rule.id));
    let count = count.copied().unwrap_or_default();
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let share = 100.0 * count.failed as f64 / count.asked.max(1) as f64;
    RuleView {
        criterion: criterion_word(rule.criterion, locale),
        asks: said(rule.asks, locale),
        url: format!("/quality/{}", rule.id),
        weight: rule.weight,
        failed: number(count.failed, locale),
        share: decimal(share, 1, locale),
        fails: count.failed > 0,
    }
}

fn said(words: Words, locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => words.vi,
        Locale::En => words.en,
    }
}

fn criterion_word(criterion: Criterion, locale: Locale) -> &'static str {
    let w = &locale.words().quality;
    match criterion {
        Criterion::Correct => w.correct,
        Criterion::Complete => w.complete,
        Criterion::Clean => w.clean,
        Criterion::Live => w.live,
        Criterion::Consistent => w.consistent,
        Criterion::Shared => w.shared,
    }
}

/// A record to mend.
struct EntryView {
    url: String,
    id: String,
    title: String,
    score: String,
    fault: String,
}

#[derive(Template)]
#[template(path = "worklist.html")]
struct WorklistPage {
    f: Frame,
    title: String,
    asks: &'static str,
    cure: &'static str,
    count: String,
    first: Option<String>,
    entries: Vec<EntryView>,
}

/// Records on the page; the API pages through all that are kept.
const SHOWN_ENTRIES: usize = 200;

/// `GET /quality/{rule}`
pub(crate) async fn show_worklist(
    State(app): State<Arc<App>>,
    visit: Visit,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    if let Err(error) = visit.needs(Role::Librarian, Scope::Read) {
        return or_sign_in(error, &visit);
    }
    let rule = named_rule(path)?;
    let locale = visit.locale;
    let clearance = visit.clearance;
    let asked = app.ask(move |library| {
        let catalogue = &*library.catalogue;
        let report = last_report(catalogue)?;
        let list = worklist(catalogue, rule.id)?.unwrap_or_default();
        let ids: Vec<RecordId> = first(&list).map(|entry| entry.id.clone()).collect();
        let titles = titles(catalogue, &ids, clearance, locale)?;
        let failed = report.and_then(|report| report.rules.get(rule.id).copied());
        Ok((failed.unwrap_or_default().failed, list, titles))
    });
    let (failed, list, titles) = asked.await?;
    let w = &locale.words().quality;
    let entries: Vec<EntryView> = first(&list)
        .zip(titles)
        .filter_map(|(entry, title)| {
            Some(EntryView {
                url: record_url(&entry.id),
                id: entry.id.to_string(),
                title: title?,
                score: decimal(entry.score, 1, locale),
                fault: entry.fault.clone(),
            })
        })
        .collect();
    let shown = number(entries.len() as u64, locale);
    let is_cut = (entries.len() as u64) < failed;
    let page = WorklistPage {
        f: Frame::new(&visit, "quality"),
        title: fill(
            w.list_title,
            &[("rule", criterion_word(rule.criterion, locale))],
        ),
        asks: said(rule.asks, locale),
        cure: said(rule.cure, locale),
        count: fill(w.list_count, &[("n", &number(failed, locale))]),
        first: is_cut.then(|| fill(w.list_first, &[("shown", &shown)])),
        entries,
    };
    Ok((NO_STORE, respond(&page, &visit, StatusCode::OK)?).into_response())
}

fn first(list: &Worklist) -> impl Iterator<Item = &quality::Entry> {
    list.0.iter().take(SHOWN_ENTRIES)
}

/// The titles of records; `None` for those that went since.
fn titles(
    catalogue: &dyn catalog::CatalogStore,
    ids: &[RecordId],
    clearance: Clearance,
    locale: Locale,
) -> Result<Vec<Option<String>>, ApiError> {
    let stored = catalogue.get_many(ids, clearance, Detail::Summary);
    let stored = stored.map_err(ApiError::unavailable)?.into_iter();
    let title =
        |stored: catalog::StoredRecord| stored.record.display_title(&locale.lang()).to_owned();
    Ok(stored.map(|stored| stored.map(title)).collect())
}
