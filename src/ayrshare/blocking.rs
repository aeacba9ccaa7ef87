//! The methods of the client without async.

use super::client::Client;
use super::request::{DeleteRequest, DeleteResponse};
use crate::blocking;
use crate::model::Error;

impl blocking::Client<Client> {
    /// Does what [`Client::delete`] does, and blocks the thread until it is done.
    ///
    /// # Errors
    /// Returns the errors of [`Client::delete`].
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

    /// Does what [`Client::for_profile`] does.
    ///
    /// # Errors
    /// Returns the errors of [`Client::for_profile`].
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
