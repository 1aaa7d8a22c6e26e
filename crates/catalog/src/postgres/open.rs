//! Connecting, and bringing the layout up to date.

use std::{path::PathBuf, sync::mpsc};

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls, config::SslMode};

use super::{PostgresAddress, connection::PostgresConnection, failure, tls};
use crate::{CatalogError, Cause, sql::Session};

mod migrations {
    refinery::embed_migrations!("migrations_postgres");
}

/// What holds on every connection: a writer waits for another as long as with
/// SQLite, and one whose machine stopped in the middle does not hold the others
/// up for ever.
const SETTINGS: &str = "SET lock_timeout = '30s';
    SET idle_in_transaction_session_timeout = '5min';
    SET client_min_messages = warning";

/// One migration at a time, whoever begins it; let go with the connection.
const LOCK: &str = "SELECT pg_advisory_lock(hashtext('trithuc migration'))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtext('trithuc migration'))";

/// The thread that drives connections.
pub(super) fn runtime(address: &PostgresAddress) -> Result<Runtime, CatalogError> {
    let built = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("postgres")
        .enable_all()
        .build();
    built.map_err(|source| CatalogError::Unreachable {
        server: address.to_string(),
        source: source.into(),
    })
}

/// The first connection: migrates, and says what is wrong with the database.
pub(super) fn first(
    runtime: &Runtime,
    address: &PostgresAddress,
) -> Result<PostgresConnection, CatalogError> {
    let failed = |source: Cause| CatalogError::Migrate {
        path: PathBuf::from(address.to_string()),
        source,
    };
    let mut client = client(runtime, address)?;
    let client = on(runtime, async move {
        let encoding = client.query_one("SHOW server_encoding", &[]).await?;
        let encoding: String = encoding.try_get(0)?;
        if encoding != "UTF8" {
            let text = format!(
                "its encoding is {encoding}; make it with `createdb --encoding=UTF8 --template=template0`"
            );
            return Err(Cause::from(text));
        }
        client.batch_execute(LOCK).await?;
        // All or nothing, as with SQLite: a step and the note of it together.
        migrations::migrations::runner()
            .set_grouped(true)
            .run_async(&mut client)
            .await?;
        client.batch_execute(UNLOCK).await?;
        Ok(client)
    });
    let client = client.map_err(failed)?;
    Ok(PostgresConnection::new(client, address.clone()))
}

/// A further connection.
pub(super) fn connect(
    runtime: &Runtime,
    address: &PostgresAddress,
) -> Result<PostgresConnection, CatalogError> {
    Ok(PostgresConnection::new(
        client(runtime, address)?,
        address.clone(),
    ))
}

fn client(runtime: &Runtime, address: &PostgresAddress) -> Result<Client, CatalogError> {
    let config = address.config.clone();
    let connected = if config.get_ssl_mode() == SslMode::Disable {
        on(runtime, async move {
            let (client, connection) = config.connect(NoTls).await?;
            drive(connection);
            client.batch_execute(SETTINGS).await?;
            Ok(client)
        })
    } else {
        let connector = tls::connector(address.root_certificates.as_deref());
        let connector = connector.map_err(|source| CatalogError::Unreachable {
            server: address.to_string(),
            source,
        })?;
        on(runtime, async move {
            let (client, connection) = config.connect(connector).await?;
            drive(connection);
            client.batch_execute(SETTINGS).await?;
            Ok(client)
        })
    };
    connected.map_err(|error| failure::unreachable(address, error))
}

/// Moves what comes and goes, until the client is dropped. Its error is given
/// to whoever waits for an answer.
fn drive<C>(connection: C)
where
    C: Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
{
    tokio::spawn(async move {
        drop(connection.await);
    });
}

/// Does some work on the runtime's thread and waits for it where it was asked.
fn on<T: Send + 'static>(runtime: &Runtime, work: impl Future<Output = T> + Send + 'static) -> T {
    let (told, heard) = mpsc::channel();
    runtime.spawn(async move { told.send(work.await) });
    heard.recv().expect("the work does not panic")
}

/// What only a damaged server or a hand in the database breaks.
pub(super) fn verify(session: &Session<'_>) -> Result<(), CatalogError> {
    let doing = "checking the database";
    for (place, sql) in [
        (
            "table `body`",
            "SELECT count(*) FROM record WHERE body IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM body WHERE body.hash = record.body)",
        ),
        (
            "table `counter`",
            "SELECT count(*) FROM record
             WHERE seq > (SELECT value FROM counter WHERE name = 'seq')",
        ),
        (
            "table `identifier`",
            "SELECT count(*) FROM identifier WHERE NOT EXISTS
                 (SELECT 1 FROM record WHERE record.key = identifier.record)",
        ),
        (
            "table `version`",
            "SELECT count(*) FROM version WHERE NOT EXISTS
                 (SELECT 1 FROM record WHERE record.key = version.record)",
        ),
    ] {
        let n: u64 = session.scalar(doing, sql, &[])?;
        if n > 0 {
            return Err(CatalogError::Corrupt {
                place: place.to_owned(),
                source: format!("{n} rows").into(),
            });
        }
    }
    Ok(())
}
