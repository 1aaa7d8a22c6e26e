//! TLS to the server: the one TLS of this program, always with a look at the
//! certificate.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Cause;

/// What trusts the certificates of the system, or those of a file alone.
pub(super) fn connector(root_certificates: Option<&Path>) -> Result<MakeRustlsConnect, Cause> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let builder = match root_certificates {
        None => builder.with_platform_verifier()?,
        Some(path) => builder.with_root_certificates(roots(path)?),
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

fn roots(path: &Path) -> Result<RootCertStore, Cause> {
    let failed =
        |error: &dyn std::fmt::Display| format!("certificates `{}`: {error}", path.display());
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
    for certificate in found {
        roots.add(certificate.map_err(|error| failed(&error))?)?;
    }
    if roots.is_empty() {
        return Err(failed(&"the file holds none").into());
    }
    Ok(roots)
}
