//! The walk of a find: which question comes next, and what an answer means.
//!
//! Down before along, so that what is still to be asked stays as small as the tree is deep.
//! Only stat, and the families of what has children: a leaf costs one question.

use zoowarden_shared::stat::Stat;

use super::query::{MAX_DATA_READ, Query};
use crate::model::tree::{WIDE_FAMILY, child};

/// Paths that may wait; a walk that meets more is not whole and says so.
const MAX_WAITING: usize = 200_000;
/// Hits that are kept.
pub const MAX_HITS: usize = 2000;

/// A question about one znode; none leaves a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    Stat(String),
    Children(String),
    Data(String),
}

/// What the znode said; `None`: it is gone, or may not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Stat(Option<Stat>),
    Children(Option<Vec<String>>),
    Data(Option<Vec<u8>>),
}

/// A znode that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub path: String,
    pub data_length: i32,
    pub children: i32,
    pub is_ephemeral: bool,
}

/// How far a walk is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Znodes looked at.
    pub looked: u64,
    /// Known and not looked at yet.
    pub waiting: u64,
    /// Families not listed because they are too wide.
    pub wide: u64,
    /// Families and data that may not be read.
    pub shut: u64,
    /// Paths or hits that there was no room for.
    pub dropped: u64,
    /// Requests a second, now.
    pub per_s: f64,
}

/// One walk.
#[derive(Clone, Debug)]
pub struct Walk {
    query: Query,
    /// The next question is the last.
    questions: Vec<Question>,
    /// The znode whose data is being looked into.
    candidate: Option<Hit>,
    hits: usize,
    progress: Progress,
}

impl Walk {
    /// A walk from a znode down.
    #[must_use]
    pub fn new(query: Query, start: &str) -> Self {
        Self {
            query,
            questions: vec![Question::Stat(start.to_owned())],
            candidate: None,
            hits: 0,
            progress: Progress::default(),
        }
    }

    /// The next question; `None` at the end.
    pub fn next_question(&mut self) -> Option<Question> {
        self.questions.pop()
    }

    /// Takes in the answer to a question, and tells what it found.
    pub fn answered(&mut self, question: Question, answer: Answer) -> Option<Hit> {
        match (question, answer) {
            (Question::Stat(path), Answer::Stat(Some(stat))) => self.looked(path, &stat),
            (Question::Children(path), Answer::Children(Some(names))) => {
                self.listed(&path, names);
                None
            }
            (Question::Data(_), Answer::Data(data)) => {
                let hit = self.candidate.take()?;
                match data {
                    Some(data) if self.query.fits_data(&data) => self.found(hit),
                    Some(_) => None,
                    None => {
                        self.progress.shut += 1;
                        None
                    }
                }
            }
            // Gone since it was listed.
            (Question::Stat(_), _) => None,
            _ => {
                self.progress.shut += 1;
                None
            }
        }
    }

    /// How far it is; the rate is its driver's to fill in.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            waiting: self.questions.len() as u64,
            ..self.progress
        }
    }

    fn looked(&mut self, path: String, stat: &Stat) -> Option<Hit> {
        self.progress.looked += 1;
        let fits = self.query.fits(&path, stat);
        let hit = Hit {
            path: path.clone(),
            data_length: stat.data_length,
            children: stat.num_children,
            is_ephemeral: stat.num_children == 0 && stat.ephemeral_owner > 0,
        };
        if stat.num_children > 0 && self.query.may_fit_below(&path) {
            if stat.num_children > WIDE_FAMILY {
                self.progress.wide += 1;
            } else {
                self.questions.push(Question::Children(path.clone()));
            }
        }
        if !fits {
            return None;
        }
        if !self.query.wants_data() {
            return self.found(hit);
        }
        if (1..=MAX_DATA_READ).contains(&stat.data_length) {
            self.candidate = Some(hit);
            self.questions.push(Question::Data(path));
        }
        None
    }

    fn listed(&mut self, path: &str, mut names: Vec<String>) {
        // The last is asked first: in the order of names, as the tree is drawn.
        names.sort_unstable_by(|a, b| b.cmp(a));
        for name in names {
            if self.questions.len() >= MAX_WAITING {
                self.progress.dropped += 1;
                continue;
            }
            self.questions.push(Question::Stat(child(path, &name)));
        }
    }

    fn found(&mut self, hit: Hit) -> Option<Hit> {
        if self.hits == MAX_HITS {
            self.progress.dropped += 1;
            return None;
        }
        self.hits += 1;
        Some(hit)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Paths and their data; walks all of it.
    fn walk(query: &str, tree: &[(&str, &str)]) -> (Vec<String>, u64) {
        let tree: BTreeMap<&str, &str> = tree.iter().copied().collect();
        let names = |path: &str| -> Vec<String> {
            let below = format!("{}/", path.trim_end_matches('/'));
            tree.keys()
                .filter_map(|known| known.strip_prefix(below.as_str()))
                .filter(|rest| !rest.is_empty() && !rest.contains('/'))
                .map(str::to_owned)
                .collect()
        };
        let mut walk = Walk::new(Query::parse(query).unwrap(), "/");
        let (mut found, mut asked) = (Vec::new(), 0);
        while let Some(question) = walk.next_question() {
            asked += 1;
            let answer = match &question {
                Question::Stat(path) => Answer::Stat(tree.get(path.as_str()).map(|data| Stat {
                    data_length: i32::try_from(data.len()).unwrap(),
                    num_children: i32::try_from(names(path).len()).unwrap(),
                    ..Stat::default()
                })),
                Question::Children(path) => Answer::Children(Some(names(path))),
                Question::Data(path) => {
                    Answer::Data(tree.get(path.as_str()).map(|data| data.as_bytes().to_vec()))
                }
            };
            found.extend(walk.answered(question, answer).map(|hit| hit.path));
        }
        (found, asked)
    }

    const TREE: &[(&str, &str)] = &[
        ("/", ""),
        ("/a", ""),
        ("/a/lock-1", "held by me"),
        ("/a/lock-2", ""),
        ("/b", "lock"),
        ("/b/c", ""),
    ];

    #[test]
    fn it_finds_in_the_order_of_the_tree_and_asks_a_leaf_once() {
        let (found, asked) = walk("lock-*", TREE);
        assert_eq!(found, ["/a/lock-1", "/a/lock-2"]);
        assert_eq!(asked, 6 + 3, "six znodes, three families");
    }

    #[test]
    fn a_pattern_from_the_root_leaves_the_rest_alone() {
        let (found, asked) = walk("/a/*", TREE);
        assert_eq!(found, ["/a/lock-1", "/a/lock-2"]);
        assert_eq!(asked, 5 + 2, "not below /b");
    }

    #[test]
    fn data_is_read_only_where_the_rest_fits() {
        let (found, asked) = walk("lock data:held", TREE);
        assert_eq!(found, ["/a/lock-1"]);
        assert_eq!(asked, 6 + 3 + 1);
    }

    #[test]
    fn a_wide_family_is_counted_and_not_listed() {
        let mut walk = Walk::new(Query::parse("children>1000").unwrap(), "/");
        let question = walk.next_question().unwrap();
        let stat = Stat {
            num_children: WIDE_FAMILY + 1,
            ..Stat::default()
        };
        let hit = walk.answered(question, Answer::Stat(Some(stat)));
        assert_eq!(hit.unwrap().path, "/");
        assert_eq!((walk.next_question(), walk.progress().wide), (None, 1));
    }

    #[test]
    fn what_may_not_be_read_or_is_gone_is_no_end() {
        let mut walk = Walk::new(Query::parse("x").unwrap(), "/");
        let question = walk.next_question().unwrap();
        let stat = Stat {
            num_children: 1,
            ..Stat::default()
        };
        walk.answered(question, Answer::Stat(Some(stat)));
        let question = walk.next_question().unwrap();
        walk.answered(question, Answer::Children(None));
        assert_eq!((walk.next_question(), walk.progress().shut), (None, 1));
    }
}
