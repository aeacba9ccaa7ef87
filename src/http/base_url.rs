//! Checks the base URL, and refuses one to which no secrets may be sent.

use std::net::IpAddr;

use url::{Host, Url};

use crate::model::Error;

/// Parses the base URL, and refuses one that would show the secrets to somebody else. `example` is a valid
/// URL for the error text.
pub(crate) fn parse(text: &str, example: &str) -> Result<Url, Error> {
    let refuse = |why: &str| Err(Error::invalid(format!("the base URL {why}")));
    // A URL parser strips tabs and line breaks and reads `\` as `/`. The host would not be the one that a
    // person reads, so such a text is refused before it is parsed.
    if text
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return refuse(
            "has white space or a control character in it (a line break from a file?): take it out",
        );
    }
    if text.contains('\\') {
        return refuse("has a backslash in it: write / instead");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse(&format!("can't be read as a URL: write it like {example}"));
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => return refuse("names no host"),
    };
    let has_tls = cfg!(any(
        feature = "rustls",
        feature = "rustls-no-provider",
        feature = "native-tls"
    ));
    match url.scheme() {
        "https" if has_tls => {}
        "https" => return refuse("is HTTPS, and no TLS is built in: enable the feature `rustls`"),
        "http" if is_loopback => {}
        "http" => return refuse("is plain HTTP, which shows the keys to the network: use HTTPS"),
        _ => return refuse("is neither HTTPS nor plain HTTP to loopback: use https://"),
    }
    if url.port() == Some(0) {
        return refuse("has port 0, where nobody can listen: name the port, or leave it out");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("has a user or password in it, which would end up in logs: take it out");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or fragment: take it out");
    }
    Ok(url)
}

/// The URL of `path` below the base URL.
pub(crate) fn join(mut base_url: Url, path: &str) -> Url {
    let path = format!("{}{path}", base_url.path().trim_end_matches('/'));
    base_url.set_path(&path);
    base_url
}
