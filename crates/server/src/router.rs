//! The table of addresses and the layers around them.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, patch, post},
};
use catalog::CatalogError;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

use crate::{
    api,
    app::{App, Library},
    assets::ASSETS,
    audit, auth, cors, dcat, edge,
    error::ApiError,
    files, limiter,
    manuscript::UPLOAD_BYTES,
    mcp, oai, oidc, pages, problem, resourcesync,
    settings::Settings,
    signposting, sru,
};

/// The whole web edge over one library.
///
/// # Errors
/// When the catalogue cannot give or keep the installation's key.
pub fn router(library: Library, settings: Settings) -> Result<Router, CatalogError> {
    let time_limit = settings.time_limit();
    let quotas = library.quotas.clone();
    let app = Arc::new(App::new(library, settings)?);
    if let Some(quotas) = quotas {
        limiter::share(&app, quotas);
    }
    let small = Router::new()
        .merge(pages_routes())
        .merge(machine_routes())
        .merge(api_routes())
        .merge(desk_routes());
    let routes = Router::new()
        .merge(limited(small, edge::BODY_BYTES))
        .merge(limited(upload_routes(), UPLOAD_BYTES))
        .fallback(async || ApiError::NoSuchPage)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(app.clone());
    // Read from the bottom: the last layer meets the request first.
    let routes = routes
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            time_limit,
        ))
        .layer(CatchPanicLayer::custom(log_panic))
        .layer(middleware::from_fn_with_state(app.clone(), limiter::limit))
        .layer(middleware::from_fn_with_state(app.clone(), audit::keep))
        .layer(middleware::from_fn_with_state(app.clone(), auth::identify))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            problem::explain,
        ))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(app, cors::allow))
        .layer(middleware::from_fn(edge::secure))
        .layer(middleware::from_fn(edge::log));
    Ok(routes)
}

/// Addresses that take bodies of at most this many bytes.
fn limited(routes: Router<Arc<App>>, n_bytes: usize) -> Router<Arc<App>> {
    routes
        .layer(DefaultBodyLimit::max(n_bytes))
        .layer(RequestBodyLimitLayer::new(n_bytes))
}

/// Addresses that documents or long lists are sent to.
fn upload_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/compare", get(pages::show_compare).post(pages::compare))
        .route("/jobs/upload", post(pages::upload_file))
        .route("/api/v1/uploads", post(api::jobs::add_upload))
        .route("/deposits/{id}/files", post(pages::add_deposit_file))
        .route(
            "/api/v1/deposits/{id}/files",
            post(api::deposits::add_deposit_file),
        )
        // Lists of thousands of ids.
        .route(
            "/api/v1/collections/{name}/records",
            post(api::collections::change_collection),
        )
        .route("/edits", get(pages::show_edits).post(pages::edit))
        .route("/api/v1/edits/preview", post(api::edits::preview_edit))
        .route(
            "/api/v1/edits",
            get(api::edits::list_edits).post(api::edits::add_edit),
        )
        .route("/api/v1/overlap", post(api::compare::post_overlap))
        .route("/api/v1/similar", post(api::compare::post_similar))
}

fn pages_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::show_home))
        .route("/search/advanced", get(pages::show_advanced))
        .route("/search", get(pages::show_search))
        .route("/answers", get(pages::show_answers))
        .route("/records/{id}", get(pages::show_record))
        .route("/records/{id}/read", get(pages::show_reading))
        .route("/records/{id}/files/{number}/{name}", get(files::show_file))
        .route("/trends", get(pages::show_trends))
        .route("/trends/emerging", get(pages::show_emerging))
        .route("/trends/alerts", get(pages::show_trend_alerts))
        .route("/feeds/trends.atom", get(pages::show_trend_feed))
        .route("/help", get(pages::show_help))
        .route("/help/data", get(pages::show_data))
        .route("/about", get(pages::show_about))
        .route("/status", get(pages::show_status))
        .route("/api", get(pages::show_explorer))
        .route("/login", get(pages::show_login).post(pages::sign_in))
        .route("/login/provider", get(oidc::begin))
        .route("/login/callback", get(oidc::finish))
        .route("/logout", post(pages::sign_out))
        .route("/account", get(pages::show_account))
        .route("/account/password", post(pages::change_password))
        .route("/account/erase", post(pages::end_account))
        .route("/account/keys", post(pages::add_key))
        .route("/account/keys/{id}/remove", post(pages::remove_key))
        .route("/saved", get(pages::show_saved).post(pages::add_saved))
        .route("/saved/{id}", post(pages::change_saved))
        .route(
            "/letters/{token}",
            get(pages::show_letters).post(pages::answer_letters),
        )
        .route("/users", get(pages::show_users).post(pages::add_user))
        .route("/users/{name}", post(pages::change_user))
        .route("/users/{name}/erase", post(pages::erase_user))
        .route("/audit", get(pages::show_audit))
        .route(
            "/quality",
            get(pages::show_quality).post(pages::judge_quality),
        )
        .route("/quality/{rule}", get(pages::show_worklist))
        .route(
            "/subjects",
            get(pages::show_subjects).post(pages::suggest_subjects),
        )
        .route("/subjects/decide", post(pages::decide_subjects))
        .route("/subjects/undo", post(pages::undo_subjects))
        .route("/authors/{id}", get(pages::show_author))
        .route("/institutions/{id}", get(pages::show_institution))
        .route(
            "/authorities/{id}",
            get(pages::show_authority_form).post(pages::edit_authority),
        )
        .route("/authorities", get(pages::show_authorities))
        .route("/authorities/merge", post(pages::merge_authorities))
        .route("/authorities/apart", post(pages::keep_names_apart))
        .route("/authorities/undo", post(pages::undo_authority_act))
        .route("/duplicates", get(pages::show_duplicates))
        .route("/duplicates/merge", post(pages::merge_duplicates))
        .route("/duplicates/apart", post(pages::keep_records_apart))
        .route("/duplicates/undo", post(pages::undo_duplicates))
        .route("/desk", get(pages::show_desk))
        .route(
            "/deposits",
            get(pages::show_deposits).post(pages::add_deposit),
        )
        .route(
            "/deposits/{id}",
            get(pages::show_deposit).post(pages::act_on_deposit),
        )
        .route("/edits/{id}", get(pages::show_edit).post(pages::undo_edit))
        .route("/jobs", get(pages::show_jobs).post(pages::ask_for_job))
        .route("/jobs/{id}", get(pages::show_job).post(pages::act_on_job))
        .route("/sources", get(pages::show_sources).post(pages::add_source))
        .route("/sources/{name}", post(pages::act_on_source))
        .route("/set-aside", get(pages::show_aside))
        .route(
            "/collections",
            get(pages::show_collections).post(pages::add_collection),
        )
        .route(
            "/collections/{name}",
            get(pages::show_collection).post(pages::act_on_collection),
        )
        .route("/topics", get(pages::show_topics))
        .route("/topics/map", get(pages::show_topic_map))
        .route("/topics/map.svg", get(pages::get_topic_map_svg))
        .route("/topics/map.csv", get(pages::get_topic_map_csv))
        .route(
            "/topics/{id}",
            get(pages::show_topic).post(pages::act_on_topic),
        )
        .route("/topics/{id}/years.svg", get(pages::get_topic_years_svg))
        .route("/topics/{id}/years.csv", get(pages::get_topic_years_csv))
        .route("/preferences", post(pages::set_preferences))
        .route("/assets/{name}", get(show_asset))
}

fn machine_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/dcat/{name}", get(dcat::show_catalog))
        .route("/sru", get(sru::answer))
        .route(
            "/mcp",
            post(mcp::answer).get(mcp::refuse).delete(mcp::refuse),
        )
        .route("/oai", get(oai::answer).post(oai::answer))
        .route("/feed.atom", get(pages::show_feed))
        .route("/feeds/{name}", get(pages::show_saved_feed))
        .route("/trends/report", get(api::reports::get_report))
        .route("/trends.csv", get(pages::save_trend_csv))
        .route("/trends.svg", get(pages::save_trend_svg))
        .route("/opensearch.xml", get(pages::show_open_search))
        .route("/robots.txt", get(pages::show_robots))
        .route("/.well-known/resourcesync", get(resourcesync::show_source))
        .route("/resourcesync/{name}", get(resourcesync::show_list))
        .route("/resourcesync/{list}/{part}", get(resourcesync::show_part))
        .route("/sitemap.xml", get(pages::show_sitemap))
        .route("/sitemaps/{part}", get(pages::show_sitemap_part))
        .route("/healthz", get(api::health::is_alive))
        .route("/readyz", get(api::health::is_ready))
}

fn api_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/search", get(api::search::get_search))
        .route("/api/v1/answers", get(api::answers::get_answer))
        .route("/api/v1/export", get(api::export::get_export))
        .route("/api/v1/records", get(api::changes::list_records))
        .route("/api/v1/changes", get(api::changes::list_changes))
        .route("/api/v1/dump", get(api::changes::get_dump))
        .route("/api/v1/records/{id}", get(api::record::get_record))
        .route(
            "/api/v1/records/{id}/pages/{number}",
            get(api::reading::get_page),
        )
        .route(
            "/api/v1/records/{id}/similar",
            get(api::similar::get_similar),
        )
        .route(
            "/api/v1/records/{id}/overlap",
            get(api::compare::get_overlap),
        )
        .route(
            "/api/v1/records/{id}/citation",
            get(api::citation::get_citation),
        )
        .route(
            "/api/v1/records/{id}/linkset",
            get(signposting::get_linkset),
        )
        .route(
            "/api/v1/records/{id}/croissant",
            get(api::croissant::get_croissant),
        )
        .route("/api/v1/records/{id}/links", get(api::links::get_links))
        .route("/api/v1/me", get(api::accounts::get_me))
        .route(
            "/api/v1/keys",
            get(api::accounts::list_keys).post(api::accounts::add_key),
        )
        .route("/api/v1/keys/{id}", delete(api::accounts::remove_key))
        .route(
            "/api/v1/users",
            get(api::accounts::list_users).post(api::accounts::add_user),
        )
        .route(
            "/api/v1/users/{name}",
            patch(api::accounts::change_user).delete(api::privacy::erase_user),
        )
        .route(
            "/api/v1/account/password",
            axum::routing::put(api::accounts::change_password),
        )
        .route("/api/v1/account/data", get(api::privacy::get_account_data))
        .route("/api/v1/account/erase", post(api::privacy::erase_account))
        .route("/api/v1/audit", get(api::audit::list_acts))
        .route(
            "/api/v1/saved-searches",
            get(api::saved::list_saved).post(api::saved::add_saved),
        )
        .route(
            "/api/v1/saved-searches/{id}",
            get(api::saved::get_saved)
                .patch(api::saved::change_saved)
                .delete(api::saved::remove_saved),
        )
        .route(
            "/api/v1/saved-searches/{id}/news",
            get(api::saved::list_news),
        )
        .route(
            "/api/v1/saved-searches/{id}/feed",
            post(api::saved::renew_feed),
        )
        .route("/api/v1/topics", get(api::topics::list_topics))
        .route("/api/v1/topics/{id}", get(api::topics::get_topic))
        .route("/api/v1/trends", get(api::trends::get_trends))
        .route("/api/v1/trends/emerging", get(api::trends::get_emerging))
        .route(
            "/api/v1/trends/alerts",
            get(api::trend_alerts::get_trend_alerts),
        )
        .route("/api/v1/reports", post(api::reports::make_report))
        .route("/api/v1/topics/{id}/acts", post(api::topics::add_topic_act))
        .route(
            "/api/v1/records/{id}/topics",
            get(api::topics::get_record_topics),
        )
        .route(
            "/api/v1/quality",
            get(api::quality::get_quality).post(api::quality::judge_quality),
        )
        .route("/api/v1/quality/{rule}", get(api::quality::get_worklist))
        .merge(authority_api_routes())
        .merge(subject_api_routes())
        .merge(deposit_api_routes())
        .route("/api/v1/duplicates", get(api::duplicates::list_duplicates))
        .route(
            "/api/v1/duplicates/apart",
            post(api::duplicates::keep_duplicates_apart),
        )
        .route(
            "/api/v1/duplicates/merges",
            get(api::duplicates::list_merges).post(api::duplicates::add_merge),
        )
        .route(
            "/api/v1/duplicates/merges/{number}",
            delete(api::duplicates::undo_merge),
        )
        .route("/api/v1/status", get(api::status::get_status))
        .route("/api/v1/openapi.json", get(api::openapi::get_openapi))
}

fn deposit_api_routes() -> Router<Arc<App>> {
    use api::deposits as d;
    Router::new()
        .route(
            "/api/v1/deposits",
            get(d::list_deposits).post(d::add_deposit),
        )
        .route("/api/v1/deposits/{id}", get(d::get_deposit))
        .route(
            "/api/v1/deposits/{id}/metadata",
            axum::routing::put(d::put_deposit_metadata),
        )
        .route(
            "/api/v1/deposits/{id}/files/{number}",
            get(d::get_deposit_file).delete(d::remove_deposit_file),
        )
        .route("/api/v1/deposits/{id}/submit", post(d::submit_deposit))
        .route("/api/v1/deposits/{id}/withdraw", post(d::withdraw_deposit))
        .route("/api/v1/deposits/{id}/decision", post(d::decide_deposit))
}

fn subject_api_routes() -> Router<Arc<App>> {
    use api::subjects as s;
    Router::new()
        .route("/api/v1/subjects", get(s::list_subjects))
        .route(
            "/api/v1/subjects/suggestions",
            get(s::list_subject_suggestions).post(s::suggest_subjects),
        )
        .route(
            "/api/v1/subjects/decisions",
            get(s::list_subject_decisions).post(s::decide_subject),
        )
        .route(
            "/api/v1/subjects/decisions/{number}",
            delete(s::undo_subject_decision),
        )
}

fn authority_api_routes() -> Router<Arc<App>> {
    use api::authorities as a;
    Router::new()
        .route(
            "/api/v1/authorities",
            get(a::list_authorities).post(a::put_authority),
        )
        .route(
            "/api/v1/authorities/{id}",
            get(a::get_authority).put(a::replace_authority),
        )
        .route("/api/v1/authorities/suggestions", get(a::list_suggestions))
        .route("/api/v1/authorities/merges", post(a::add_authority_merge))
        .route("/api/v1/authorities/apart", post(a::keep_authorities_apart))
        .route("/api/v1/authorities/acts", get(a::list_acts))
        .route("/api/v1/authorities/acts/{number}", delete(a::undo_act))
}

/// Work that librarians ask for, and what they gather.
fn desk_routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/api/v1/collections",
            get(api::collections::list_collections),
        )
        .route(
            "/api/v1/collections/{name}",
            get(api::collections::get_collection)
                .put(api::collections::put_collection)
                .delete(api::collections::forget_collection),
        )
        .route(
            "/api/v1/edits/{id}",
            get(api::edits::get_edit).delete(api::edits::undo_edit),
        )
        .route(
            "/api/v1/jobs",
            get(api::jobs::list_jobs).post(api::jobs::add_job),
        )
        .route("/api/v1/jobs/{id}", get(api::jobs::get_job))
        .route("/api/v1/jobs/{id}/cancel", post(api::jobs::cancel_job))
        .route("/api/v1/jobs/{id}/retry", post(api::jobs::retry_job))
        .route("/api/v1/sources", get(api::sources::list_sources))
        .route(
            "/api/v1/sources/{name}",
            get(api::sources::get_source)
                .put(api::sources::put_source)
                .delete(api::sources::remove_source),
        )
        .route("/api/v1/quarantine", get(api::sources::list_quarantine))
}

/// `GET /assets/{name}`: a name holds the hash of its bytes, so the bytes
/// never change.
async fn show_asset(
    path: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Response {
    let asset = path
        .ok()
        .and_then(|Path(name)| ASSETS.find(&format!("/assets/{name}")));
    let Some(asset) = asset else {
        return ApiError::NoSuchPage.into_response();
    };
    let mut response = Response::new(Body::from(asset.bytes.as_slice()));
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, asset.media_type);
    set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    response
}

/// A panic is a fault of ours: its message goes into the log, the caller
/// learns that there was one.
fn log_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "a handler panicked");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
