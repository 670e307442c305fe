//! The certificate that listeners show, read anew when its files change, and the authorities that `healthcheck` trusts.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::causes::with_causes;
use crate::config::TlsFiles;

/// How often the files are looked at.
const PERIOD: Duration = Duration::from_secs(2);

/// Why there is no TLS.
#[derive(Debug, Error)]
pub(crate) enum TlsError {
    /// A file is not there, or not for us.
    #[error("{} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// A file holds something else.
    #[error("{} holds no {what} in PEM form", path.display())]
    NotPem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        source: pem::Error,
    },
    /// The two do not belong together, or are of a kind that TLS does not know.
    #[error("the key in {} is not that of the certificate in {}", key.display(), certificate.display())]
    Unmatched {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
    /// An authority, or the machine's trust store.
    #[error("no authority can be trusted")]
    Authority(#[source] rustls::Error),
}

/// A certificate with its key, and the files that both came from.
#[derive(Debug)]
pub(crate) struct ServedCertificate {
    files: TlsFiles,
    current: RwLock<Arc<CertifiedKey>>,
}

/// What the files held when they were last looked at, whether it could be used or not.
type Seen = [u8; 32];

impl ServedCertificate {
    /// Reads the files.
    pub(crate) fn read(files: &TlsFiles) -> Result<Arc<Self>, TlsError> {
        let (key, _) = certified_key(files)?;
        Ok(Arc::new(Self { files: files.clone(), current: RwLock::new(Arc::new(key)) }))
    }

    /// What a listener is set up with: TLS 1.2 and 1.3.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::<Self>::clone(self));
        Ok(config)
    }

    /// Looks at the files from time to time, for as long as it is polled. New ones that cannot be used are logged once, and
    /// those from before go on to be shown.
    pub(crate) async fn renew_forever(self: Arc<Self>) {
        let mut seen = Seen::default();
        loop {
            let looked = Arc::clone(&self);
            let now = tokio::task::spawn_blocking(move || looked.renew(seen)).await;
            seen = now.unwrap_or(seen);
            tokio::time::sleep(PERIOD).await;
        }
    }

    fn renew(&self, seen: Seen) -> Seen {
        let (found, now) = match certified_key(&self.files) {
            Ok((key, now)) => (Ok(key), now),
            Err(error) => {
                let now = Sha256::digest(with_causes(&error)).into();
                (Err(error), now)
            }
        };
        if now == seen {
            return seen;
        }
        match found {
            Ok(key) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                if current.cert != key.cert {
                    *current = Arc::new(key);
                    tracing::info!(file = %self.files.certificate.display(), "a new certificate is shown from now on");
                }
            }
            Err(error) => tracing::error!(
                cause = with_causes(&error),
                "the new certificate cannot be used, and the one before is shown still: write the certificate and its key anew"
            ),
        }
        now
    }
}

impl ResolvesServerCert for ServedCertificate {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Trusts the authorities in a file, or without one those of the machine.
pub(crate) fn client_config(authorities: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(path) => {
            for certificate in certificates(path, &read(path)?)? {
                roots.add(certificate).map_err(TlsError::Authority)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Authority)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn certified_key(files: &TlsFiles) -> Result<(CertifiedKey, Seen), TlsError> {
    let TlsFiles { certificate, key } = files;
    let (chain, secret) = (read(certificate)?, read(key)?);
    let seen = Sha256::new().chain_update(&chain).chain_update(&secret).finalize().into();
    let chain = certificates(certificate, &chain)?;
    let secret = PrivateKeyDer::from_pem_slice(&secret).map_err(|source| TlsError::NotPem {
        path: key.clone(),
        what: "private key",
        source,
    })?;
    match CertifiedKey::from_der(chain, secret, &provider()) {
        Ok(certified) => Ok((certified, seen)),
        Err(source) => Err(TlsError::Unmatched { certificate: certificate.clone(), key: key.clone(), source }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| TlsError::Unreadable(path.to_owned(), error))
}

/// At least one.
fn certificates(path: &Path, text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found = CertificateDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        other => {
            let source = other.err().unwrap_or(pem::Error::NoItemsFound);
            Err(TlsError::NotPem { path: path.to_owned(), what: "certificate", source })
        }
    }
}
