//! Nothing is left in memory of a secret whose owners are gone, as long as only this crate has held it. Once
//! a client is built, the HTTP library has a copy, which nobody zeroes.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStringExt;
use std::process::Command;

use unpost::{ayrshare, genviral};

#[test]
fn what_this_crate_alone_has_held_is_zeroed() {
    // The test is in a child process, where no other test moves memory about.
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "secrets::memory::in_a_process_of_its_own"]);
    child.args(["--ignored", "--test-threads=1", "--nocapture"]);
    child.env("AYRSHARE_API_KEY", "API-KEY");
    child.env("X_TWITTER_OAUTH1_API_KEY", Secret(7).text());
    // This is not text, because no character begins with its first byte.
    let bytes = [b"\xff", Secret(9).text().as_bytes()].concat();
    child.env("GENVIRAL_API_KEY", OsString::from_vec(bytes));
    let output = child.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
#[ignore = "started by the test above"]
fn in_a_process_of_its_own() {
    let control = Secret(1);
    let text = control.text();
    assert_eq!(control.copies(), 1, "a secret that is there is found");
    drop(text);
    assert_eq!(control.copies(), 1, "a secret that nobody zeroed is found");

    let [api_key, profile_key, x_api_key, x_api_secret] = [2, 3, 4, 5].map(Secret);
    let all = [api_key, profile_key, x_api_key, x_api_secret];
    // Each secret is counted before the next is made, because the next may overwrite it.
    let complete = || {
        let builder = ayrshare::Client::builder(api_key.text());
        assert_eq!(api_key.copies(), 1);
        let builder = builder.profile_key(profile_key.text());
        assert_eq!(profile_key.copies(), 1);
        let builder = builder.x_keys(x_api_key.text(), x_api_secret.text());
        assert_eq!((x_api_key.copies(), x_api_secret.copies()), (1, 1));
        builder
    };
    drop(complete());
    assert_eq!(
        all.map(Secret::copies),
        [0; 4],
        "a builder that was dropped"
    );
    complete()
        .x_keys("not fit\nfor a header", "")
        .build()
        .unwrap_err();
    assert_eq!(
        all.map(Secret::copies),
        [0; 4],
        "a builder that was refused"
    );

    let builder = genviral::Client::builder(api_key.text());
    assert_eq!(api_key.copies(), 1);
    drop(builder);
    assert_eq!(api_key.copies(), 0, "Genviral's builder");

    let client = ayrshare::Client::builder("API-KEY").build().unwrap();
    let unfit = {
        let mut text = profile_key.text();
        text.replace_range(..1, " ");
        text
    };
    assert_eq!(profile_key.copies(), 1);
    client.for_profile(unfit).unwrap_err();
    assert_eq!(profile_key.copies(), 0, "a profile that was refused");

    // One of the two X API keys is missing. The copies in the environment itself stay.
    let half = Secret(7);
    let held = half.copies();
    ayrshare::ClientBuilder::from_env().unwrap_err();
    assert_eq!(half.copies(), held, "an environment that was refused");
    let not_text = Secret(9);
    let held = not_text.copies();
    assert!(held > 0, "the environment has it");
    genviral::ClientBuilder::from_env().unwrap_err();
    assert_eq!(not_text.copies(), held, "a variable that isn't text");

    let last = Secret(6);
    let client = genviral::Client::builder(last.text()).build().unwrap();
    // The two copies are the crate's own and the header's value.
    assert_eq!(last.copies(), 2);
    drop(client);
    // The library frees its copy without zeroing it. Chance decides whether something overwrites it.
    assert!(last.copies() <= 1, "the crate's own copy is zeroed");

    let tenant = Secret(8);
    let primary = ayrshare::Client::builder("API-KEY").build().unwrap();
    let client = primary.for_profile(tenant.text()).unwrap();
    assert_eq!(tenant.copies(), 2);
    drop(client);
    assert!(
        tenant.copies() <= 1,
        "a tenant's key is zeroed with its last client, even if other clients of the same API key live on"
    );
    drop(primary);
}

/// A text made from a number, so that the program itself has it nowhere.
#[derive(Clone, Copy)]
struct Secret(usize);

impl Secret {
    const LENGTH: usize = 64;

    fn byte(self, index: usize) -> u8 {
        let mixed = (index + 100 * self.0).wrapping_mul(0x9e37_79b9);
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b);
        b'a' + u8::try_from((mixed >> 12) % 26).unwrap()
    }

    /// Writes the text in place, so that there is only one copy.
    fn text(self) -> String {
        let mut text = String::with_capacity(Self::LENGTH);
        text.extend((0..Self::LENGTH).map(|index| char::from(self.byte(index))));
        text
    }

    /// How often the second half of the text is in memory that this process can write to. (An allocator
    /// overwrites the first bytes of memory that is freed.)
    fn copies(self) -> usize {
        const HALF: usize = Secret::LENGTH / 2;
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut memory = File::open("/proc/self/mem").unwrap();
        let mut buffer = vec![0; 1 << 20];
        let own = buffer.as_ptr().addr();
        let own = own..own + buffer.len();
        let mut copies = 0;
        for line in maps.lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            if !rest.starts_with("rw") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let [mut at, end] =
                [start, end].map(|digits| usize::from_str_radix(digits, 16).unwrap());
            while at + HALF < end {
                let length = buffer.len().min(end - at);
                memory.seek(SeekFrom::Start(at as u64)).unwrap();
                // Memory that can't be read isn't ours.
                let read = memory.read(&mut buffer[..length]).unwrap_or_default();
                if read < HALF {
                    break;
                }
                for (offset, window) in buffer[..read].windows(HALF).enumerate() {
                    if window[0] == self.byte(HALF)
                        && !own.contains(&(at + offset))
                        && (HALF..Self::LENGTH)
                            .map(|index| self.byte(index))
                            .eq(window.iter().copied())
                    {
                        copies += 1;
                    }
                }
                // The pieces overlap, so that a copy across the edge of two pieces is found.
                at += read - (HALF - 1);
            }
        }
        copies
    }
}
