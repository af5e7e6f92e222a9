//! The files of a data directory, as bytes: what `FileTxnLog`, `FileSnap` and `QuorumPeer` write.
//!
//! ```text
//!   name      log.<hex>, snapshot.<hex>: which file is what, and from which zxid on
//!   header    the sixteen bytes that both kinds begin with
//!   log       records with their checksums; where and why reading stops
//!   snapshot  sessions, ACLs and znodes one by one; seals; the same backwards
//!   epoch     acceptedEpoch and currentEpoch
//! ```
//!
//! Readers take anything that is [`std::io::Read`], count the bytes, and name the offset at
//! which something is wrong. Nothing here opens a file.

pub mod epoch;
pub mod header;
pub mod log;
pub mod name;
pub mod snapshot;
