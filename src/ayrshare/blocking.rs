//! The client's verbs without async.

use super::client::Client;
use super::request::{DeleteRequest, DeleteResponse};
use crate::blocking;
use crate::model::Error;

impl blocking::Client<Client> {
    /// As [`Client::delete`].
    ///
    /// # Errors
    /// The same.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> unpost::Result<()> {
    /// # let ayrshare = unpost::mock::Ayrshare::start().await;
    /// # ayrshare.publish("post-1", ["bluesky"]);
    /// use unpost::{ayrshare::DeleteRequest, blocking};
    ///
    /// let client = blocking::Client::new(ayrshare.client()?)?;
    /// client.delete(DeleteRequest::by_id("post-1"))?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, request: DeleteRequest) -> Result<DeleteResponse, Error> {
        self.wait_for(self.client().delete(request))
    }

    /// As [`Client::for_profile`].
    ///
    /// # Errors
    /// The same.
    ///
    /// ```
    /// # fn main() -> unpost::Result<()> {
    /// use unpost::{ayrshare, blocking};
    ///
    /// let client = blocking::Client::new(ayrshare::Client::builder("API_KEY").build()?)?;
    /// let tenant = client.for_profile("PROFILE_KEY")?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_profile(&self, profile_key: impl Into<String>) -> Result<Self, Error> {
        Ok(self.with_client(self.client().for_profile(profile_key)?))
    }
}
