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
    /// # let genviral = unpost::mock::Genviral::start().await;
    /// # genviral.seed("post-1", "draft");
    /// use unpost::{blocking, genviral::DeleteRequest};
    ///
    /// let client = blocking::Client::new(genviral.client()?)?;
    /// client.delete(DeleteRequest::by_id("post-1"))?;
    /// # Ok(()) }
    /// ```
    pub fn delete(&self, request: DeleteRequest) -> Result<DeleteResponse, Error> {
        self.wait_for(self.client().delete(request))
    }
}
