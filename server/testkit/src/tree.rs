//! A whole tree as one member shows it, and the comparison of two.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use zoowarden_client::{ClientError, Connection};
use zoowarden_shared::{acl::Acl, stat::Stat};

/// Requests that are outstanding at once.
const BATCH: usize = 256;
/// Differences that are shown.
const SHOWN: usize = 10;
/// Its stat differs between Apache's own members: each writes it for itself at start.
const PER_MEMBER: &str = "/zookeeper/config";

/// All that a client can learn of a znode.
#[derive(Clone, Debug, PartialEq)]
pub struct Znode {
    pub data: Vec<u8>,
    stat: Stat,
    acl: Vec<Acl>,
}

/// Every znode by its path.
#[derive(Debug, PartialEq)]
pub struct Tree(pub(crate) BTreeMap<String, Znode>);

impl Tree {
    /// Reads all of it, level by level.
    ///
    /// # Errors
    /// Those of the first read that fails: a znode may go meanwhile.
    pub async fn read(connection: &Connection) -> Result<Self, ClientError> {
        let mut tree = BTreeMap::new();
        let mut level = vec!["/".to_owned()];
        while !level.is_empty() {
            let mut below = Vec::new();
            for paths in level.chunks(BATCH) {
                let reading = paths.iter().map(|path| Self::znode(connection, path));
                for (path, (znode, children)) in paths.iter().zip(try_join_all(reading).await?) {
                    let parent = path.trim_end_matches('/');
                    below.extend(children.iter().map(|name| format!("{parent}/{name}")));
                    tree.insert(path.clone(), znode);
                }
            }
            level = below;
        }
        tree.remove(PER_MEMBER);
        Ok(Self(tree))
    }

    async fn znode(
        connection: &Connection,
        path: &str,
    ) -> Result<(Znode, Vec<String>), ClientError> {
        let got = connection.get_data(path, false).await?.value;
        let znode = Znode {
            data: got.data.unwrap_or_default().to_vec(),
            stat: got.stat,
            acl: connection.get_acl(path).await?.value.acl,
        };
        let children = if znode.stat.num_children == 0 {
            Vec::new()
        } else {
            connection.get_children(path, false).await?.value
        };
        Ok((znode, children))
    }
}

/// Fails with the first differences between the trees of two members.
pub fn assert_equal((one, a): (usize, &Tree), (other, b): (usize, &Tree)) {
    let paths: std::collections::BTreeSet<&String> = a.0.keys().chain(b.0.keys()).collect();
    let different: Vec<String> = paths
        .into_iter()
        .filter(|&path| a.0.get(path) != b.0.get(path))
        .map(|path| format!("{path}\n  {:?}\n  {:?}", a.0.get(path), b.0.get(path)))
        .collect();
    assert!(
        different.is_empty(),
        "members {one} and {other} differ in {} znodes:\n{}",
        different.len(),
        different[..different.len().min(SHOWN)].join("\n")
    );
}
