//! `[keys]` of console.toml: other letters for what the keymap's table does.
//!
//! ```toml
//! [keys]
//! next-fault = "N"               # the action's name = its key, in the place of the table's
//! down = ["j", "Ctrl-n"]         # or several; the arrow stays what it is
//! ```

use std::collections::BTreeMap;

use toml::{Spanned, Value};

use crate::{
    keymap::{
        Action, Key,
        bound::{Conflict, Keys, Rebinding},
        names,
    },
    notify::settings::Mistake,
};

/// The section as it is written.
pub(super) type RawKeys = BTreeMap<Spanned<String>, Spanned<Value>>;

/// What is bound otherwise.
///
/// # Errors
/// The first thing that is not as expected, and where.
pub(super) fn check(raw: RawKeys) -> Result<Vec<Rebinding>, Mistake> {
    let mut rebindings = Vec::with_capacity(raw.len());
    let mut places = Vec::with_capacity(raw.len());
    for (name, keys) in raw {
        let at = name.span().start;
        let name = name.into_inner();
        let Some(action) = names::action(&name) else {
            return Err((at, unknown(&name)));
        };
        let keys_at = keys.span().start;
        let keys = read(keys.into_inner()).map_err(|why| (keys_at, format!("{name}: {why}")))?;
        rebindings.push(Rebinding { action, keys });
        places.push((action, at));
    }
    // With the demo's key: what is read here holds there too. A replay's keys come before the
    // table's, so they are in nobody's way unless they were bound on purpose.
    let keys = Keys::new(&rebindings, true);
    let is_of_replay = |one: &Rebinding| matches!(one.action, Action::Replay(_));
    let keys = match rebindings.iter().any(is_of_replay) {
        true => keys.in_a_replay(&rebindings),
        false => keys,
    };
    match keys.conflict() {
        None => Ok(rebindings),
        Some(conflict) => {
            let of_it = |(action, _): &&(Action, usize)| conflict.actions.contains(action);
            let at = places.iter().find(of_it).map_or(0, |(_, at)| *at);
            Err((at, said(&conflict)))
        }
    }
}

fn read(value: Value) -> Result<Vec<Key>, String> {
    let all = match value {
        Value::Array(all) => all,
        one => vec![one],
    };
    if all.is_empty() {
        return Err("expected at least one key".to_owned());
    }
    let one = |value: Value| match value {
        Value::String(name) => names::key(&name),
        other => Err(format!(
            "expected a key such as \"x\", or a list of them, found {other}"
        )),
    };
    all.into_iter().map(one).collect()
}

fn unknown(name: &str) -> String {
    let all: Vec<&str> = names::bindable().into_iter().map(names::name).collect();
    // The nearest one first: a list of fifty is no answer to a slip.
    let nearest = all
        .iter()
        .filter(|known| known.contains(name) || name.contains(**known))
        .max_by_key(|known| known.len());
    match nearest {
        Some(known) => format!("keys: no action \"{name}\"; is it \"{known}\"?"),
        None => format!("keys: no action \"{name}\"; there are: {}", all.join(", ")),
    }
}

fn said(conflict: &Conflict) -> String {
    let [one, other] = conflict.actions.map(names::name);
    let (key, screen) = (names::written(conflict.key), conflict.screen.title());
    format!(
        "keys: \"{key}\" would mean both {one} and {other} on the screen {screen}; bind one of \
         them to another key"
    )
}
