//! The journal in a file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use unpost::{
    Answered, ErrorKind, Evidence, Failure, Fate, Journal, JsonLines, NetworkResult, NotCarriedOut,
    OperationKind, Outcome, PostId, Provider, Record, Scope, Sending,
};

const GOLDEN: &str = include_str!("../golden/journal.jsonl");

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("unpost-journal-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn scope() -> Scope {
    Scope::new(OperationKind::Delete, Provider::Ayrshare, "main")
}

fn at(millis: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_763_980_000_000 + millis)
}

fn ids() -> [PostId; 3] {
    ["post-1", "post-2", "post-3"].map(PostId::from)
}

fn sending(millis: u64) -> Sending {
    Sending::new(&scope(), ids().to_vec(), at(millis))
}

/// A lost answer, a 429, an answer that settles two of three posts, and requests of another profile that name none.
async fn write_some(journal: &JsonLines) {
    journal.about_to_send(&sending(0)).await.unwrap();
    journal.about_to_send(&sending(123)).await.unwrap();
    let throttled = Answered::new(&sending(123), NotCarriedOut::Throttled, at(500));
    journal.answered(&throttled).await.unwrap();
    journal.about_to_send(&sending(1_000)).await.unwrap();
    let mut deleted = Outcome::new("post-1", Provider::Ayrshare, Fate::Deleted);
    deleted.networks = vec![NetworkResult::new("bluesky", "success")];
    let mut failed = Outcome::new(
        "post-2",
        Provider::Ayrshare,
        Fate::Uncertain(Failure::new(ErrorKind::Server)),
    );
    for outcome in [&mut deleted, &mut failed] {
        (outcome.attempts, outcome.unanswered) = (3, 1);
    }
    let outcomes = [deleted, failed];
    journal
        .settled(&scope(), &outcomes, at(2_000))
        .await
        .unwrap();
    let all_scheduled = Scope::new(
        OperationKind::DeleteAllScheduled,
        Provider::Ayrshare,
        "another",
    );
    for (kind, millis) in [
        (NotCarriedOut::NotSent, 2_100),
        (NotCarriedOut::Refused, 2_300),
        (NotCarriedOut::ThrottledByNetwork, 2_500),
    ] {
        let unnamed = Sending::new(&all_scheduled, Vec::new(), at(millis));
        journal.about_to_send(&unnamed).await.unwrap();
        let answered = Answered::new(&unnamed, kind, at(millis + 100));
        journal.answered(&answered).await.unwrap();
    }
    let unnamed = Sending::new(&all_scheduled, Vec::new(), at(3_000));
    journal.about_to_send(&unnamed).await.unwrap();
    journal
        .settled(&all_scheduled, &[], at(4_000))
        .await
        .unwrap();
}

async fn load(path: &Path) -> Record {
    let journal = reopen(path).await;
    journal.load(&scope()).await.unwrap()
}

/// Opens a journal that was just closed. A test beside this one may start a program meanwhile, and between the fork and the
/// program's start there is a copy of the open file.
async fn reopen(path: &Path) -> JsonLines {
    for _ in 0..1_000 {
        match JsonLines::open(path) {
            Err(error) if error.to_string().contains("another process") => {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            opened => return opened.unwrap(),
        }
    }
    panic!("{} stays locked", path.display());
}

#[track_caller]
fn assert_refused(path: &Path, words: &str) {
    let error = JsonLines::open(path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_journal_is_written_as_it_always_was_and_read_by_the_next_process() {
    let folder = Folder::new("golden");
    let journal = JsonLines::open(folder.file()).unwrap().sync(true);
    write_some(&journal).await;
    let salt = journal.salt().unwrap().to_owned();
    assert_eq!(salt.len(), 32);
    drop(journal);
    let written = fs::read_to_string(folder.file()).unwrap();
    assert_eq!(written.replace(&salt, "SALT"), GOLDEN, "now:\n{written}");

    let journal = reopen(&folder.file()).await;
    assert_eq!(journal.salt(), Some(&*salt));
    let record = journal.load(&scope()).await.unwrap();
    let [one, two, three] = ids();
    let settled = record.settled(&one).unwrap();
    assert_eq!(settled.networks, [NetworkResult::new("bluesky", "success")]);
    assert_eq!((settled.attempts, settled.unanswered), (3, 1));
    assert_eq!(record.settled(&two), None);
    assert_eq!(record.earlier(&two).unanswered, 1);
    assert_eq!(record.earlier(&three).unanswered, 2);
    assert_eq!(record.earlier(&three).attempts, 3);
    assert_eq!(record.sent_at(), [at(0), at(123), at(1_000)]);
    assert_eq!(record.throttled_at(), [at(123)]);
}

#[tokio::test]
async fn a_journal_that_is_torn_anywhere_goes_on_and_loses_no_evidence() {
    let folder = Folder::new("torn");
    write_some(&JsonLines::open(folder.file()).unwrap()).await;
    let whole = fs::read(folder.file()).unwrap();
    for end in 0..whole.len() {
        fs::write(folder.file(), &whole[..end]).unwrap();
        let journal = reopen(&folder.file()).await;
        let torn = journal.load(&scope()).await.unwrap();
        // A line is whole even if only its end is missing.
        let last = whole[..=end].iter().rposition(|byte| *byte == b'\n');
        let last = last.map_or(0, |last| last + 1);
        drop(journal);
        fs::write(folder.file(), &whole[..last]).unwrap();
        let kept = load(&folder.file()).await;
        for id in ids() {
            assert_eq!(torn.earlier(&id), kept.earlier(&id), "{end}");
            assert_eq!(torn.settled(&id), kept.settled(&id), "{end}");
        }
        assert_eq!(torn.sent_at(), kept.sent_at(), "{end}");

        fs::write(folder.file(), &whole[..end]).unwrap();
        let journal = reopen(&folder.file()).await;
        journal.about_to_send(&sending(9_000)).await.unwrap();
        let more = journal.load(&scope()).await.unwrap();
        for id in ids() {
            let before = torn.earlier(&id).unanswered;
            assert_eq!(more.earlier(&id).unanswered, before + 1, "{end}");
            assert_eq!(more.settled(&id), torn.settled(&id), "{end}");
        }
        drop(journal);
        assert_eq!(load(&folder.file()).await.sent_at(), more.sent_at());
    }
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_refused_and_left_as_it_is() {
    let folder = Folder::new("wrong");
    let newer = r#"{"journal":"unpost","version":2,"salt":"00","more":1}"#;
    for (text, words) in [
        ("post-1\npost-2\n", "it isn't a journal"),
        ("\n", "it isn't a journal"),
        ("{", ""),
        ("{}\n", "it isn't a journal"),
        (
            r#"{"journal":"unpost","version":1,"salt":"xy"#,
            "it isn't a journal",
        ),
        (
            r#"{"journal":"unpost","version":1,"salt":"a"}x"#,
            "it isn't a journal",
        ),
        (r#"{"journal":"another","version":1}"#, "it isn't a journal"),
        (newer, "a newer version"),
        (&"x".repeat(10_000), "it isn't a journal"),
    ] {
        fs::write(folder.file(), text).unwrap();
        if words.is_empty() {
            JsonLines::open(folder.file()).unwrap();
            continue;
        }
        assert_refused(&folder.file(), words);
        assert_eq!(fs::read_to_string(folder.file()).unwrap(), text);
    }
    assert_refused(&folder.0, "");
    assert_refused(&folder.0.join("none/journal.jsonl"), "");
}

#[tokio::test]
async fn lines_that_cannot_be_read_are_ignored_whatever_is_in_them() {
    let folder = Folder::new("lines");
    drop(JsonLines::open(folder.file()).unwrap());
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(folder.file())
        .unwrap();
    let scope_of = r#""operation":"delete","provider":"ayrshare","profile":"main""#;
    for line in [
        String::new(),
        "{\"at\":1,\"oper".into(),
        "\u{0}\u{feff}[]".into(),
        format!(r#"{{"at":1,{scope_of},"paused":{{}}}}"#),
        format!(
            r#"{{"at":1,{scope_of},"settled":{{"id":"post-1","provider":"ayrshare","fate":"failed"}}}}"#
        ),
        format!(r#"{{"at":1e999,{scope_of},"about_to_send":{{"ids":["post-1"]}}}}"#),
        r#"{"at":1,"operation":"publish","provider":"x","profile":"","about_to_send":{"ids":[]}}"#
            .into(),
    ] {
        writeln!(file, "{line}").unwrap();
    }
    file.write_all(b"\xff\xfe\n").unwrap();
    let record = load(&folder.file()).await;
    assert_eq!(record.earlier(&"post-1".into()), Evidence::default());
    assert!(record.sent_at().is_empty());

    // Times that make no sense, and what a newer version may add.
    for at in ["-1", "1e300", "18446744073709551616", "0.0004"] {
        writeln!(
            file,
            r#"{{"at":{at},{scope_of},"host":"a","about_to_send":{{"ids":["post-1"],"by":[]}}}}"#
        )
        .unwrap();
    }
    writeln!(
        file,
        r#"{{"at":1,{scope_of},"answered":{{"kind":"of_tomorrow","sent_at":0.0004,"ids":["post-1"]}}}}"#
    )
    .unwrap();
    let record = load(&folder.file()).await;
    assert_eq!(record.sent_at().len(), 4);
    let evidence = record.earlier(&"post-1".into());
    assert_eq!((evidence.attempts, evidence.unanswered), (4, 3));
    let a_day = Duration::from_secs(24 * 60 * 60);
    assert!(
        record
            .sent_at()
            .iter()
            .all(|at| at.checked_add(a_day).is_some())
    );
}

#[tokio::test]
async fn a_journal_that_is_open_is_refused_until_its_last_clone_is_dropped() {
    let folder = Folder::new("locked");
    let journal = JsonLines::open(folder.file()).unwrap();
    let clone = journal.clone();
    drop(journal);
    assert_refused(&folder.file(), "another process is writing it");
    drop(clone);
    reopen(&folder.file()).await;
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_reads_a_new_journal_and_only_a_regular_file_is_read_back() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("unix");
    drop(JsonLines::open(folder.file()).unwrap());
    let mode = fs::metadata(folder.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    for _ in 0..2 {
        let null = JsonLines::open("/dev/null").unwrap().sync(true);
        // It isn't locked either.
        let second = JsonLines::open("/dev/null").unwrap();
        write_some(&null).await;
        write_some(&second).await;
        let record = null.load(&scope()).await.unwrap();
        assert!(record.sent_at().is_empty());
        assert_ne!(null.salt(), second.salt());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_pipe_is_written_and_never_read() {
    use std::io::Read;
    use std::os::fd::AsRawFd;
    let (mut reader, writer) = std::io::pipe().unwrap();
    let pipe = PathBuf::from(format!("/proc/self/fd/{}", writer.as_raw_fd()));
    let journal = JsonLines::open(&pipe).unwrap();
    write_some(&journal).await;
    assert!(journal.load(&scope()).await.unwrap().sent_at().is_empty());
    let salt = journal.salt().unwrap().to_owned();
    drop((journal, writer));
    let mut read = String::new();
    reader.read_to_string(&mut read).unwrap();
    assert_eq!(read.replace(&salt, "SALT"), GOLDEN);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_line_that_cannot_be_written_is_an_error_that_names_the_file() {
    // Opening writes the first line.
    assert_refused(Path::new("/dev/full"), "/dev/full");
}

/// `cargo test --release -p unpost --test it a_journal_costs -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "it measures time")]
#[expect(clippy::print_stderr, reason = "it prints what it measured")]
async fn a_journal_costs_at_most_10_microseconds_a_post() {
    const POSTS: u32 = 100_000;
    let folder = Folder::new("cost");
    let journal = JsonLines::open(folder.file()).unwrap();
    let began = std::time::Instant::now();
    for number in 0..POSTS {
        let id = PostId::from(format!("p8Ee6xDPx8PRxsj{number:05}"));
        let sending = Sending::new(&scope(), vec![id.clone()], at(u64::from(number)));
        journal.about_to_send(&sending).await.unwrap();
        let mut outcome = Outcome::new(id, Provider::Ayrshare, Fate::Deleted);
        for network in ["facebook", "bluesky"] {
            let mut result = NetworkResult::new(network, "success");
            result.id = Some(format!("108_{number}"));
            outcome.networks.push(result);
        }
        outcome.attempts = 1;
        journal
            .settled(&scope(), &[outcome], at(u64::from(number)))
            .await
            .unwrap();
    }
    let written = began.elapsed() / POSTS;
    let began = std::time::Instant::now();
    journal.load(&scope()).await.unwrap();
    let read = began.elapsed() / POSTS;
    let bytes = fs::metadata(folder.file()).unwrap().len() / u64::from(POSTS);
    eprintln!("a post: {written:?} to write, {read:?} to read, {bytes} bytes");
    assert!(written <= Duration::from_micros(10));
}
