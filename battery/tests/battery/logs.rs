//! Listens to all that this test binary logs, and recognises a secret in every form.

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span;

/// The secrets of all tests begin with this, so a search for one text finds them all.
const PREFIX: &str = "PLANTED-SECRET";

/// The secrets that the clients of all tests have.
pub(crate) mod planted {
    pub(crate) const API_KEY: &str = "PLANTED-SECRET-api.key";
    pub(crate) const PROFILE_KEY: &str = "PLANTED-SECRET-profile";
    pub(crate) const X_API_KEY: &str = "PLANTED-SECRET-x-key";
    pub(crate) const X_API_SECRET: &str = "PLANTED-SECRET-x-secret";
}

/// Whether a secret is in the text: plain, in base64 (at each of its three offsets), as hex digits, or as
/// the list of numbers that the `Debug` of a `Vec<u8>` prints.
pub(crate) fn shows_a_secret(text: &str) -> bool {
    static FORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let hex = hex(PREFIX.as_bytes());
        let numbers: Vec<_> = PREFIX.bytes().map(|byte| byte.to_string()).collect();
        let mut forms = vec![
            PREFIX.to_owned(),
            hex.to_uppercase(),
            hex,
            numbers.join(", "),
        ];
        forms.extend([0, 1, 2].map(inside_base64));
        forms
    });
    FORMS.iter().any(|form| text.contains(form))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The base64 digits of the prefix that are the same whatever is around it, if `before` bytes come before it.
fn inside_base64(before: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skipped = (3 - before) % 3;
    let whole = PREFIX.as_bytes()[skipped..].chunks_exact(3);
    let digits = whole.flat_map(|three| {
        let bits = three
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[bits >> shift & 63]))
    });
    digits.collect()
}

static HEARD: Mutex<Heard> = Mutex::new(Heard {
    lines: 0,
    found: Vec::new(),
    crates: BTreeSet::new(),
});

struct Heard {
    lines: usize,
    found: Vec<String>,
    crates: BTreeSet<String>,
}

/// Listens to all that this process logs from now on, at TRACE.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listener).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        tracing::subscriber::set_global_default(Listener).unwrap();
    });
}

/// How many lines have been heard, and those among them that show a secret.
pub(crate) fn heard() -> (usize, Vec<String>) {
    let heard = HEARD.lock().unwrap();
    (heard.lines, heard.found.clone())
}

/// Whether the crate of this name has logged anything.
pub(crate) fn heard_from(name: &str) -> bool {
    HEARD.lock().unwrap().crates.contains(name)
}

struct Listener;

fn hear(target: &str, line: &str) {
    let mut heard = HEARD.lock().unwrap();
    heard.lines += 1;
    let name = target.split("::").next().unwrap_or_default();
    if !heard.crates.contains(name) {
        heard.crates.insert(name.to_owned());
    }
    if shows_a_secret(line) {
        heard.found.push(format!("{target} logged {line}"));
    }
}

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(record.target(), &record.args().to_string());
    }

    fn flush(&self) {}
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut line = Line::default();
        span.record(&mut line);
        hear(span.metadata().target(), &line.0);
        span::Id::from_u64(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut line = Line::default();
        values.record(&mut line);
        hear("a span", &line.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        hear(event.metadata().target(), &line.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// All fields of an event or span.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, "{}={value} ", field.name()).unwrap();
    }
}

#[test]
fn a_secret_is_recognised_in_every_form() {
    let secret = "user:PLANTED-SECRET-proxy";
    let bytes = secret.as_bytes();
    let hex = hex(bytes);
    // As in `Proxy-Authorization`, with 5, 6 and 7 bytes before the prefix.
    let base64 = [
        "dXNlcjpQTEFOVEVELVNFQ1JFVC1wcm94eQ==",
        "dXNlcnM6UExBTlRFRC1TRUNSRVQtcHJveHk=",
        "dXNlcjIyOlBMQU5URUQtU0VDUkVULXByb3h5",
    ];
    let forms = [secret, &hex, &format!("{bytes:?}"), &format!("{secret:?}")];
    for form in forms.into_iter().chain(base64) {
        assert!(shows_a_secret(form), "{form}");
    }
    assert!(!shows_a_secret("[secret] PLANTED SECRET"));
}
