//! A proxy before each member's quorum and election port, on loopback, without privileges.
//!
//! The server lines, which are the same in every member's file, name the proxies; each member
//! listens elsewhere (`zoowarden.quorumListenAddress`). So a proxy knows who is called. Who
//! calls it reads from what every connection between members begins with: the handshake on the
//! election port, FOLLOWERINFO or OBSERVERINFO on the quorum port.
//!
//! While a direction is cut, what is sent in it waits; what is new is not even dialled.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use zoowarden_shared::{
    Sid,
    election::Handshake,
    quorum::{LearnerInfo, QuorumPacket},
};
use zoowarden_testkit::Place;

use super::{
    link::{self, Link},
    network::Network,
};

/// A first message is no longer.
const MAX_HELLO: usize = 4096;

/// The proxies of an ensemble, until they are dropped.
pub(super) struct Proxies {
    places: Vec<Place>,
    links: Arc<Links>,
    listening: Vec<SocketAddr>,
    is_over: Arc<AtomicBool>,
}

/// Every direction, by who speaks and who is spoken to.
type Links = HashMap<(usize, usize), Arc<Link>>;

/// Which of a member's ports a proxy stands before.
#[derive(Clone, Copy, Debug)]
enum Port {
    Quorum,
    Election,
}

impl Proxies {
    /// For so many members; what they say to each other takes so long, each way.
    pub(super) fn new(members: usize, each_way: Duration) -> Self {
        let sids = || 1..=members;
        let pairs = sids().flat_map(|from| sids().map(move |to| (from, to)));
        let links = pairs.filter(|(from, to)| from != to);
        let mut proxies = Self {
            places: Vec::new(),
            links: Arc::new(links.map(|pair| (pair, Link::new(each_way))).collect()),
            listening: Vec::new(),
            is_over: Arc::new(AtomicBool::new(false)),
        };
        for sid in sids() {
            proxies.add(sid);
        }
        proxies
    }

    fn add(&mut self, sid: usize) {
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port for a proxy");
        let listeners = [(Port::Quorum, bind()), (Port::Election, bind())];
        let [quorum, election] =
            [0, 1].map(|index: usize| listeners[index].1.local_addr().expect("it is bound"));
        let place = Place::on_loopback_behind(quorum.port(), election.port());
        let behind = [place.quorum_listen_port, place.election_listen_port];
        for ((port, listener), behind) in listeners.into_iter().zip(behind) {
            let proxy = Proxy {
                port,
                sid,
                behind: SocketAddr::from((place.ip, behind)),
                links: Arc::clone(&self.links),
            };
            let is_over = Arc::clone(&self.is_over);
            thread::spawn(move || proxy.serve(&listener, &is_over));
        }
        self.listening.extend([quorum, election]);
        self.places.push(place);
    }

    /// Where the members run, in the order of their sids.
    pub(super) fn places(&self) -> Vec<Place> {
        self.places.clone()
    }
}

impl Network for Proxies {
    fn cut_one_way(&self, from: &[usize], to: &[usize]) {
        for &from in from {
            for link in to.iter().filter_map(|&to| self.links.get(&(from, to))) {
                link.hold();
            }
        }
    }

    fn heal(&self) {
        self.links.values().for_each(|link| link.release());
    }
}

impl Drop for Proxies {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.links.values().for_each(|link| link.end());
        for address in &self.listening {
            // So that it looks.
            let _ = TcpStream::connect(address);
        }
    }
}

/// What stands before one port of one member.
#[derive(Clone)]
struct Proxy {
    port: Port,
    sid: usize,
    /// Where that member listens.
    behind: SocketAddr,
    links: Arc<Links>,
}

impl Proxy {
    fn serve(&self, listener: &TcpListener, is_over: &AtomicBool) {
        for member in listener.incoming() {
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            let (proxy, member) = (self.clone(), member.expect("it accepts"));
            // Whichever side is gone, the other finds its connection closed.
            thread::spawn(move || proxy.relay(member));
        }
    }

    fn relay(&self, mut member: TcpStream) -> io::Result<()> {
        let mut hello = BytesMut::new();
        let mut buffer = [0; 1024];
        let caller = loop {
            let count = member.read(&mut buffer)?;
            hello.extend_from_slice(&buffer[..count]);
            if let Some(caller) = self.port.caller(&hello) {
                break usize::try_from(caller.0).unwrap_or(0);
            }
            if count == 0 || hello.len() > MAX_HELLO {
                return Ok(());
            }
        };
        let link = |from, to| self.links.get(&(from, to)).map(Arc::clone);
        let (Some(there), Some(back)) = (link(caller, self.sid), link(self.sid, caller)) else {
            return Ok(());
        };
        // A connection takes both directions to be made.
        if !there.wait_for_passage(Instant::now()) || !back.wait_for_passage(Instant::now()) {
            return Ok(());
        }
        let mut other = TcpStream::connect(self.behind)?;
        other.write_all(&hello)?;
        link::join(member, other, &there, back)
    }
}

impl Port {
    /// Who begins a connection like this; `None` where more is needed to know.
    fn caller(self, hello: &BytesMut) -> Option<Sid> {
        let mut hello = hello.clone();
        match self {
            Self::Election => Some(Handshake::decode_from(&mut hello).ok()??.sid),
            Self::Quorum => {
                let packet = QuorumPacket::decode_from(&mut hello, MAX_HELLO).ok()??;
                Some(packet.payload::<LearnerInfo>().ok()?.sid)
            }
        }
    }
}
