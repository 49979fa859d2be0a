//! What goes wrong while symbols are read.

use std::fmt;

/// Why symbols cannot be read.
///
/// Displayed in lower case, so that a caller can put its own "Cannot ...:" before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The source of the file's bytes failed.
    Unreadable {
        /// Byte offset in the file.
        offset: u64,
        /// Number of bytes that were requested.
        length: usize,
        /// The source's own message.
        reason: String,
    },
    /// The file is something else.
    Format {
        /// What it should have been.
        expected: &'static str,
    },
    /// The file contradicts itself.
    Damaged {
        /// The structure at fault.
        what: &'static str,
        /// Byte offset in that structure.
        offset: u64,
    },
    /// The file has a structure that this reader does not support.
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// The file belongs to another build of the image.
    Mismatch {
        /// Identity of the file.
        found: String,
        /// Identity that the module asks for.
        expected: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable {
                offset,
                length,
                reason,
            } => {
                write!(
                    f,
                    "{length} bytes at offset 0x{offset:x} could not be read ({reason})"
                )
            }
            Self::Format { expected } => write!(f, "it is not {expected}"),
            Self::Damaged { what, offset } => {
                write!(
                    f,
                    "it is damaged in {what}, at offset 0x{offset:x}"
                )
            }
            Self::Unsupported { what } => write!(f, "it has {what}, which is not supported"),
            Self::Mismatch { found, expected } => write!(
                f,
                "it is of another build, {found}, and the module asks for {expected}; force it to use \
                 it anyway"
            ),
        }
    }
}

impl std::error::Error for Error {}

/// The result of a reader.
pub type Result<T> = std::result::Result<T, Error>;
