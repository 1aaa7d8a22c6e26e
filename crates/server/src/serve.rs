//! Listening, and stopping without cutting anyone off.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use catalog::CatalogError;
use tokio::{net::TcpListener, signal, sync::Notify, time};

use crate::{app::Library, router::router, settings::Settings};

/// How long requests under way may take to end after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error(
        "cannot listen on `{address}`; choose another address with `--listen`, or stop the program that uses it"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The catalogue cannot give or keep the installation's key.
    #[error(transparent)]
    Catalogue(#[from] CatalogError),
    /// The runtime cannot be started, or the listener failed.
    #[error("server ended")]
    Ended(#[source] std::io::Error),
}

/// Serves until a signal to stop (Ctrl-C, SIGTERM) comes; requests under way
/// are finished first. `on_listen` is told the address, with the port that
/// `:0` became.
///
/// # Errors
/// [`ServeError`] when the address is taken or the listener fails.
pub fn serve(
    address: SocketAddr,
    library: Library,
    settings: Settings,
    on_listen: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(ServeError::Ended)?;
    let served = runtime.block_on(async {
        let listen = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        on_listen(listener.local_addr().map_err(listen)?);
        let service = router(library, settings)?;
        let service = service.into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, service);
        let stopping = Arc::new(Notify::new());
        let told = stopping.clone();
        let stop = async move {
            stop_signal().await;
            tracing::info!("stopping; requests under way are finished");
            told.notify_one();
        };
        tokio::select! {
            ended = server.with_graceful_shutdown(stop) => ended.map_err(ServeError::Ended),
            () = async { stopping.notified().await; time::sleep(GRACE).await } => Ok(()),
        }
    });
    // A search that hangs must not keep the process alive.
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// Waits for a signal to stop (Ctrl-C, SIGTERM), on this thread.
pub fn wait_for_stop() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(stop_signal()),
        // Signals end the process then, as they do by themselves.
        Err(error) => {
            tracing::warn!(%error, "signals to stop are not waited for");
            loop {
                std::thread::park();
            }
        }
    }
}

async fn stop_signal() {
    #[cfg(unix)]
    {
        use signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = signal::ctrl_c().await;
            return;
        };
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = signal::ctrl_c().await;
}
