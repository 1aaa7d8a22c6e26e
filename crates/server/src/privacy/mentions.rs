//! Where the log of acts names an account: who acted, whose account an address
//! or a command speaks of, and what they wrote beside it.
//!
//! Users of the machine are no accounts, even of the same name: somebody who
//! chooses `root` for a name must not be able to erase what root did.

use catalog::{AuditLog, CatalogError, Erasing, LoggedAct, Via, Word};

/// Entries read at once.
const PAGE: usize = 1000;

/// Commands whose first argument is an account, by their first word.
const COMMANDS: [&str; 2] = ["user", "alerts"];

/// The entries of the log that an account is named in, oldest first.
pub(super) fn naming(log: &dyn AuditLog, name: &str) -> Result<Vec<LoggedAct>, CatalogError> {
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let page = log.acts_after(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(found);
        };
        after = last.number;
        found.extend(
            page.into_iter()
                .filter(|act| !words(act, name, "").is_empty()),
        );
    }
}

/// The words of an entry to be erased, with what stands there afterwards.
pub(super) fn words(act: &LoggedAct, name: &str, pseudonym: &str) -> Vec<Erasing> {
    let is_actor = act.actor == name && act.via != Via::Command;
    let actor = is_actor.then(|| pseudonym.to_owned());
    let object = address(act, name, pseudonym).or_else(|| arguments(act, name, pseudonym));
    // What somebody called a key of theirs.
    let is_key = is_actor && act.act.contains("/keys") && act.detail.contains("label=");
    let outcome = act.detail.split(';').next().unwrap_or_default();
    let detail = is_key.then(|| outcome.to_owned());
    let texts = [actor, object, detail];
    let told = Word::ALL.into_iter().zip(texts).zip(&act.sealing.salts);
    told.filter(|(_, salt)| salt.erased_by().is_none())
        .filter_map(|((word, text), _)| {
            Some(Erasing {
                number: act.number,
                word,
                text: text?,
            })
        })
        .collect()
}

/// An address below `/users/{name}`.
fn address(act: &LoggedAct, name: &str, pseudonym: &str) -> Option<String> {
    let (_, route) = act.act.split_once(' ')?;
    let mut named = route.split('/').zip(route.split('/').skip(1));
    let place = named.position(|pair| pair == ("users", "{name}"))? + 1;
    let mut parts: Vec<&str> = act.object.split('/').collect();
    let part = parts.get_mut(place).filter(|part| **part == name)?;
    *part = pseudonym;
    Some(parts.join("/"))
}

/// A command about the account. What else was said (labels, queries, addresses)
/// goes too.
fn arguments(act: &LoggedAct, name: &str, pseudonym: &str) -> Option<String> {
    let command = act
        .act
        .strip_prefix("trithuc ")
        .filter(|_| act.via == Via::Command)?;
    let (first, second) = command.split_once(' ')?;
    let said: Vec<&str> = act.object.split(' ').collect();
    let place = said.windows(2).position(|pair| pair == [first, second])? + 2;
    let is_about = COMMANDS.contains(&first) && said[place..].contains(&name);
    is_about.then(|| format!("{command} {pseudonym} …"))
}

#[cfg(test)]
mod tests {
    use catalog::{NewAct, SqliteCatalog};
    use jiff::Timestamp;

    use super::*;

    /// What is erased of an entry for `an`.
    fn erased(actor: &str, via: Via, act: &str, object: &str, detail: &str) -> Vec<(Word, String)> {
        let log = SqliteCatalog::in_memory().unwrap();
        let act = NewAct {
            actor: actor.to_owned(),
            via,
            act: act.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
        };
        let logged = log.log_act(act, Timestamp::UNIX_EPOCH).unwrap();
        let words = words(&logged, "an", "x").into_iter();
        words.map(|one| (one.word, one.text)).collect()
    }

    #[test]
    fn an_account_is_found_as_actor_in_addresses_and_in_commands() {
        let session = |actor, act, object, detail| erased(actor, Via::Session, act, object, detail);
        let actor = (Word::Actor, "x".to_owned());
        let object = |text: &str| vec![(Word::Object, text.to_owned())];
        assert_eq!(
            session("an", "POST /saved", "/saved", "done"),
            std::slice::from_ref(&actor)
        );
        assert_eq!(
            session(
                "quan",
                "POST /users/{name}",
                "/users/an",
                "done; role=admin"
            ),
            object("/users/x")
        );
        assert_eq!(
            session(
                "quan",
                "PATCH /api/v1/users/{name}",
                "/api/v1/users/an",
                "done"
            ),
            object("/api/v1/users/x")
        );
        assert!(session("quan", "POST /users/{name}", "/users/anh", "done").is_empty());
        // A collection of the same name is no account.
        let put = "PUT /api/v1/collections/{name}";
        assert!(session("quan", put, "/api/v1/collections/an", "done").is_empty());
        assert_eq!(
            session(
                "an",
                "POST /account/keys",
                "/account/keys",
                "done; label=của An scope=read"
            ),
            [actor, (Word::Detail, "done".to_owned())]
        );
        let command = |act, object| erased("root", Via::Command, act, object, "done");
        assert_eq!(
            command(
                "trithuc user add",
                "--data /srv/an user add an --role reader"
            ),
            object("user add x …")
        );
        let saved = command("trithuc alerts add", "alerts add an lúa --email an@x.vn");
        assert_eq!(saved, object("alerts add x …"));
        assert!(command("trithuc user add", "--data an user add binh").is_empty());
        assert!(command("trithuc ingest", "ingest an").is_empty());
        assert!(erased("an", Via::Command, "trithuc ingest", "ingest a", "done").is_empty());
    }
}
