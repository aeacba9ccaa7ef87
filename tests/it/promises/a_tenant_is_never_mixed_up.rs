//! Promise 5: a tenant is never mixed up.

use std::process::Command;

use futures_util::future::join_all;
use unpost::ErrorKind;
use unpost::ayrshare::{Client, ClientBuilder, DeleteRequest};
use unpost::genviral;

use crate::support::{Server, Step};

const SUCCESS: &str = r#"{"status":"success"}"#;

#[test]
fn an_empty_or_unprintable_key_is_an_error_and_not_the_primary_profile() {
    let primary = Client::builder("KEY").build().unwrap();
    for key in [
        "",
        " ",
        "\t",
        "a b",
        "Bearer a",
        "a\n",
        "a\r\nProfile-Key: b",
        "é",
        "\0",
    ] {
        for error in [
            Client::builder(key).build().err(),
            Client::builder("KEY").profile_key(key).build().err(),
            primary.for_profile(key).err(),
            // Each of the two X API keys is needed.
            Client::builder("KEY").x_keys(key, "b").build().err(),
            Client::builder("KEY").x_keys("a", key).build().err(),
            genviral::Client::builder(key).build().err(),
        ] {
            assert_eq!(error.expect(key).kind(), ErrorKind::Invalid, "{key:?}");
        }
    }
}

#[tokio::test]
async fn for_profile_is_another_client_over_the_same_connection_and_leaves_the_first_alone() {
    let server = Server::start(vec![Step::json(200, SUCCESS); 5]).await;
    let first = server
        .ayrshare()
        .profile_key("ONE")
        .x_keys("X-KEY", "X-SECRET");
    let first = first.build().unwrap();
    let second = first.for_profile("TWO").unwrap();
    let third = second.for_profile("THREE").unwrap();
    for client in [&first, &second, &first.clone(), &third, &first] {
        client.delete(DeleteRequest::by_id("a")).await.unwrap();
    }
    let requests = server.requests();
    let profiles = requests
        .iter()
        .map(|request| request.header("profile-key").unwrap());
    let wanted = ["ONE", "TWO", "ONE", "THREE", "ONE"];
    assert_eq!(profiles.collect::<Vec<_>>(), wanted);
    for request in &requests {
        assert_eq!(request.header("authorization"), Some("Bearer API-KEY"));
        assert_eq!(request.header("x-twitter-oauth1-api-key"), Some("X-KEY"));
        assert_eq!(
            request.header("x-twitter-oauth1-api-secret"),
            Some("X-SECRET")
        );
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn concurrent_calls_each_carry_their_own_profile_key() {
    let server = Server::start(vec![Step::json(200, SUCCESS); 40]).await;
    let primary = server.ayrshare().build().unwrap();
    let calls = (0..40).map(|n| {
        let tenant = primary.for_profile(format!("tenant-{n}")).unwrap();
        async move {
            tenant
                .delete(DeleteRequest::by_id(format!("tenant-{n}")))
                .await
        }
    });
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let requests = server.requests();
    assert_eq!(requests.len(), 40);
    for request in requests {
        let profile = request.header("profile-key").unwrap();
        assert_eq!(request.body, format!(r#"{{"id":"{profile}"}}"#));
    }
}

/// Runs this test again in a child process with its own environment, because all tests of this process
/// share one.
#[tokio::test]
async fn only_from_env_reads_keys_and_nothing_reads_the_proxy_variables() {
    const NAME: &str = concat!(
        "promises::a_tenant_is_never_mixed_up::",
        "only_from_env_reads_keys_and_nothing_reads_the_proxy_variables"
    );
    if std::env::var_os("AYRSHARE_API_KEY").as_deref() != Some("ENV-KEY".as_ref()) {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", NAME])
            .env("AYRSHARE_API_KEY", "ENV-KEY");
        child.env("AYRSHARE_PROFILE_KEY", "ENV-PROFILE");
        child.env("X_TWITTER_OAUTH1_API_KEY", "ENV-X-KEY");
        child.env("X_TWITTER_OAUTH1_API_SECRET", "ENV-X-SECRET");
        child.env("GENVIRAL_API_KEY", "ENV.GENVIRAL");
        child.env_remove("NO_PROXY").env_remove("no_proxy");
        // Nobody listens at this proxy, so no request would arrive if it were used.
        for proxy in [
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "ALL_PROXY",
            "all_proxy",
        ] {
            child.env(proxy, "http://127.0.0.1:1");
        }
        let output = child.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        return;
    }
    let deleted = r#"{"ok":true,"data":{"deletedIds":["a"]}}"#;
    let answers = [SUCCESS, SUCCESS, deleted];
    let server = Server::start(answers.map(|answer| Step::json(200, answer))).await;
    let from_env = ClientBuilder::from_env().unwrap().base_url(server.url());
    let request = || DeleteRequest::by_id("a");
    from_env.build().unwrap().delete(request()).await.unwrap();
    let named = server.ayrshare().build().unwrap();
    named.delete(request()).await.unwrap();
    let other = genviral::ClientBuilder::from_env().unwrap();
    let other = other.base_url(server.url()).build().unwrap();
    other
        .delete(genviral::DeleteRequest::by_id("a"))
        .await
        .unwrap();

    // HTTPS doesn't use the proxy either. The connection arrives, and then fails for lack of TLS.
    let connections = server.connections();
    let secured = server.url().replace("http:", "https:");
    let secured = server.ayrshare().base_url(secured).build().unwrap();
    secured.delete(request()).await.unwrap_err();
    assert!(server.connections() > connections);

    let [from_env, named, other] = server.requests().try_into().unwrap();
    assert_eq!(from_env.header("authorization"), Some("Bearer ENV-KEY"));
    assert_eq!(from_env.header("profile-key"), Some("ENV-PROFILE"));
    assert_eq!(
        from_env.header("x-twitter-oauth1-api-key"),
        Some("ENV-X-KEY")
    );
    assert_eq!(
        from_env.header("x-twitter-oauth1-api-secret"),
        Some("ENV-X-SECRET")
    );
    assert_eq!(named.header("authorization"), Some("Bearer API-KEY"));
    assert_eq!(named.header("profile-key"), None);
    assert_eq!(named.header("x-twitter-oauth1-api-key"), None);
    assert_eq!(other.header("authorization"), Some("Bearer ENV.GENVIRAL"));
}
