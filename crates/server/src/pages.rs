//! The pages: one file a page. A page asks the stores, turns the answer into
//! plain text for its template (`web/templates`), and the template escapes it.

mod about;
mod account;
mod advanced;
mod answers;
mod audit;
mod authorities;
mod authority;
mod authority_form;
mod collections;
mod compare;
mod deposits;
mod desk;
mod duplicates;
mod edits;
mod error;
mod explorer;
mod facets;
mod facts;
mod feed;
mod form;
mod found_links;
mod frame;
mod growth;
mod help;
mod hit;
mod home;
mod jobs;
mod labels;
mod machines;
mod preferences;
mod preview;
mod privacy;
mod quality;
mod reading;
mod record;
mod saved;
mod search;
mod sign_in;
mod sources;
mod status;
mod subjects;
mod topic;
mod topic_acts;
mod topic_map;
mod topics;
mod trend_alerts;
mod trends;
mod users;

pub(crate) use about::show_about;
pub(crate) use account::{add_key, change_password, remove_key, show_account};
pub(crate) use advanced::show_advanced;
pub(crate) use answers::show_answers;
pub(crate) use audit::show_audit;
pub(crate) use authorities::{
    keep_names_apart, merge_authorities, show_authorities, undo_authority_act,
};
pub(crate) use authority::{show_author, show_institution};
pub(crate) use authority_form::{edit_authority, show_authority_form};
pub(crate) use collections::{
    act_on_collection, add_collection, show_collection, show_collections,
};
pub(crate) use compare::{compare, show_compare};
pub(crate) use deposits::{
    act_on_deposit, add_deposit, add_deposit_file, show_deposit, show_deposits,
};
pub(crate) use desk::show_desk;
pub(crate) use duplicates::{
    keep_records_apart, merge_duplicates, show_duplicates, undo_duplicates,
};
pub(crate) use edits::{edit, show_edit, show_edits, undo_edit};
pub(crate) use error::error_page;
pub(crate) use explorer::show_explorer;
pub(crate) use feed::show_feed;
pub(crate) use help::show_help;
pub(crate) use hit::{filter_url, page_url, record_url};
pub(crate) use home::{HomeCache, show_home};
pub(crate) use jobs::{act_on_job, ask_for_job, show_job, show_jobs, upload_file};
pub(crate) use machines::{
    last_run, public_run, show_open_search, show_robots, show_sitemap, show_sitemap_part, xml,
};
pub(crate) use preferences::{own_path, set_preferences};
pub(crate) use privacy::{end_account, erase_user, show_data};
pub(crate) use quality::{judge_quality, show_quality, show_worklist};
pub(crate) use reading::{full_text, show_reading};
pub(crate) use record::show_record;
pub(crate) use saved::{
    add_saved, answer_letters, change_saved, show_letters, show_saved, show_saved_feed,
};
pub(crate) use search::show_search;
pub(crate) use sign_in::{show_login, sign_in, sign_out};
pub(crate) use sources::{act_on_source, add_source, show_aside, show_sources};
pub(crate) use status::show_status;
pub(crate) use subjects::{
    LEAST as LEAST_CONFIDENCE, decide_subjects, show_subjects, suggest_subjects, undo_subjects,
};
pub(crate) use topic::{get_topic_years_csv, get_topic_years_svg, show_topic};
pub(crate) use topic_acts::{
    act_on_topic, perform as perform_topic_act, read_act as read_topic_act,
};
pub(crate) use topic_map::{get_topic_map_csv, get_topic_map_svg, show_topic_map};
pub(crate) use topics::show_topics;
pub(crate) use trend_alerts::{show_trend_alerts, show_trend_feed};
pub(crate) use trends::{save_trend_csv, save_trend_svg, show_emerging, show_trends};
pub(crate) use users::{add_user, change_user, show_users};
