//! Checks the base URL, and refuses one to which no secrets may be sent.

use std::net::IpAddr;

use url::{Host, Url};

use crate::model::Error;
use crate::model::text::is_invisible;

/// Parses the base URL, and refuses one that would show the secrets to somebody else. `example` is a valid
/// URL for the error text.
pub(crate) fn parse(text: &str, example: &str) -> Result<Url, Error> {
    let refuse = |why: &str| Err(Error::invalid(format!("the base URL {why}")));
    // A URL parser strips tabs and line breaks and reads `\` as `/`. The host would not be the one that a
    // person reads, so such a text is refused before it is parsed.
    let is_unreadable = |character: char| character.is_whitespace() || is_invisible(character);
    if text.chars().any(is_unreadable) {
        return refuse(
            "has white space, a control character or an invisible one in it (a line break or a byte order mark from \
             a file?): take it out",
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
    if !shows_its_host(text, &url) {
        return refuse(
            "names its host in a way that is read as another one: write it in plain letters after ://",
        );
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

/// Whether the host stands in the text as it is read. A parser also takes full-width letters, percent signs, short
/// addresses and missing slashes, and finds a host that looks different.
fn shows_its_host(text: &str, url: &Url) -> bool {
    let (Some(Host::Domain(_) | Host::Ipv4(_)), Some(host)) = (url.host(), url.host_str()) else {
        return true;
    };
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let shown = authority.rsplit('@').next().unwrap_or_default();
    let shown = shown.split(':').next().unwrap_or_default();
    shown.eq_ignore_ascii_case(host)
}

/// The URL of `path` below the base URL.
pub(crate) fn join(mut base_url: Url, path: &str) -> Url {
    let path = format!("{}{path}", base_url.path().trim_end_matches('/'));
    base_url.set_path(&path);
    base_url
}
