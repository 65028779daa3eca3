//! Small documents of other servers: keys of issuers, their metadata, tokens. Limited in size and time, no redirects; what is
//! said of a failure names neither address nor content.

use std::{path::PathBuf, time::Duration};

use hoagiai_identity::token::metadata::{self, Metadata, MetadataError};
use http::{HeaderValue, StatusCode, header};
use reqwest::{Certificate, Client, Response, redirect::Policy};
use url::form_urlencoded;

/// The largest document that is read, in bytes. A set of keys has a few thousand.
const LARGEST: usize = 64 * 1024;
/// From the first packet to the last byte.
const LONGEST: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);

/// Why a document is not there.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The file of authorities cannot be read, or is none.
    #[error("the certificate authorities in {0} cannot be used")]
    Authorities(PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// No client can be made: the system has no certificate authorities, for instance.
    #[error("no HTTPS client can be made")]
    Client(#[source] reqwest::Error),
    /// Nobody answers there, or over no TLS that we trust, or not in time.
    #[error("the server cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It answered something else than the document; redirects are not followed.
    #[error("the server answered {0}")]
    Status(StatusCode),
    /// More than 64 KiB.
    #[error("the document is larger than {LARGEST} bytes")]
    TooLarge,
    /// What an issuer says of itself is not usable.
    #[error("the issuer's metadata: {0}")]
    Metadata(#[from] MetadataError),
}

impl FetchError {
    /// One word, for logs and metrics.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Authorities(..) => "authorities",
            Self::Client(_) => "client",
            Self::Unreachable(error) if error.is_timeout() => "too_slow",
            Self::Unreachable(_) => "unreachable",
            Self::Status(status) if status.is_redirection() => "redirect",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Metadata(_) => "metadata",
        }
    }
}

/// Fetches. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Fetcher(Client);

impl Fetcher {
    /// Trusts the authorities of the system, and those in this PEM file.
    ///
    /// # Errors
    /// [`FetchError::Authorities`], [`FetchError::Client`].
    pub fn new(authorities: Option<&PathBuf>) -> Result<Self, FetchError> {
        let more = match authorities {
            None => Vec::new(),
            Some(file) => {
                let unusable = |error| FetchError::Authorities(file.clone(), error);
                let pem = std::fs::read(file).map_err(|error| unusable(error.into()))?;
                Certificate::from_pem_bundle(&pem).map_err(|error| unusable(error.into()))?
            }
        };
        let builder = Client::builder().redirect(Policy::none()).timeout(LONGEST).connect_timeout(CONNECT);
        let builder = builder.tls_certs_merge(more).user_agent(concat!("hoagiai/", env!("CARGO_PKG_VERSION")));
        builder.build().map(Self).map_err(FetchError::Client)
    }

    /// A document.
    ///
    /// # Errors
    /// It is not to be had, or is no answer of 200.
    pub async fn get(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        let request = self.0.get(address).header(header::ACCEPT, HeaderValue::from_static("application/json"));
        let response = request.send().await.map_err(unreachable)?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        read(response).await
    }

    /// The answer to a form, whatever its status. The name and the secret of a client go into the header, each encoded
    /// as RFC 6749 §2.3.1 has it.
    ///
    /// # Errors
    /// There is no answer, or one that is too large.
    pub async fn post_form(
        &self,
        address: &str,
        fields: &[(&str, &str)],
        client: Option<(&str, &str)>,
    ) -> Result<(StatusCode, Vec<u8>), FetchError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let mut request = self.0.post(address).header(header::CONTENT_TYPE, kind).body(form);
        request = request.header(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some((id, secret)) = client {
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encoded(id), Some(encoded(secret)));
        }
        let response = request.send().await.map_err(unreachable)?;
        Ok((response.status(), read(response).await?))
    }

    /// What an issuer says of itself.
    ///
    /// # Errors
    /// Nowhere is a document that names this very issuer.
    pub async fn metadata(&self, issuer: &str) -> Result<Metadata, FetchError> {
        let mut nowhere = FetchError::Status(StatusCode::NOT_FOUND);
        for address in metadata::addresses(issuer) {
            match self.get(&address).await {
                Ok(bytes) => return Ok(Metadata::read(&bytes, issuer)?),
                Err(FetchError::Status(StatusCode::NOT_FOUND)) => {}
                Err(error) => nowhere = error,
            }
        }
        Err(nowhere)
    }
}

/// The address stays out of the error: it may stand in a log.
fn unreachable(error: reqwest::Error) -> FetchError {
    FetchError::Unreachable(error.without_url())
}

async fn read(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + piece.len() > LARGEST {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
