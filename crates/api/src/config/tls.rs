//! The certificate with which listeners answer.

use std::path::PathBuf;

use super::Reader;

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead to its authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl Reader<'_> {
    /// The files that the settings name, if any: both, or none.
    pub(super) fn tls_files(&mut self) -> Option<TlsFiles> {
        let [certificate, key] =
            ["tls.certificate_file", "tls.key_file"].map(|name| self.text(name).map(PathBuf::from));
        match (certificate, key) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (certificate, _) => {
                let (given, missing, variable) = match certificate {
                    Some(_) => ("tls.certificate_file", "tls.key_file", "HR_TLS_KEY_FILE"),
                    None => ("tls.key_file", "tls.certificate_file", "HR_TLS_CERTIFICATE_FILE"),
                };
                self.faults.push(format!("{given} is of no use without {missing}: set {variable}, too"));
                None
            }
        }
    }
}
