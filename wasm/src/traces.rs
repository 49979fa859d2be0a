//! Trace logs: their stacks, what is new in them, and what happened to the handles.
//!
//! A log is columns, newest trace first; its stacks are ids of one [`stack_table`] that all logs of a session share.
//! Kernel entries become columns in [`entries`]; everything else works only on columns.

pub mod columns;
pub mod diff;
pub mod entries;
pub mod entry_layout;
pub mod error;
pub mod groups;
pub mod ids;
pub mod operations;
pub mod outstanding;
pub mod pairings;
pub mod selection;
pub mod stack_table;
