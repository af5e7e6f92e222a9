//! A network namespace for each member, joined by a bridge on which the test has an address
//! too: members are cut off from each other, never from their clients.

use std::{
    net::Ipv4Addr,
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use zoowarden_testkit::Place;

use super::{
    delay::Delay,
    network::Network,
    root::{attempt, run, run_with},
};

/// The host number of the test itself.
const OWN_HOST: u8 = 254;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// The namespaces and the bridge, gone when dropped.
#[derive(Debug)]
pub(super) struct Namespaces {
    /// What all names of interfaces begin with; those have at most 15 characters.
    name: String,
    /// The second and third bytes of its 10.x.y.0/24.
    subnet: (u8, u8),
    members: usize,
    delays: Vec<Delay>,
}

impl Namespaces {
    pub(super) fn new(members: usize) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let id = process::id().wrapping_mul(31).wrapping_add(number) % 50_000;
        let network = Self {
            name: format!("zwf{id}"),
            subnet: (200 + (id / 250) as u8 % 50, (id % 250) as u8),
            members,
            delays: Vec::new(),
        };
        let name = &network.name;
        run(&format!("ip link add {name}b type bridge"));
        run(&format!(
            "ip addr add {}/24 dev {name}b",
            network.host(OWN_HOST)
        ));
        run(&format!("ip link set {name}b up"));
        for sid in 1..=members {
            network.add(sid);
        }
        network
    }

    fn add(&self, sid: usize) {
        let (name, space) = (&self.name, self.namespace(sid));
        run(&format!("ip netns add {space}"));
        run(&format!(
            "ip link add {name}v{sid} type veth peer name eth0 netns {space}"
        ));
        run(&format!("ip link set {name}v{sid} master {name}b up"));
        run(&format!(
            "ip -n {space} addr add {}/24 dev eth0",
            self.address(sid)
        ));
        run(&format!("ip -n {space} link set eth0 up"));
        run(&format!("ip -n {space} link set lo up"));
        let table = "table ip faults {\n\
                       set lost { type ipv4_addr; }\n\
                       chain input {\n\
                         type filter hook input priority 0;\n\
                         ip saddr @lost drop;\n\
                       }\n\
                     }";
        run_with(&format!("ip netns exec {space} nft -f -"), table);
    }

    /// Has all that members begin to say to each other from now on take so long, each way.
    pub(super) fn delay(&mut self, each_way: Duration) {
        let spaces = (1..=self.members).map(|sid| self.namespace(sid));
        self.delays = spaces.map(|space| Delay::begin(&space, each_way)).collect();
    }

    /// Where the members run, in the order of their sids.
    pub(super) fn places(&self) -> Vec<Place> {
        let place = |sid| Place::in_namespace(self.namespace(sid), self.address(sid));
        (1..=self.members).map(place).collect()
    }

    fn namespace(&self, sid: usize) -> String {
        format!("{}n{sid}", self.name)
    }

    fn address(&self, sid: usize) -> Ipv4Addr {
        self.host(u8::try_from(sid).expect("few members"))
    }

    fn host(&self, host: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, self.subnet.0, self.subnet.1, host)
    }
}

impl Network for Namespaces {
    fn cut_one_way(&self, from: &[usize], to: &[usize]) {
        for &to in to {
            let lost: Vec<String> = from
                .iter()
                .filter(|&&from| from != to)
                .map(|&from| self.address(from).to_string())
                .collect();
            let rule = format!("add element ip faults lost {{ {} }}", lost.join(", "));
            run_with(
                &format!("ip netns exec {} nft -f -", self.namespace(to)),
                &rule,
            );
        }
    }

    fn heal(&self) {
        for sid in 1..=self.members {
            run(&format!(
                "ip netns exec {} nft flush set ip faults lost",
                self.namespace(sid)
            ));
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        // As much of it as there is: a test may have failed while it was made. A namespace
        // lives on while its sockets wait for packets that were lost, and its link with it.
        for sid in 1..=self.members {
            let _ = attempt(&format!("ip link del {}v{sid}", self.name), "");
            let _ = attempt(&format!("ip netns del {}", self.namespace(sid)), "");
        }
        let _ = attempt(&format!("ip link del {}b", self.name), "");
    }
}
