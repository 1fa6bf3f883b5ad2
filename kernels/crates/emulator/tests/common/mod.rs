//! What tests and the makers of their vectors share.

pub mod random;
pub mod replay;
pub mod sequence;
