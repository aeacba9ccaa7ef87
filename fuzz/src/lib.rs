//! What the fuzz targets share besides the package `unpost-claims`: the first line of their inputs.

pub mod question;
