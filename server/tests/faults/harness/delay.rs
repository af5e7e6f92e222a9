//! Links that take their time: in a member's namespace every connection to another member's
//! quorum or election port is led through a relay, which passes bytes on in order, late.
//!
//! Members know nothing of it: they dial each other's addresses as always, and are turned to
//! the relay by their own namespace's NAT. (This kernel has no netem.)

use std::{
    fs::File,
    io,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::fd::AsFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use socket2::{Domain, SockRef, Socket, Type};

use super::{
    link::{self, Link},
    root::run_with,
};

const PORT: u16 = 9999;
/// By which the relay's own connections are known, and left alone.
const MARK: u32 = 7;
/// How often it is looked whether the relay is to end.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The relay of one namespace, until it is dropped. Connections end with their members.
#[derive(Debug)]
pub(super) struct Delay(Arc<AtomicBool>);

impl Delay {
    /// Delays, from the next connection on, all that goes from this namespace to the quorum
    /// and election ports of others, and what comes back, by `each_way`.
    pub(super) fn begin(namespace: &str, each_way: Duration) -> Self {
        let table = format!(
            "table ip delay {{\n\
               chain output {{\n\
                 type nat hook output priority -100;\n\
                 meta mark {MARK} return\n\
                 tcp dport {{ 2888, 3888 }} redirect to :{PORT}\n\
               }}\n\
             }}"
        );
        run_with(&format!("ip netns exec {namespace} nft -f -"), &table);
        let space = File::open(format!("/run/netns/{namespace}")).expect("the namespace");
        let is_over = Arc::new(AtomicBool::new(false));
        let delay = Self(Arc::clone(&is_over));
        let (listens, listening) = mpsc::channel();
        thread::spawn(move || {
            // This thread alone, and those that it starts.
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
                .expect("the namespace is entered");
            let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT)).expect("it listens");
            listener.set_nonblocking(true).expect("it does not block");
            let _ = listens.send(());
            while !is_over.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((member, _)) => {
                        // The other side may be down: then the member finds this side closed.
                        thread::spawn(move || relay(member, each_way));
                    }
                    Err(_) => thread::sleep(LOOK_AGAIN),
                }
            }
        });
        listening.recv().expect("the relay listens");
        delay
    }
}

impl Drop for Delay {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn relay(member: TcpStream, each_way: Duration) -> io::Result<()> {
    member.set_nonblocking(false)?;
    let other = dial(&member)?;
    let slow = Link::new(each_way);
    link::join(member, other, &slow, Arc::clone(&slow))
}

/// Whom the member meant, dialled from the same namespace.
fn dial(member: &TcpStream) -> io::Result<TcpStream> {
    let meant = SockRef::from(member).original_dst_v4()?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_mark(MARK)?;
    socket.connect_timeout(&meant, Duration::from_secs(2))?;
    Ok(socket.into())
}
