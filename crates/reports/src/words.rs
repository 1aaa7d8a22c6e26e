//! The words of reports in both languages, and how numbers are written.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Language of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// A code that is no language of reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are no reports in `{0}`; use vi or en")]
pub struct UnknownLanguage(String);

impl Language {
    /// ISO 639 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Vi => &VI,
            Self::En => &EN,
        }
    }

    /// A whole number with its thousands marked.
    pub(crate) fn whole(self, n: f64) -> String {
        let mark = if self == Self::Vi { '.' } else { ',' };
        let digits = format!("{:.0}", n.abs());
        let mut out = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        if n <= -0.5 { format!("−{out}") } else { out }
    }

    /// A number with decimals.
    pub(crate) fn decimal(self, n: f64, places: usize) -> String {
        let text = format!("{:.places$}", n.abs());
        let is_negative = n < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
        let text = if self == Self::Vi {
            text.replace('.', ",")
        } else {
            text
        };
        if is_negative {
            format!("−{text}")
        } else {
            text
        }
    }

    /// A share 0..=1 as per cent.
    pub(crate) fn percent(self, part: f64, places: usize) -> String {
        format!("{} %", self.decimal(100.0 * part, places))
    }

    /// A rate with its sign.
    pub(crate) fn rate(self, part: f64) -> String {
        let sign = if part >= 0.0 { "+" } else { "" };
        format!("{sign}{}", self.percent(part, 1))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        match code {
            "vi" => Ok(Self::Vi),
            "en" => Ok(Self::En),
            _ => Err(UnknownLanguage(code.chars().take(20).collect())),
        }
    }
}

/// Puts values into the gaps `{}` of a message, in order.
pub(crate) fn fill(message: &str, values: &[&str]) -> String {
    let mut parts = message.split("{}");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (i, part) in parts.enumerate() {
        out.push_str(values.get(i).copied().unwrap_or("{}"));
        out.push_str(part);
    }
    out
}

macro_rules! words {
    ($($key:ident: $vi:literal, $en:literal;)*) => {
        /// Every message of a report.
        #[derive(Debug)]
        pub(crate) struct Words { $(pub(crate) $key: &'static str,)* }
        const VI: Words = Words { $($key: $vi,)* };
        const EN: Words = Words { $($key: $en,)* };
        #[cfg(test)]
        const ALL: &[(&str, &str)] = &[$(($vi, $en),)*];
    };
}

words! {
    title: "Báo cáo xu hướng: {}", "Trends: {}";
    everything: "cả thư viện", "the whole library";
    summary: "Tóm tắt", "Summary";
    counts: "Số biểu ghi mỗi năm", "Records a year";
    shares: "Tỷ trọng trong thư viện", "Share of the library";
    forecast: "Dự báo", "Forecast";
    institutions: "Cơ quan", "Institutions";
    provinces: "Tỉnh, thành phố", "Provinces and cities";
    countries: "Nước", "Countries";
    corrected_year: "Năm chưa hết, ước khi biểu ghi đã về đủ", "The unfinished year, once its records have come";
    so_far: "Đến nay", "So far";
    arrived: "Phần đã về đến ngày này, theo các năm trước", "Part that had arrived by this day in past years";
    corrected_on: " · hiệu chỉnh theo ngày {}", " · corrected as of {}";
    types: "Loại tài liệu", "Types of works";
    emerging: "Chủ đề mới nổi trong thư viện", "Topics that emerge in the library";
    evidence: "Biểu ghi dẫn chứng", "Records as evidence";
    method: "Cách tính", "How it was made";
    year: "Năm", "Year";
    records: "Biểu ghi", "Records";
    share: "Tỷ trọng", "Share";
    name: "Tên", "Name";
    kind: "Loại", "Type";
    score: "Điểm", "Score";
    recent: "Ba năm gần nhất", "Last three years";
    before: "Ba năm trước đó", "Three years before";
    expected: "Kỳ vọng", "Expected";
    lower: "Cận dưới 95 %", "Lower end, 95 %";
    upper: "Cận trên 95 %", "Upper end, 95 %";
    unfinished: "{} (chưa hết năm)", "{} (not over)";
    found: "Thư viện có {} biểu ghi, trong đó {} không có năm.", "The library holds {} records, {} of them without a year.";
    last: "Năm {} có {} biểu ghi, bằng {} cả thư viện.", "In {} there were {} records, {} of the library.";
    growth: "Từ {} đến {}, số lượng thay đổi {} mỗi năm; tỷ trọng {} mỗi năm.", "From {} to {} the number changed by {} a year, the share by {} a year.";
    burst: "Bùng nổ từ {} đến {}: tỷ trọng cao bất thường (trọng số {}).", "Burst from {} to {}: an unusually large share (weight {}).";
    change: "Năm {} tỷ trọng chuyển từ {} sang {}.", "In {} the share went from {} to {}.";
    s_curve: "Giai đoạn trên đường cong S: {}; đã đạt {} mức trần; đường cong giải thích {} số liệu.", "Stage on the S-curve: {}; {} of the ceiling reached; the curve explains {} of the counts.";
    emergence: "khởi đầu", "emergence";
    rise: "tăng trưởng", "growth";
    maturity: "chín muồi", "maturity";
    saturation: "bão hòa", "saturation";
    no_stage: "Không xếp được giai đoạn trên đường cong S: {}.", "No stage on the S-curve: {}.";
    stage_thin: "{} năm với {} biểu ghi là quá ít", "{} years with {} records are too few";
    stage_poor: "đường cong chỉ giải thích {} số liệu", "the curve explains only {} of the counts";
    stage_unbent: "mức tăng chưa chậm lại nên chưa biết mức trần", "growth has not slowed yet, so the ceiling can't be told";
    lag: "Từ {} đến {}: {} năm.", "From {} to {}: {} years.";
    outlier: "Năm {} cao vọt so với hai năm bên cạnh: nên xem lại các biểu ghi; dự báo không tính năm này.", "{} stands far above its neighbours: look at its records; the forecast leaves it out.";
    open_year: "Năm {} chưa hết: mới có {} biểu ghi, không đưa vào tính toán.", "{} is not over: {} records so far, in no calculation.";
    corrected: "Năm {} ước có {} biểu ghi khi đã về đủ, khoảng 95 % từ {} đến {}: theo {} năm trước, đến ngày này mới về {} số biểu ghi của năm.", "{} is estimated at {} records once they have come, with 95 % between {} and {}: in {} past years {} of the year's records had arrived by this day.";
    not_corrected: "Số biểu ghi của năm chưa hết không hiệu chỉnh được: {}.", "The unfinished year is not corrected: {}.";
    arrivals_few: "mới biết biểu ghi của {} năm trước về khi nào; cần ít nhất {}", "it is known of {} past years when their records arrived; at least {} are needed";
    arrivals_early: "đến ngày này thường mới về {} số biểu ghi của một năm", "by this day only {} of a year's records have usually come";
    future: "{} biểu ghi mang năm {} chưa tới: sai, hoặc mới công bố trước.", "{} records carry the year {}, which is still to come: wrong, or announced.";
    ahead: "Năm {} dự kiến {} biểu ghi, khoảng 95 % từ {} đến {}.", "For {} {} records are expected, with 95 % between {} and {}.";
    no_forecast: "Không dự báo: {}.", "No forecast: {}.";
    too_short: "chỉ có {} năm có biểu ghi; cần ít nhất {}", "only {} years with records; at least {} are needed";
    too_thin: "chỉ có {} biểu ghi; cần ít nhất {}", "only {} records in all; at least {} are needed";
    combination: "kết hợp nhiều phương pháp", "a combination of several";
    damped: "làm trơn hàm mũ với xu thế tắt dần", "exponential smoothing with a damped trend";
    robust_trend: "xu thế bền vững (trung vị các bước)", "a robust trend (median step)";
    naive: "giữ nguyên giá trị cuối", "staying at the last value";
    backtest: "Phương pháp: {}. Thử tại {} thời điểm quá khứ, sai số bằng {} lần bước thay đổi thường năm (giữ nguyên giá trị cuối: {}), và {} kết quả thật nằm trong khoảng.", "Method: {}. At {} past moments its error was {} times a usual yearly step (staying at the last value: {}), and {} of what came lay in the interval.";
    none_emerges: "Không chủ đề nào mới nổi theo định nghĩa dưới đây.", "No topic emerges by the definition below.";
    definition: "Mới nổi: ít nhất 6 biểu ghi trong ba năm trọn vẹn gần nhất, tỷ trọng gấp ít nhất 1,5 lần ba năm trước đó, và ít nhất nửa số biểu ghi nằm trong sáu năm này. Điểm là lô-ga-rít cơ số 2 của mức tăng.", "Emerging: at least 6 records in the last three complete years, a share at least 1.5 times that of the three years before, and at least half of all records in these six years. The score is the base-2 logarithm of the growth.";
    hindsight: "Nhìn lại năm {}: trong {} nhóm mới nổi theo định nghĩa này, {} tiếp tục tăng; trong các nhóm còn lại {}.", "In hindsight, {}: of {} groups that emerged by this definition, {} went on growing; of all others {}.";
    alert_burst: "{}: bùng nổ bắt đầu năm {} ({} biểu ghi)", "{}: a burst began in {} ({} records)";
    alert_missed: "{}: năm {} có {} biểu ghi, ngoài khoảng 95 % đã dự báo từ {} đến {}", "{}: {} had {} records, outside the 95 % interval forecast from {} to {}";
    alert_emerging: "{}: mới nổi tính đến năm {} ({} biểu ghi trong năm)", "{}: emerges as of {} ({} records that year)";
    alert_topic: "Chủ đề mới: {}", "New topic: {}";
    alert_entrant: "Đơn vị mới: {} lần đầu xuất hiện năm {} với {} biểu ghi", "New entrant: {} appeared first in {} with {} records";
    stamp: "Nguồn: {}", "Source: {}";
    made: "Mọi số liệu đếm các biểu ghi mà người lập báo cáo được xem, theo câu chọn, trạng thái danh mục và phương pháp ghi dưới mỗi hình và bảng. Lập lại với cùng trạng thái cho cùng số liệu, từng byte một.", "Every figure counts the records that whoever made the report may see, by the selection, the state of the catalogue and the methods named under each chart and table. Made again in the same state it has the same figures, byte for byte.";
    source_line: "{} · danh mục #{} · năm hiện tại {} · phương pháp {} · quyền xem {}", "{} · catalogue #{} · current year {} · methods {} · seen as {}";
    page: "Trang {} / {}", "Page {} of {}";
    paper: "bài báo", "papers";
    patent: "sáng chế", "patents";
    dataset: "bộ dữ liệu", "datasets";
    thesis: "luận án, luận văn", "theses";
    report: "báo cáo", "reports";
    task: "nhiệm vụ KH&CN", "S&T tasks";
    book: "sách", "books";
    other: "khác", "others";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_gaps() {
        for (vi, en) in ALL {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(vi), gaps(en), "{vi} | {en}");
        }
    }

    #[test]
    fn numbers_are_written_as_readers_do() {
        assert_eq!(Language::Vi.whole(1_234_567.0), "1.234.567");
        assert_eq!(Language::En.whole(-1234.0), "−1,234");
        assert_eq!(Language::Vi.decimal(0.25, 2), "0,25");
        assert_eq!(Language::En.rate(-0.051), "−5.1 %");
        assert_eq!(Language::En.decimal(-0.001, 1), "0.0");
        assert_eq!(fill("{} of {}", &["1", "2"]), "1 of 2");
    }
}
