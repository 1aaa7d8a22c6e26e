//! The news on their way: each channel goes on from its own cursor. Which events
//! a message tells is written down before the first attempt, so that every
//! attempt is the same message with the same id; after a success the cursor
//! moves. Killed in between, the message goes again, and whoever keeps ids knows
//! that it is the same.

use catalog::Detail;
use jiff::{SignedDuration, Timestamp};
use records::{Clearance, Record};
use serde_json::{Value, json};

use crate::{
    AlertError, Alerts, Channel, Event, Happening, Mailer, SavedSearch, State, WebhookSender, sign,
};

/// Pause after the first failure; it doubles with each.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// Longest pause: a receiver that is mended hears of it the same day.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(12);

/// One thing to tell, as whoever it is told to may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// The event.
    pub event: Event,
    /// The record, for events of records.
    pub record: Option<Record>,
}

/// A letter, without its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// Where whoever reads it can end the letters.
    pub unsubscribe_url: String,
}

/// How news are put into words and addresses; the web edge knows both.
pub trait Wording {
    /// What happened, in the language of the saved search, and where to read on:
    /// a whole address.
    fn line(&self, saved: &SavedSearch, news: &News) -> (String, String);
    /// The page of the search itself.
    fn search_url(&self, saved: &SavedSearch) -> String;
    /// A letter that tells news.
    fn letter(&self, saved: &SavedSearch, news: &[News]) -> Letter;
    /// A letter that asks whether whoever reads it wants letters.
    fn question(&self, saved: &SavedSearch) -> Letter;
}

/// What a round of deliveries did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that arrived.
    pub n_sent: usize,
    /// Attempts that failed and will be made again.
    pub n_failed: usize,
}

/// The ways out, and what is needed on them.
pub struct Delivery<'a> {
    /// The saved searches.
    pub alerts: &'a Alerts,
    /// What an owner may see now; `None` for a closed account.
    pub clearance_of: &'a dyn Fn(&str) -> Result<Option<Clearance>, AlertError>,
    /// Sends to webhooks.
    pub webhooks: &'a WebhookSender,
    /// Sends letters; `None` where no mail server is set.
    pub mailer: Option<&'a Mailer>,
    /// Words and addresses.
    pub wording: &'a dyn Wording,
    /// The clock.
    pub now: &'a dyn Fn() -> Timestamp,
}

/// The message that goes next on a channel.
enum Message {
    News(Vec<News>),
    Question,
}

/// One of the ways out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Webhook,
    Mail,
}

impl Way {
    fn of(self, state: &mut State) -> &mut Option<Channel> {
        match self {
            Self::Webhook => &mut state.webhook,
            Self::Mail => &mut state.mail,
        }
    }
}

impl Channel {
    /// How an attempt at what is pending ended.
    fn note(&mut self, sent: Result<(), String>, is_question: bool, now: Timestamp) {
        match sent {
            Ok(()) => {
                *self = Self {
                    arrived_at: Some(now),
                    is_asked: self.is_asked || is_question,
                    ..Self::new(&self.target, self.pending.unwrap_or(self.told))
                }
            }
            Err(error) => {
                self.n_failed += 1;
                self.retry_at = Some(now + pause(self.n_failed));
                self.error = Some(error.chars().take(500).collect());
            }
        }
    }
}

impl Delivery<'_> {
    /// Sends what is due on every channel.
    ///
    /// # Errors
    /// When the catalogue fails; a receiver that fails is noted and tried again.
    pub fn deliver(&self) -> Result<Delivered, AlertError> {
        let mut done = Delivered::default();
        for saved in self.alerts.all()? {
            let Some(clearance) = (self.clearance_of)(&saved.owner)? else {
                continue;
            };
            let Some(mut state) = self.alerts.state(&saved.id)? else {
                continue;
            };
            self.by_webhook(&saved, &mut state, clearance, &mut done)?;
            self.by_mail(&saved, &mut state, clearance, &mut done)?;
        }
        Ok(done)
    }

    fn by_webhook(
        &self,
        saved: &SavedSearch,
        state: &mut State,
        clearance: Clearance,
        done: &mut Delivered,
    ) -> Result<(), AlertError> {
        let Some(hook) = &saved.webhook else {
            return Ok(());
        };
        let send = |id: &str, at, message: &Message| {
            let Message::News(news) = message else {
                return Ok(());
            };
            let body = self.body(saved, news, at).to_string();
            let signature = sign(&hook.secret, id, at, body.as_bytes());
            self.webhooks.send(&hook.url, &signature, body.as_bytes())
        };
        self.step(saved, state, clearance, done, Way::Webhook, &send)
    }

    fn by_mail(
        &self,
        saved: &SavedSearch,
        state: &mut State,
        clearance: Clearance,
        done: &mut Delivered,
    ) -> Result<(), AlertError> {
        let (Some(mail), Some(mailer)) = (&saved.mail, self.mailer) else {
            return Ok(());
        };
        let send = |id: &str, at, message: &Message| {
            let letter = match message {
                Message::News(news) => self.wording.letter(saved, news),
                Message::Question => self.wording.question(saved),
            };
            mailer.send(&mail.address, id, &letter, at)
        };
        self.step(saved, state, clearance, done, Way::Mail, &send)
    }

    /// One attempt on one channel, if one is due.
    fn step(
        &self,
        saved: &SavedSearch,
        state: &mut State,
        clearance: Clearance,
        done: &mut Delivered,
        way: Way,
        send: &dyn Fn(&str, Timestamp, &Message) -> Result<(), String>,
    ) -> Result<(), AlertError> {
        let now = (self.now)();
        let Some(before) = way.of(state).clone() else {
            return Ok(());
        };
        if before.retry_at.is_some_and(|at| at > now) {
            return Ok(());
        }
        let mut channel = before.clone();
        let Some((id, message, up_to)) = self.next(saved, state, &mut channel, clearance, way)?
        else {
            if before != channel {
                *way.of(state) = Some(channel);
                self.alerts.put_state(&saved.id, state, now)?;
            }
            return Ok(());
        };
        channel.pending = Some(up_to);
        *way.of(state) = Some(channel.clone());
        self.alerts.put_state(&saved.id, state, now)?;
        let sent = send(&id, now, &message);
        match &sent {
            Ok(()) => done.n_sent += 1,
            Err(error) => {
                done.n_failed += 1;
                tracing::info!(saved = %saved.id, error, "a message did not arrive");
            }
        }
        channel.note(sent, matches!(message, Message::Question), now);
        *way.of(state) = Some(channel);
        self.alerts.put_state(&saved.id, state, now)
    }

    /// The message that is due: its id, what it says, and the event up to which
    /// it tells. What nobody may see any more is passed over.
    fn next(
        &self,
        saved: &SavedSearch,
        state: &State,
        channel: &mut Channel,
        clearance: Clearance,
        way: Way,
    ) -> Result<Option<(String, Message, u64)>, AlertError> {
        let mail = saved.mail.as_ref().filter(|_| way == Way::Mail);
        if mail.is_some_and(|mail| !mail.is_confirmed) {
            // Nothing piles up while nobody has agreed to anything.
            channel.told = state.last_event;
            channel.pending = None;
            let id = format!("{}-question", saved.id);
            return Ok((!channel.is_asked).then_some((id, Message::Question, channel.told)));
        }
        let up_to = channel.pending.unwrap_or(state.last_event);
        if up_to <= channel.told {
            return Ok(None);
        }
        let events = self.alerts.events(&saved.id)?;
        let due = |event: &Event| event.number > channel.told && event.number <= up_to;
        let events = events.into_iter().filter(due).collect();
        let news = self.alerts.seen(events, clearance)?;
        if news.is_empty() {
            channel.told = up_to;
            channel.pending = None;
            return Ok(None);
        }
        let id = format!("{}-{}-{up_to}", saved.id, channel.told + 1);
        Ok(Some((id, Message::News(news), up_to)))
    }

    fn body(&self, saved: &SavedSearch, news: &[News], at: Timestamp) -> Value {
        let item = |news: &News| {
            let (title, link) = self.wording.line(saved, news);
            let mut item = json!({
                "kind": kind(&news.event.what), "title": title, "link": link,
                "at": news.event.at.to_string(),
            });
            if let Some(record) = &news.record {
                item["id"] = json!(record.id);
                item["type"] = json!(record.record_type);
                item["year"] = json!(record.year);
            }
            if let Happening::More { n_records } = news.event.what {
                item["n_records"] = json!(n_records);
            }
            item
        };
        json!({
            "type": "saved_search.news",
            "timestamp": at.to_string(),
            "data": {
                "saved_search": {
                    "id": saved.id, "name": saved.name, "link": self.wording.search_url(saved),
                },
                "news": news.iter().map(item).collect::<Vec<_>>(),
            },
        })
    }
}

/// The word for programs.
fn kind(what: &Happening) -> &str {
    match what {
        Happening::Record { .. } => "record",
        Happening::More { .. } => "more",
        Happening::Notice { topic, .. } => topic,
    }
}

impl News {
    /// What kind of thing it is, for programs: `record`, `more`, or the topic of
    /// a notice.
    pub fn kind(&self) -> &str {
        kind(&self.event.what)
    }
}

impl Alerts {
    /// Events as a reader of this clearance may see them, in the same order:
    /// those of records that may not be seen are left out.
    ///
    /// # Errors
    /// When the catalogue fails.
    pub fn seen(&self, events: Vec<Event>, clearance: Clearance) -> Result<Vec<News>, AlertError> {
        let ids: Vec<_> = events.iter().filter_map(Event::record).cloned().collect();
        let stored = self
            .catalogue()
            .get_many(&ids, clearance, Detail::Summary)?;
        let mut stored = stored.into_iter();
        let mut news = Vec::with_capacity(events.len());
        for event in events {
            let record = match event.record() {
                None => None,
                Some(_) => match stored.next().flatten() {
                    Some(stored) => Some(stored.record),
                    None => continue,
                },
            };
            news.push(News { event, record });
        }
        Ok(news)
    }
}

/// 1, 2, 4, … minutes, at most twelve hours.
fn pause(n_failed: u32) -> SignedDuration {
    let factor = 1_i32 << n_failed.saturating_sub(1).min(16);
    FIRST_PAUSE.saturating_mul(factor).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_half_a_day() {
        let minutes: Vec<i64> = [1, 2, 3, 10, 11, 40].map(|n| pause(n).as_mins()).into();
        assert_eq!(minutes, [1, 2, 4, 512, 720, 720]);
    }
}
