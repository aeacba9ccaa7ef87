//! Delete social-media posts.
