//! What acts are called in both languages: a table from what the log holds (method
//! and kind of address, or command) to words. The log itself holds no words of a
//! language; an act that is not in the table is shown as it stands there.

/// Name in Vietnamese and in English, and the acts that it names.
type Named = (&'static str, &'static str, &'static [&'static str]);

/// Every act that the program writes into its log.
#[rustfmt::skip]
const NAMES: [Named; 79] = [
    // Accounts.
    ("Đăng nhập", "Sign in", &["POST /login"]),
    ("Đăng nhập qua cổng ngoài", "Sign in through a provider", &["GET /login/callback"]),
    ("Đăng xuất", "Sign out", &["POST /logout"]),
    ("Đổi mật khẩu của mình", "Change one's password", &["POST /account/password", "PUT /api/v1/account/password"]),
    ("Tạo khóa API", "Make an API key",
        &["POST /account/keys", "POST /api/v1/keys", "trithuc user key"]),
    ("Thu hồi khóa API", "Take an API key back",
        &["POST /account/keys/{id}/remove", "DELETE /api/v1/keys/{id}"]),
    ("Xóa tài khoản của mình", "Erase one's account",
        &["POST /account/erase", "POST /api/v1/account/erase"]),
    ("Xóa tên khỏi nhật ký", "Erase a name from the log", &["erase"]),
    ("Thêm tài khoản", "Add an account", &["POST /users", "POST /api/v1/users", "trithuc user add"]),
    ("Sửa tài khoản", "Change an account", &["POST /users/{name}", "PATCH /api/v1/users/{name}"]),
    ("Đổi vai trò", "Change a role", &["trithuc user role"]),
    ("Đặt mật khẩu mới", "Set a password", &["trithuc user password"]),
    ("Khóa tài khoản", "Close an account", &["trithuc user disable"]),
    ("Mở lại tài khoản", "Open an account again", &["trithuc user enable"]),
    ("Xóa hẳn tài khoản", "Erase an account",
        &["POST /users/{name}/erase", "DELETE /api/v1/users/{name}", "trithuc user erase"]),
    ("Lấy dữ liệu của một tài khoản", "Take out an account's data", &["trithuc user export"]),
    // Saved searches.
    ("Lưu tìm kiếm", "Save a search",
        &["POST /saved", "POST /api/v1/saved-searches", "trithuc alerts add"]),
    ("Sửa tìm kiếm đã lưu", "Change a saved search",
        &["POST /saved/{id}", "PATCH /api/v1/saved-searches/{id}"]),
    ("Bỏ tìm kiếm đã lưu", "Remove a saved search",
        &["DELETE /api/v1/saved-searches/{id}", "trithuc alerts remove"]),
    ("Đổi địa chỉ nguồn tin", "Renew a feed's address", &["POST /api/v1/saved-searches/{id}/feed"]),
    ("Trả lời thư báo tin", "Answer letters", &["POST /letters/{token}"]),
    // Taking records out.
    ("Xuất biểu ghi", "Export records", &["GET /api/v1/export", "trithuc export"]),
    ("Lấy bản đầy đủ của kho", "Take a dump", &["GET /api/v1/dump"]),
    ("Mở tài liệu không mở công khai", "Open a closed document",
        &["GET /records/{id}/files/{number}/{name}"]),
    // Deposits.
    ("Tạo bài nộp", "Make a deposit", &["POST /deposits", "POST /api/v1/deposits"]),
    ("Xử lý bài nộp", "Work on a deposit", &["POST /deposits/{id}"]),
    ("Sửa mô tả bài nộp", "Describe a deposit", &["PUT /api/v1/deposits/{id}/metadata"]),
    ("Thêm tệp vào bài nộp", "Add a file to a deposit",
        &["POST /deposits/{id}/files", "POST /api/v1/deposits/{id}/files"]),
    ("Bỏ tệp khỏi bài nộp", "Remove a file from a deposit",
        &["DELETE /api/v1/deposits/{id}/files/{number}"]),
    ("Gửi bài nộp", "Submit a deposit", &["POST /api/v1/deposits/{id}/submit"]),
    ("Rút bài nộp", "Withdraw a deposit", &["POST /api/v1/deposits/{id}/withdraw"]),
    ("Quyết định về bài nộp", "Decide on a deposit", &["POST /api/v1/deposits/{id}/decision"]),
    // Taking in.
    ("Nạp tài liệu", "Take in records", &["trithuc ingest"]),
    ("Gửi tệp để nạp", "Send a file to be taken in", &["POST /jobs/upload", "POST /api/v1/uploads"]),
    ("Giao việc cho máy", "Ask for a job", &["POST /jobs", "POST /api/v1/jobs", "trithuc job add"]),
    ("Dừng hoặc chạy lại việc", "Stop or repeat a job", &["POST /jobs/{id}"]),
    ("Dừng việc", "Stop a job", &["POST /api/v1/jobs/{id}/cancel", "trithuc job cancel"]),
    ("Chạy lại việc", "Repeat a job", &["POST /api/v1/jobs/{id}/retry", "trithuc job retry"]),
    ("Thu thập từ nguồn ngoài", "Harvest", &["trithuc harvest"]),
    ("Thêm hoặc sửa nguồn", "Add or change a source",
        &["POST /sources", "PUT /api/v1/sources/{name}", "trithuc source add"]),
    ("Điều khiển nguồn", "Act on a source", &["POST /sources/{name}"]),
    ("Bỏ nguồn", "Remove a source", &["DELETE /api/v1/sources/{name}", "trithuc source remove"]),
    ("Tạm ngừng nguồn", "Pause a source", &["trithuc source pause"]),
    ("Cho nguồn chạy tiếp", "Resume a source", &["trithuc source resume"]),
    ("Thu thập nguồn ngay", "Harvest a source now", &["trithuc source run"]),
    // Collections and edits.
    ("Tạo hoặc mô tả bộ sưu tập", "Make or describe a collection",
        &["POST /collections", "PUT /api/v1/collections/{name}", "trithuc collection create"]),
    ("Sửa bộ sưu tập", "Change a collection",
        &["POST /collections/{name}", "POST /api/v1/collections/{name}/records"]),
    ("Thêm vào bộ sưu tập", "Add to a collection", &["trithuc collection add"]),
    ("Bỏ khỏi bộ sưu tập", "Take out of a collection", &["trithuc collection remove"]),
    ("Bỏ mô tả bộ sưu tập", "Forget a collection",
        &["DELETE /api/v1/collections/{name}", "trithuc collection forget"]),
    ("Sửa hàng loạt", "Edit records", &["POST /edits", "POST /api/v1/edits", "trithuc edit apply"]),
    ("Hoàn tác lần sửa", "Undo an edit",
        &["POST /edits/{id}", "DELETE /api/v1/edits/{id}", "trithuc edit undo"]),
    // Quality, subjects, duplicates, authorities, topics.
    ("Chấm chất lượng", "Judge quality", &["POST /quality", "POST /api/v1/quality"]),
    ("Gợi ý phân loại", "Suggest subjects", &["POST /subjects", "POST /api/v1/subjects/suggestions"]),
    ("Quyết định phân loại", "Decide on a subject",
        &["POST /subjects/decide", "POST /api/v1/subjects/decisions"]),
    ("Nhận mã phân loại", "Accept a subject", &["trithuc subject accept"]),
    ("Bác mã phân loại", "Reject a subject", &["trithuc subject reject"]),
    ("Nạp bảng phân loại", "Load a scheme of subjects", &["trithuc subject load"]),
    ("Hoàn tác phân loại", "Undo a subject decision",
        &["POST /subjects/undo", "DELETE /api/v1/subjects/decisions/{number}",
        "trithuc subject undo"]),
    ("Gộp biểu ghi trùng", "Merge duplicates",
        &["POST /duplicates/merge", "POST /api/v1/duplicates/merges", "trithuc duplicates merge"]),
    ("Giữ hai biểu ghi riêng", "Keep two records apart",
        &["POST /duplicates/apart", "POST /api/v1/duplicates/apart", "trithuc duplicates apart"]),
    ("Hoàn tác gộp", "Undo a merge of duplicates",
        &["POST /duplicates/undo", "DELETE /api/v1/duplicates/merges/{number}",
        "trithuc duplicates undo"]),
    ("Dựng danh mục tên chuẩn", "Build authorities", &["trithuc authority build"]),
    ("Nạp danh mục tên chuẩn", "Load authorities", &["trithuc authority load"]),
    ("Thêm hoặc sửa tên chuẩn", "Add or change an authority",
        &["POST /authorities/{id}", "POST /api/v1/authorities", "PUT /api/v1/authorities/{id}"]),
    ("Gộp tên chuẩn", "Merge authorities",
        &["POST /authorities/merge", "POST /api/v1/authorities/merges",
        "trithuc authority merge"]),
    ("Giữ hai tên riêng", "Keep two names apart",
        &["POST /authorities/apart", "POST /api/v1/authorities/apart",
        "trithuc authority apart"]),
    ("Hoàn tác tên chuẩn", "Undo an act on authorities",
        &["POST /authorities/undo", "DELETE /api/v1/authorities/acts/{number}",
        "trithuc authority undo"]),
    ("Dựng chủ đề", "Build topics", &["trithuc topics build"]),
    ("Sửa chủ đề", "Change a topic", &["POST /topics/{id}", "POST /api/v1/topics/{id}/acts"]),
    ("Đặt tên hoặc ghi chú chủ đề", "Name or annotate a topic",
        &["trithuc topics rename", "trithuc topics annotate"]),
    ("Gộp chủ đề", "Merge topics", &["trithuc topics merge"]),
    ("Tách chủ đề", "Split a topic", &["trithuc topics split"]),
    ("Khóa hoặc mở khóa chủ đề", "Lock or unlock a topic",
        &["trithuc topics lock", "trithuc topics unlock"]),
    ("Hoàn tác thao tác chủ đề", "Undo an act on a topic", &["trithuc topics undo"]),
    // The installation.
    ("Sao lưu", "Back up", &["trithuc backup"]),
    ("Khôi phục từ bản sao lưu", "Restore a backup", &["trithuc restore"]),
    ("Chuyển cơ sở dữ liệu", "Move to another database", &["trithuc migrate-store"]),
    ("Chọn mô hình", "Choose a model", &["trithuc model use"]),
];

/// What an act of the log is called: in Vietnamese, and in English; `None` for
/// one that no program of today writes.
pub fn act_name(act: &str) -> Option<[&'static str; 2]> {
    let found = NAMES.iter().find(|(_, _, acts)| acts.contains(&act));
    found.map(|(vi, en, _)| [*vi, *en])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::READS, *};

    /// Method and address of everything that the router takes and that may change
    /// something, as its source says it.
    fn acts_of_the_router() -> BTreeSet<String> {
        let source = include_str!("../router.rs");
        let mut acts = BTreeSet::new();
        for route in source.split(".route(").skip(1) {
            let route = route.split("\n}").next().unwrap_or(route);
            let path = route.split('"').nth(1).unwrap_or_default();
            for method in ["post", "put", "patch", "delete"] {
                let called = [
                    format!(" {method}("),
                    format!(".{method}("),
                    format!("::{method}("),
                ];
                if called.iter().any(|call| route.contains(call)) && !READS.contains(&path) {
                    acts.insert(format!("{} {path}", method.to_uppercase()));
                }
            }
        }
        acts
    }

    #[test]
    fn every_act_of_the_router_has_a_name_in_both_languages() {
        let acts = acts_of_the_router();
        assert!(
            acts.len() > 70,
            "{} acts: is the router still read?",
            acts.len()
        );
        // What is logged of reading, and what the log writes itself.
        let others = ["/api/v1/export", "/api/v1/dump", "/login/callback"];
        let others = others.map(|path| format!("GET {path}"));
        let unnamed: Vec<_> = acts
            .iter()
            .chain(&others)
            .filter(|act| act_name(act).is_none())
            .collect();
        assert!(
            unnamed.is_empty(),
            "give these a name in NAMES: {unnamed:?}"
        );
        assert!(act_name(catalog::ERASURE).is_some());
        for (vi, en, named) in NAMES {
            assert!(!vi.is_empty() && !en.is_empty() && vi != en, "{named:?}");
            for act in named
                .iter()
                .filter(|act| act.contains(" /") && !act.starts_with("GET"))
            {
                assert!(acts.contains(*act), "the router has no `{act}`");
            }
        }
    }

    #[test]
    fn an_act_has_one_name_and_a_name_is_given_once() {
        let mut acts: Vec<_> = NAMES.iter().flat_map(|(_, _, acts)| *acts).collect();
        let n_acts = acts.len();
        acts.sort_unstable();
        acts.dedup();
        assert_eq!(acts.len(), n_acts);
        for language in [0, 1] {
            let mut names: Vec<_> = NAMES
                .iter()
                .map(|(vi, en, _)| [*vi, *en][language])
                .collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), NAMES.len());
        }
        assert_eq!(act_name("POST /nowhere"), None);
        assert_eq!(act_name("POST /login"), Some(["Đăng nhập", "Sign in"]));
    }
}
