//! Reads environment variables for `from_env`.

use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::model::Error;

/// The value of a variable, if it is set. An empty value is returned too, and is refused later.
pub(crate) fn variable(
    name: &str,
    lookup: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<Zeroizing<String>>, Error> {
    match lookup(name).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(Zeroizing::new(text))),
        Some(Err(text)) => {
            drop(Zeroizing::new(text.into_encoded_bytes()));
            let flaw = format!("the environment variable {name} isn't text");
            Err(Error::invalid(flaw))
        }
    }
}
