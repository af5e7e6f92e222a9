//! The network between members, and between clients and members.

mod conn;
mod election;
mod link;

pub(crate) use self::{
    conn::{Conn, ToClient, ToServer},
    election::Elections,
    link::{End, Item, Links},
};
