//! Promise 3: nothing is sent twice that must not be. The tests in `retry` check it for
//! `delete_all_scheduled`, and so does
//! `transport::the_http_library_sends_nothing_again_by_itself`.

use std::time::Duration;

use unpost::{Retry, ayrshare};

use crate::support::{Server, Step};

#[tokio::test]
async fn a_call_that_is_dropped_sends_nothing_further() {
    let server = Server::start([Step::answer(503, &["retry-after: 1"], "")]).await;
    let patient = server.ayrshare().retry(Retry::attempts(9));
    let client = patient.build().unwrap();
    let call = client.delete(ayrshare::DeleteRequest::by_id("a"));
    let dropped = tokio::time::timeout(Duration::from_millis(200), call).await;
    assert!(dropped.is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(server.count(), 1);
}
