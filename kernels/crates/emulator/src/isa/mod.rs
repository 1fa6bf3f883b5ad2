//! The instruction set as data: what each instruction looks like, without what it does.

pub mod row;
pub mod table;
pub mod text;
