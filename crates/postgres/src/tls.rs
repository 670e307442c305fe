//! `sslmode` and `sslrootcert`, which tokio-postgres knows in part only.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connection::ConnectError;

/// How far the server's certificate is trusted; the names and meanings are libpq's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SslMode {
    /// No encryption.
    Disable,
    /// Encrypted where the server can; whoever it is.
    Prefer,
    /// Encrypted; whoever it is.
    Require,
    /// Encrypted, and a trusted authority signed the certificate.
    VerifyCa,
    /// Likewise, and the certificate names the host.
    VerifyFull,
}

/// What an address says of encryption, and the address without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsParameters {
    pub(crate) mode: SslMode,
    pub(crate) root_certificates: Option<PathBuf>,
    pub(crate) bare_url: String,
}

impl TlsParameters {
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root_certificates, mut others) = (SslMode::Prefer, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", name)) => mode = parse_mode(name)?,
                Some(("sslrootcert", path)) => root_certificates = Some(PathBuf::from(path)),
                _ => others.push(pair),
            }
        }
        let bare_url = if others.is_empty() { address.to_owned() } else { format!("{address}?{}", others.join("&")) };
        Ok(Self { mode, root_certificates, bare_url })
    }

    /// What makes connections secure; `None` where they are not to be.
    pub(crate) fn connector(&self) -> Result<Option<MakeRustlsConnect>, ConnectError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self.mode {
            SslMode::Disable => return Ok(None),
            SslMode::Prefer | SslMode::Require => Arc::new(AnyCertificate(provider.clone())),
            SslMode::VerifyCa => Arc::new(AnyHostName(self.verifier(&provider)?)),
            SslMode::VerifyFull => self.verifier(&provider)?,
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ConnectError::Tls(error.into()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Some(MakeRustlsConnect::new(config)))
    }

    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, ConnectError> {
        let mut roots = RootCertStore::empty();
        if let Some(path) = &self.root_certificates {
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| ConnectError::Tls(error.into()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| ConnectError::Tls(error.into()))?;
                roots.add(certificate).map_err(|error| ConnectError::Tls(error.into()))?;
            }
        } else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .build()
            .map_err(|error| ConnectError::Tls(error.into()))
    }
}

fn parse_mode(name: &str) -> Result<SslMode, ConnectError> {
    Ok(match name {
        "disable" => SslMode::Disable,
        // libpq's `allow` starts in the clear; nobody should want that, and `prefer` connects wherever it does.
        "allow" | "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        _ => {
            return Err(ConnectError::Url("sslmode is one of disable, prefer, require, verify-ca, verify-full".into()));
        }
    })
}

/// Encrypts against listeners only: takes every certificate, as libpq does below `verify-ca`.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Checks who signed, not for which host.
#[derive(Debug)]
struct AnyHostName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyHostName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is looked at last, once the chain has been found good.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_its_own_parameters_out_of_the_address_and_leaves_the_others() {
        let parameters =
            TlsParameters::parse("postgres://app@db/hr?sslmode=verify-full&application_name=hr&sslrootcert=/ca.pem")
                .unwrap();
        assert_eq!(parameters.mode, SslMode::VerifyFull);
        assert_eq!(parameters.root_certificates, Some(PathBuf::from("/ca.pem")));
        assert_eq!(parameters.bare_url, "postgres://app@db/hr?application_name=hr");
    }

    #[test]
    fn prefers_encryption_where_nothing_is_said() {
        let parameters = TlsParameters::parse("postgres://app@db/hr").unwrap();
        assert_eq!(parameters.mode, SslMode::Prefer);
        assert_eq!(parameters.bare_url, "postgres://app@db/hr");
    }

    #[test]
    fn refuses_a_mode_that_it_does_not_know() {
        assert!(TlsParameters::parse("postgres://app@db/hr?sslmode=maybe").is_err());
    }
}
