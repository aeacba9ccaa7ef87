//! The same client with other options, without async.

/// The methods that make the same blocking client with other options, for a provider's client.
///
/// The argument is the name of the provider's module, for the examples.
macro_rules! blocking_options {
    ($module:literal) => {
        /// The same client with other options, for one call or one run. They share the rate limit and all else with
        /// this client.
        impl crate::blocking::Client<Client> {
            /// Does what [`Client::with_deadline`] does.
            ///
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use unpost::{blocking, ", $module, "::{Client, DeleteRequest}};")]
            ///
            /// fn delete_at_once(client: &blocking::Client<Client>) -> unpost::Result<()> {
            ///     let hasty = client.with_deadline(Duration::from_secs(5));
            ///     hasty.delete(DeleteRequest::by_id("post-1"))?;
            ///     Ok(())
            /// }
            /// ```
            #[must_use]
            pub fn with_deadline(&self, deadline: std::time::Duration) -> Self {
                self.with_client(self.client().with_deadline(deadline))
            }

            /// Does what [`Client::with_attempt_timeout`] does.
            ///
            /// ```
            #[doc = concat!("# fn patient(client: &unpost::blocking::Client<unpost::", $module, "::Client>) {")]
            /// use std::time::Duration;
            ///
            /// let patient = client.with_attempt_timeout(Duration::from_secs(120));
            /// # }
            /// ```
            #[must_use]
            pub fn with_attempt_timeout(&self, timeout: std::time::Duration) -> Self {
                self.with_client(self.client().with_attempt_timeout(timeout))
            }

            /// Does what [`Client::with_retry`] does.
            ///
            /// ```
            #[doc = concat!("# fn once(client: &unpost::blocking::Client<unpost::", $module, "::Client>) {")]
            /// let once = client.with_retry(unpost::Retry::never());
            /// # }
            /// ```
            #[must_use]
            pub fn with_retry(&self, retry: crate::engine::retry::Retry) -> Self {
                self.with_client(self.client().with_retry(retry))
            }
        }
    };
}
pub(crate) use blocking_options;
