//! What tests and the makers of their vectors share; each uses its part.
#![allow(dead_code)]

pub mod calls;
pub mod clock;
pub mod digest;
pub mod layout;
pub mod machine;
pub mod program;
pub mod random;
pub mod replay;
pub mod sequence;
