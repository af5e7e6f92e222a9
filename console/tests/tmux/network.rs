//! A network namespace for each member, joined by a bridge on which the console is, too: members
//! are cut off from each other, never from it.

use std::{
    io::Write as _,
    process::{self, Command, Stdio},
};

/// What is lost on its way into a member: nothing yet.
const TABLE: &str = "table ip cuts {\n\
                     set lost { type ipv4_addr; }\n\
                     chain input {\n\
                     type filter hook input priority 0;\n\
                     ip saddr @lost drop;\n\
                     }\n\
                     }";

/// The namespaces and the bridge, gone when dropped.
pub(crate) struct Network {
    /// What the names of interfaces begin with; they have at most 15 characters.
    name: String,
    /// The second and third bytes of its 10.x.y.0/24.
    subnet: (u8, u8),
    members: usize,
}

impl Network {
    pub(crate) fn new(members: usize) -> Self {
        let id = process::id() % 50_000;
        let network = Self {
            name: format!("zwc{id}"),
            subnet: (150 + (id / 250) as u8 % 50, (id % 250) as u8),
            members,
        };
        let name = &network.name;
        run(&format!("ip link add {name}b type bridge"));
        run(&format!(
            "ip addr add {}/24 dev {name}b",
            network.address(254)
        ));
        run(&format!("ip link set {name}b up"));
        for sid in 1..=members {
            let space = network.namespace(sid);
            let address = network.address(sid);
            run(&format!("ip netns add {space}"));
            run(&format!(
                "ip link add {name}v{sid} type veth peer name eth0 netns {space}"
            ));
            run(&format!("ip link set {name}v{sid} master {name}b up"));
            run(&format!("ip -n {space} addr add {address}/24 dev eth0"));
            run(&format!("ip -n {space} link set eth0 up"));
            run(&format!("ip -n {space} link set lo up"));
            network.rules(sid, TABLE);
        }
        network
    }

    pub(crate) fn namespace(&self, sid: usize) -> String {
        format!("{}n{sid}", self.name)
    }

    pub(crate) fn address(&self, host: usize) -> String {
        format!("10.{}.{}.{host}", self.subnet.0, self.subnet.1)
    }

    /// Loses all that goes between two members from now on.
    pub(crate) fn cut(&self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            let from = self.address(from);
            self.rules(to, &format!("add element ip cuts lost {{ {from} }}"));
        }
    }

    /// Lets everything through again.
    pub(crate) fn heal(&self) {
        for sid in 1..=self.members {
            self.rules(sid, "flush set ip cuts lost");
        }
    }

    fn rules(&self, sid: usize, text: &str) {
        let space = self.namespace(sid);
        let mut nft = Command::new("ip")
            .args(["netns", "exec", &space, "nft", "-f", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = nft.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        assert!(nft.wait().unwrap().success(), "nft in {space}: {text}");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let ip = |arguments: &[&str]| {
            let _ = Command::new("ip")
                .args(arguments)
                .stderr(Stdio::null())
                .status();
        };
        for sid in 1..=self.members {
            ip(&["netns", "del", &self.namespace(sid)]);
        }
        ip(&["link", "del", &format!("{}b", self.name)]);
    }
}

fn run(command: &str) {
    let mut words = command.split(' ');
    let program = words.next().unwrap();
    let output = Command::new(program).args(words).output().unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
}
