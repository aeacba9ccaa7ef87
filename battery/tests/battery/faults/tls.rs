//! Certificates made on the spot, and servers that show them.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A self-signed certificate and its key.
#[derive(Clone)]
pub(crate) struct Certificate {
    public: CertificateDer<'static>,
    key: Arc<PrivateKeyDer<'static>>,
}

impl Certificate {
    pub(crate) fn of(name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        Self {
            public: made.cert.der().clone(),
            key: Arc::new(made.signing_key.into()),
        }
    }

    /// Makes a client trust this certificate and no other.
    pub(crate) fn trusted(&self, http: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        let root = reqwest::Certificate::from_der(&self.public).unwrap();
        http.tls_backend_rustls().tls_certs_only([root])
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Certificate")
    }
}

/// `protocols` are those that the server offers by ALPN.
pub(crate) fn acceptor(certificate: &Certificate, protocols: &[&[u8]]) -> TlsAcceptor {
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.public.clone()],
            certificate.key.clone_key(),
        )
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
