//! A name for a profile whose key is all that is known of it.

use std::fmt::Write as _;

/// 32 hexadecimal digits that stand for a secret in a journal: half of its HMAC-SHA256 with the journal's salt.
///
/// The same secret has the same fingerprint as long as the salt is the same, in every process and version. The secret
/// can't be computed from it. Whoever has the journal can only try secrets, and a provider's key is too long for that.
pub(crate) fn fingerprint(salt: &str, secret: &str) -> String {
    let mac = hmac_sha256::HMAC::mac(secret, salt);
    mac.iter().take(16).fold(String::new(), |mut digits, byte| {
        // Writing to a `String` can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_rfc_4231_and_differs_with_the_salt() {
        // Test case 2 of RFC 4231, cut to 128 bits.
        let of_rfc = fingerprint("Jefe", "what do ya want for nothing?");
        assert_eq!(of_rfc, "5bdcc146bf60754e6a042426089575c7");
        assert_ne!(of_rfc, fingerprint("jefe", "what do ya want for nothing?"));
    }

    #[tokio::test]
    async fn a_secret_whose_fingerprint_names_the_profile_is_not_in_the_file() {
        use crate::journal::{Journal, JsonLines, OperationKind, Scope, Sending};
        use crate::model::Provider;
        const SECRET: &str = "s3cr3t-key-of-a-tenant";
        let name = format!("unpost-fingerprint-{}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let journal = JsonLines::open(&path).unwrap();
        let profile = fingerprint(Journal::salt(&journal).unwrap(), SECRET);
        let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), &*profile);
        let sending = Sending::new(&scope, Vec::new(), std::time::SystemTime::UNIX_EPOCH);
        journal.about_to_send(&sending).await.unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(written.contains(&profile) && !written.contains("s3cr3t"));
    }
}
