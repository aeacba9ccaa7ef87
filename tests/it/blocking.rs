//! The blocking client, outside a runtime and inside one.

use unpost::mock::{Ayrshare, Genviral};
use unpost::{ErrorKind, ayrshare, blocking, genviral};

#[test]
fn a_program_without_a_runtime_deletes_posts_and_gets_errors() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (ayrshare, genviral) = runtime.block_on(async {
        let (ayrshare, genviral) = (Ayrshare::start().await, Genviral::start().await);
        ayrshare
            .profile("TENANT-KEY")
            .schedule("post-1", ["bluesky"]);
        genviral.seed("post-2", "scheduled");
        (ayrshare, genviral)
    });

    let client = blocking::Client::new(ayrshare.client().unwrap()).unwrap();
    let error = client
        .delete(ayrshare::DeleteRequest::by_id("post-1"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let tenant = client.for_profile("TENANT-KEY").unwrap();
    tenant
        .delete(ayrshare::DeleteRequest::by_id("post-1"))
        .unwrap();

    let client = blocking::Client::new(genviral.client().unwrap()).unwrap();
    client
        .delete(genviral::DeleteRequest::by_id("post-2"))
        .unwrap();
    let mut run = client
        .delete_many(["post-2", "post-3"])
        .batch_size(1)
        .concurrency(1)
        .run();
    assert!(run.next().is_some());
    run.stop();
    assert_eq!(run.summary().not_attempted, 1);
}

#[tokio::test]
async fn a_blocking_client_works_and_is_dropped_inside_a_runtime_without_a_panic() {
    let genviral = Genviral::start().await;
    genviral.seed("post-1", "scheduled");
    let client = blocking::Client::new(genviral.client().unwrap()).unwrap();
    let request = genviral::DeleteRequest::by_id("post-1");
    client.delete(request).unwrap();
}
