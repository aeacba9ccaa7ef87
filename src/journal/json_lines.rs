use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::entry::{Answered, Sending};
use super::line::{self, Header, VERSION};
use super::record::Record;
use super::scope::Scope;
use super::{BoxError, Journal};
use crate::model::{Error, Outcome};

/// A [`Journal`] in a file: one JSON object a line, and nothing is ever changed or taken out.
///
/// Each line is written at once, so what is on record survives the end of the process, whatever ends it. If
/// [`sync`](JsonLines::sync) is on, it survives a loss of power too. A last line that was torn does no harm. The file has
/// no secret in it. On Unix, only its owner can read a file that is new.
///
/// A process locks the file as long as it has it open, and a second one is refused. Cloning a `JsonLines` is
/// cheap, and its clones write the same file: one journal serves several runs, profiles and providers.
///
/// Only a regular file is read back and locked. Anything else, such as a pipe or `/dev/stderr`, is only appended to.
/// Opening a named pipe waits until somebody reads it.
///
/// # Lines
///
/// The first line names the format, and has the [salt](Journal::salt). Every other line has a time `at` in
/// seconds since 1970, the `operation`, the `provider` and the `profile`, and one more member:
///
/// | member | |
/// |---|---|
/// | `about_to_send` | the `ids` of a request, before it is sent |
/// | `answered` | the `ids` for which nothing was carried out, the `kind` of it ([`NotCarriedOut`](crate::NotCarriedOut)), and `sent_at`, the time of the request |
/// | `carried_out` | nothing: a request that names no post was carried out |
/// | `settled` | an [`Outcome`], one a line |
///
/// So `jq -cR 'fromjson? | select(.settled).settled' FILE` gives the outcomes. A line that can't be read is ignored, and
/// so is one of a kind that only a newer version knows. `docs/journal.schema.json` in the repository is the JSON Schema
/// of a line.
///
/// # Errors
///
/// If a line can't be written, the method returns the error, and the next line is tried again: a disk may be full
/// for a moment. After a failed `sync` each further write fails, because the system may have dropped what was written
/// before.
///
/// # Example
///
/// ```
/// use std::time::SystemTime;
/// use unpost::{Journal, JsonLines, OperationKind, Provider, Scope, Sending};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let folder = std::env::temp_dir().join(format!("unpost-example-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("journal.jsonl");
/// let journal = JsonLines::open(&path)?;
///
/// let scope = Scope::new(OperationKind::Delete, Provider::from("acme"), "main");
/// let sending = Sending::new(&scope, vec!["post-1".into()], SystemTime::UNIX_EPOCH);
/// journal.about_to_send(&sending).await?;
///
/// assert!(JsonLines::open(&path).is_err(), "it is open already");
/// drop(journal); // as the process ends here
/// let record = JsonLines::open(&path)?.load(&scope).await?;
/// assert_eq!(record.earlier(&"post-1".into()).unanswered, 1);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JsonLines {
    shared: Arc<Shared>,
    sync: bool,
}

/// What the clones of a journal share.
struct Shared {
    path: PathBuf,
    file: File,
    salt: String,
    /// Whether the file can be read back.
    is_regular: bool,
    end: Mutex<End>,
    /// Held while a request that names no post is looked up and its line is written, so that only one gets a line.
    unnamed: Mutex<()>,
}

/// How the file ends.
#[derive(Default)]
struct End {
    /// Whether the last line may lack its end, so that the next line has to begin with it.
    is_torn: bool,
    /// Whether a `sync` has failed.
    is_lost: bool,
}

/// The longest line that is read. A longer one is ignored.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// The longest first line that is read.
const LONGEST_HEADER: u64 = 4 * 1024;

/// How many hexadecimal digits a salt has.
const SALT: usize = 32;

impl JsonLines {
    /// Opens a journal, and makes the file if there is none.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) if the file can't be opened or locked, if another journal has it open (of this
    /// process or another), if it isn't a journal (it is then left as it is), or if a newer version wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (file, is_regular) = open(path).map_err(|error| refusal(path, &error.to_string()))?;
        let mut end = End::default();
        let salt = if is_regular {
            lock(&file).map_err(|advice| refusal(path, &advice))?;
            begin(&file, &mut end).map_err(|advice| refusal(path, &advice))?
        } else {
            let salt = random_digits();
            let header = [Header::BEGIN, &salt, Header::END].concat();
            let written = write_all(&file, header.as_bytes());
            written.map_err(|error| refusal(path, &error.to_string()))?;
            salt
        };
        Ok(Self {
            shared: Arc::new(Shared {
                path: path.to_owned(),
                file,
                salt,
                is_regular,
                end: Mutex::new(end),
                unnamed: Mutex::new(()),
            }),
            sync: false,
        })
    }

    /// Whether each line is on the disk before the run goes on (`fsync`), so that it survives a loss of power. It is off by
    /// default, and costs as much time a line as the disk takes.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    async fn append(&self, lines: Vec<u8>) -> Result<(), BoxError> {
        self.shared.append(&lines)?;
        if self.sync && self.shared.is_regular {
            let shared = Arc::clone(&self.shared);
            blocking(move || shared.sync()).await??;
        }
        Ok(())
    }
}

/// Does work that waits for the disk, on a thread that may wait.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BoxError> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => Ok(runtime.spawn_blocking(work).await?),
        Err(_) => Ok(work()),
    }
}

impl Shared {
    fn append(&self, lines: &[u8]) -> Result<(), BoxError> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        if end.is_lost {
            return Err(self.failure("an earlier write was lost").into());
        }
        let written = if end.is_torn {
            write_all(&self.file, &[b"\n", lines].concat())
        } else {
            write_all(&self.file, lines)
        };
        end.is_torn = written.is_err();
        written.map_err(|error| self.failure(&error.to_string()).into())
    }

    /// Appends the line of a request that names no post, unless one of its scope may have been carried out.
    fn append_once(&self, scope: Scope, line: &[u8]) -> Result<(), BoxError> {
        let _only_one = self.unnamed.lock().unwrap_or_else(PoisonError::into_inner);
        let record = self.load(scope)?;
        if record.may_have_acted() || record.is_carried_out() {
            return Err("a request like this is on record as sent, and isn't sent twice".into());
        }
        self.append(line)
    }

    fn sync(&self) -> Result<(), BoxError> {
        self.file.sync_data().map_err(|error| {
            let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
            end.is_lost = true;
            self.failure(&error.to_string()).into()
        })
    }

    fn failure(&self, reason: &str) -> String {
        format!(
            "the journal {} can't be written: {reason}",
            self.path.display()
        )
    }

    fn load(&self, scope: Scope) -> io::Result<Record> {
        let mut record = Record::new(scope);
        if self.is_regular {
            for_each_line(&self.file, |text| {
                if let Some(entry) = line::read(text) {
                    record.add(entry);
                }
            })?;
        }
        Ok(record)
    }
}

impl Journal for JsonLines {
    async fn load(&self, scope: &Scope) -> Result<Record, BoxError> {
        let (shared, scope) = (Arc::clone(&self.shared), scope.clone());
        let record = blocking(move || shared.load(scope)).await?;
        record.map_err(|error| {
            let path = self.shared.path.display();
            format!("the journal {path} can't be read: {error}").into()
        })
    }

    async fn about_to_send(&self, sending: &Sending) -> Result<(), BoxError> {
        let line = line::of_sending(sending)?;
        if sending.ids.is_empty() && self.shared.is_regular {
            let (shared, scope) = (Arc::clone(&self.shared), sending.scope());
            let line = line.clone();
            blocking(move || shared.append_once(scope, &line)).await??;
            return self.append(Vec::new()).await;
        }
        self.append(line).await
    }

    async fn answered(&self, answered: &Answered) -> Result<(), BoxError> {
        self.append(line::of_answered(answered)?).await
    }

    async fn settled(
        &self,
        scope: &Scope,
        outcomes: &[Outcome],
        at: SystemTime,
    ) -> Result<(), BoxError> {
        let mut lines = Vec::new();
        for outcome in outcomes {
            lines.extend(line::of_outcome(scope, outcome, at)?);
        }
        if outcomes.is_empty() {
            lines = line::of_carried_out(scope, at)?;
        }
        self.append(lines).await
    }

    fn salt(&self) -> Option<&str> {
        Some(self.shared.salt.as_str()).filter(|salt| !salt.is_empty())
    }
}

impl fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines")
            .field("path", &self.shared.path)
            .field("sync", &self.sync)
            .finish_non_exhaustive()
    }
}

fn refusal(path: &Path, advice: &str) -> Error {
    Error::invalid(format!("the journal {}: {advice}", path.display()))
}

/// Opens the file, and says whether it is a regular one. Nothing else is opened for reading, because
/// a pipe would lose what somebody else is to read.
fn open(path: &Path) -> io::Result<(File, bool)> {
    let is_regular = match fs::metadata(path) {
        Ok(found) => found.is_file(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(error),
    };
    let mut options = OpenOptions::new();
    options.append(true).read(is_regular).create(is_regular);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // Somebody may have replaced it meanwhile.
    let is_regular = is_regular && file.metadata()?.is_file();
    Ok((file, is_regular))
}

fn lock(file: &File) -> Result<(), String> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(
            "another process is writing it, or this one already is: wait until it ends, or use another file".to_owned(),
        ),
        Err(TryLockError::Error(error)) => Err(format!(
            "it can't be locked against other processes, so use a file on another file system: {error}"
        )),
    }
}

/// Finds the salt of a locked file. A new file gets its first line.
fn begin(file: &File, end: &mut End) -> Result<String, String> {
    let reading = |error: io::Error| error.to_string();
    let mut first = Vec::new();
    let start = BufReader::new(Positioned { file, offset: 0 });
    let mut start = start.take(LONGEST_HEADER);
    start.read_until(b'\n', &mut first).map_err(reading)?;
    if let Some(Header { version, salt, .. }) = Header::read(&first) {
        if version > VERSION {
            return Err(format!(
                "a newer version of this crate wrote it (format {version}): use that version, or another file"
            ));
        }
        end.is_torn = !ends_with_a_line(file).map_err(reading)?;
        return Ok(salt.into_owned());
    }
    // A process that ended while it wrote the first line has left its beginning.
    let salt = salt_of_torn(&first).filter(|_| !first.ends_with(b"\n"));
    let salt = salt.ok_or("it isn't a journal, so it is left as it is: name another file")?;
    let header = [Header::BEGIN, &salt, Header::END].concat();
    let missing = header.as_bytes().get(first.len()..).unwrap_or_default();
    write_all(file, missing).map_err(|error| error.to_string())?;
    Ok(salt)
}

/// The salt of a first line that was torn, completed with random digits. `None` if the text doesn't begin a first line.
fn salt_of_torn(text: &[u8]) -> Option<String> {
    let text = str::from_utf8(text).ok()?;
    if Header::BEGIN.starts_with(text) {
        return Some(random_digits());
    }
    let rest = text.strip_prefix(Header::BEGIN)?;
    let digits = rest.trim_end_matches('"');
    let is_salt = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_whole = digits.len() == SALT && rest.len() <= SALT + 1;
    let is_part = digits.len() < SALT && digits == rest;
    if !is_salt || !(is_whole || is_part) {
        return None;
    }
    let random = random_digits();
    Some([digits, random.get(digits.len()..)?].concat())
}

/// 128 bits from the random numbers of the operating system. Everybody who has the journal may know them: they make
/// the fingerprints of two journals differ.
fn random_digits() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", random(), random())
}

fn ends_with_a_line(file: &File) -> io::Result<bool> {
    let offset = file.metadata()?.len().saturating_sub(1);
    let mut last = [0];
    let mut end = Positioned { file, offset };
    Ok(end.read(&mut last)? == 0 || last == *b"\n")
}

fn write_all(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)
}

/// Calls `each` with every line that isn't too long. The file is read piece by piece.
fn for_each_line(file: &File, mut each: impl FnMut(&[u8])) -> io::Result<()> {
    let mut lines = BufReader::with_capacity(64 * 1024, Positioned { file, offset: 0 });
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = (&mut lines)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut text)?;
        if read == 0 {
            return Ok(());
        }
        if text.ends_with(b"\n") || (read as u64) < LONGEST_LINE {
            each(&text);
        } else {
            lines.skip_until(b'\n')?;
        }
    }
}

/// Reads a file from a place of its own. Another reader, or the writer, doesn't move it.
struct Positioned<'a> {
    file: &'a File,
    offset: u64,
}

impl Read for Positioned<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.offset)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.offset)?;
        #[cfg(not(any(unix, windows)))]
        let read = {
            let mut file = self.file;
            io::Seek::seek(&mut file, io::SeekFrom::Start(self.offset))?;
            file.read(buffer)?
        };
        self.offset = self.offset.saturating_add(read as u64);
        Ok(read)
    }
}
