//! The detector against simulated senders: fixed seeds, virtual time.

mod elect;
mod horizon;
mod odd_inputs;
mod quality;
mod sender;
