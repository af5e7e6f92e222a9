//! What is typed before a change: fields, and the change that they make.

use bytes::Bytes;
use zoowarden_shared::{acl::Acl, path, quota::StatsTrack, stat::MAX_TTL_MS};

use super::{
    acl_text,
    change::Change,
    quota,
    refuse::{self, Verb},
    transaction::Kind,
};
use crate::{keymap::Key, model::text_area::TextArea};

/// What a form is for, and what was seen when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A query, and the znode to begin at.
    Find {
        start: String,
    },
    SetData {
        path: String,
        seen: Bytes,
        version: i32,
    },
    Create,
    SetAcl {
        path: String,
        seen: Vec<Acl>,
        version: i32,
    },
    SetQuota {
        path: String,
        seen: Option<(StatsTrack, i32)>,
    },
}

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: &'static str,
    pub input: Input,
}

/// How it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Text(TextArea),
    /// One of these, by the arrows.
    Choice {
        options: &'static [&'static str],
        at: usize,
    },
}

/// Fields, one of which takes the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub purpose: Purpose,
    pub fields: Vec<Field>,
    pub at: usize,
    /// Why it could not be taken as it is.
    pub fault: Option<String>,
    /// Esc was pressed once over something typed.
    pub is_leaving: bool,
    /// As the fields were at the beginning.
    first: Vec<String>,
}

/// What a key did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    Stays,
    Submits,
    Leaves,
    /// The field is to be edited in the operator's own editor.
    Outside,
}

/// The kinds that may be made, in the order of their choice.
const KINDS: &[&str] = &["persistent", "sequential", "container", "with TTL"];

impl Form {
    /// A form with these fields; the first takes the keys.
    #[must_use]
    pub fn new(purpose: Purpose, fields: Vec<Field>) -> Self {
        let first = fields.iter().map(Field::value).collect();
        Self {
            purpose,
            fields,
            at: 0,
            fault: None,
            is_leaving: false,
            first,
        }
    }

    /// The prompt of a find, with what was looked for last.
    #[must_use]
    pub fn find(start: &str, last: &str) -> Self {
        let purpose = Purpose::Find {
            start: start.to_owned(),
        };
        Self::new(purpose, vec![line("find", last)])
    }

    /// Data to edit, which must be text.
    ///
    /// # Errors
    /// Why it cannot be edited here.
    pub fn set_data(path: &str, seen: &Bytes, version: i32) -> Result<Self, String> {
        let text = std::str::from_utf8(seen)
            .map_err(|_| "its data is no text: E edits it with your own editor".to_owned())?;
        if text.len() > crate::model::text_area::MAX_BYTES {
            return Err("its data is above 16 KiB: E edits it with your own editor".to_owned());
        }
        let purpose = Purpose::SetData {
            path: path.to_owned(),
            seen: seen.clone(),
            version,
        };
        Ok(Self::new(purpose, vec![area("data", text)]))
    }

    /// A znode to be made below another.
    #[must_use]
    pub fn create(parent: &str) -> Self {
        let start = crate::model::tree::child(parent, "");
        let kinds = Field {
            label: "kind",
            input: Input::Choice {
                options: KINDS,
                at: 0,
            },
        };
        let fields = vec![
            line("path", &start),
            kinds,
            line("TTL ms", ""),
            area("acl", &acl_text::write(&Acl::open())),
            area("data", ""),
        ];
        Self::new(Purpose::Create, fields)
    }

    /// Rights to edit.
    #[must_use]
    pub fn set_acl(path: &str, seen: Vec<Acl>, version: i32) -> Self {
        let text = acl_text::write(&seen);
        let purpose = Purpose::SetAcl {
            path: path.to_owned(),
            seen,
            version,
        };
        Self::new(purpose, vec![area("acl", &text)])
    }

    /// Limits to edit.
    #[must_use]
    pub fn set_quota(path: &str, seen: Option<(StatsTrack, i32)>) -> Self {
        let limits = seen.as_ref().map(|(limits, _)| limits.clone());
        let fields = quota::fields(&limits.unwrap_or_default())
            .into_iter()
            .map(|(label, value)| line(label, &value));
        let fields = fields.collect();
        let purpose = Purpose::SetQuota {
            path: path.to_owned(),
            seen,
        };
        Self::new(purpose, fields)
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Pressed {
        let was_leaving = std::mem::take(&mut self.is_leaving);
        let last = self.fields.len() - 1;
        match key {
            Key::Esc if was_leaving || !self.is_changed() => return Pressed::Leaves,
            Key::Esc => self.is_leaving = true,
            Key::Ctrl('s') => return Pressed::Submits,
            Key::Ctrl('e') if self.has_area() => return Pressed::Outside,
            Key::Tab => self.at = (self.at + 1) % self.fields.len(),
            key => {
                let has_taken = match &mut self.fields[self.at].input {
                    Input::Text(text) => text.key(key),
                    Input::Choice { options, at } => choose(options.len(), at, key),
                };
                match key {
                    _ if has_taken => self.fault = None,
                    Key::Enter if self.at == last => return Pressed::Submits,
                    Key::Enter | Key::Down => self.at = (self.at + 1).min(last),
                    Key::Up => self.at = self.at.saturating_sub(1),
                    _ => {}
                }
            }
        }
        Pressed::Stays
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.is_leaving = false;
        if let Input::Text(field) = &mut self.fields[self.at].input {
            field.paste(text);
        }
    }

    /// Whether it has a field of many lines.
    #[must_use]
    pub fn has_area(&self) -> bool {
        self.area().is_some()
    }

    /// Whether something was typed that would be lost.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let is_prompt = matches!(self.purpose, Purpose::Find { .. });
        !is_prompt && self.values() != self.first
    }

    /// The text of the field that is edited outside: the one with the keys if it has lines,
    /// else the last that has.
    #[must_use]
    pub fn outside(&self) -> Option<String> {
        self.area().map(|at| self.fields[at].value())
    }

    /// Puts back what was edited outside.
    pub fn put(&mut self, text: &str) {
        if let Some(at) = self.area() {
            self.fields[at].input = Input::Text(TextArea::lines(text));
            self.at = at;
        }
    }

    fn area(&self) -> Option<usize> {
        let is_area =
            |field: &Field| matches!(&field.input, Input::Text(text) if !text.is_single());
        if is_area(&self.fields[self.at]) {
            return Some(self.at);
        }
        self.fields.iter().rposition(is_area)
    }

    /// What stands in each field.
    #[must_use]
    pub fn values(&self) -> Vec<String> {
        self.fields.iter().map(Field::value).collect()
    }

    /// The change that was typed; `None` for a find.
    ///
    /// # Errors
    /// A sentence on what is not as it must be.
    pub fn change(&self) -> Result<Option<Change>, String> {
        let values = self.values();
        let value = |at: usize| values.get(at).map_or("", String::as_str);
        Ok(Some(match &self.purpose {
            Purpose::Find { .. } => return Ok(None),
            Purpose::SetData {
                path,
                seen,
                version,
            } => {
                let data = Bytes::from(value(0).to_owned());
                if data == seen {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetData {
                    path: path.clone(),
                    data,
                    seen: seen.clone(),
                    version: *version,
                }
            }
            Purpose::Create => created(&values)?,
            Purpose::SetAcl {
                path,
                seen,
                version,
            } => {
                let acl = acl_text::read(value(0))?;
                if acl == *seen {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetAcl {
                    path: path.clone(),
                    acl,
                    seen: seen.clone(),
                    version: *version,
                }
            }
            Purpose::SetQuota { path, seen } => {
                let typed = [0, 1, 2, 3].map(|at| value(at).to_owned());
                let limits = quota::read(&typed)?;
                if limits.as_ref() == seen.as_ref().map(|(limits, _)| limits) {
                    return Err("nothing differs from what is there".to_owned());
                }
                Change::SetQuota {
                    path: path.clone(),
                    limits,
                    seen: seen.clone(),
                }
            }
        }))
    }
}

/// The znode of a form of [`Form::create`].
fn created(values: &[String]) -> Result<Change, String> {
    let [typed, kind, ttl, acl, data] = values else {
        return Err("the form is not whole".to_owned());
    };
    let kind = match KINDS.iter().position(|known| known == kind) {
        Some(1) => Kind::Sequential,
        Some(2) => Kind::Container,
        Some(3) => {
            let wanted = || format!("TTL ms: a number from 1 to {MAX_TTL_MS}");
            let ttl_ms: i64 = ttl.trim().parse().map_err(|_| wanted())?;
            if !(1..=MAX_TTL_MS).contains(&ttl_ms) {
                return Err(wanted());
            }
            Kind::Ttl { ttl_ms }
        }
        _ => Kind::Persistent,
    };
    // A number alone is a name too: `/queue/` with a number behind it.
    let checked = match kind {
        Kind::Sequential => format!("{typed}0"),
        _ => typed.clone(),
    };
    path::validate(&checked).map_err(|fault| format!("path: {fault}"))?;
    if let Some(why) = refuse::refusal(Verb::Create, &checked) {
        return Err(why);
    }
    Ok(Change::Create {
        path: typed.clone(),
        data: Bytes::from(data.clone()),
        acl: acl_text::read(acl)?,
        kind,
    })
}

impl Field {
    /// What stands in it.
    #[must_use]
    pub fn value(&self) -> String {
        match &self.input {
            Input::Text(text) => text.text(),
            Input::Choice { options, at } => options
                .get(*at)
                .map_or(String::new(), |word| (*word).to_owned()),
        }
    }
}

fn choose(options: usize, at: &mut usize, key: Key) -> bool {
    match key {
        Key::Right | Key::Char(' ' | 'l') => *at = (*at + 1) % options,
        Key::Left | Key::Char('h') => *at = (*at + options - 1) % options,
        _ => return false,
    }
    true
}

fn line(label: &'static str, text: &str) -> Field {
    Field {
        label,
        input: Input::Text(TextArea::line(text)),
    }
}

fn area(label: &'static str, text: &str) -> Field {
    Field {
        label,
        input: Input::Text(TextArea::lines(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(form: &mut Form, text: &str) {
        for c in text.chars() {
            form.key(Key::Char(c));
        }
    }

    #[test]
    fn an_edit_becomes_a_change_of_the_version_seen() {
        let mut form = Form::set_data("/a", &Bytes::from_static(b"old"), 7).unwrap();
        assert!(form.change().is_err(), "nothing differs");
        assert_eq!(form.key(Key::Esc), Pressed::Leaves, "nothing is lost");
        press(&mut form, "very ");
        assert_eq!(form.key(Key::Esc), Pressed::Stays, "asked first");
        assert!(form.is_leaving);
        let Ok(Some(Change::SetData { data, version, .. })) = form.change() else {
            panic!("no change");
        };
        assert_eq!((data.as_ref(), version), (&b"very old"[..], 7));
    }

    #[test]
    fn what_is_no_text_or_too_long_is_not_edited_here() {
        assert!(Form::set_data("/a", &Bytes::from_static(b"\xff"), 0).is_err());
        let long = Bytes::from(vec![b'x'; 20_000]);
        assert!(Form::set_data("/a", &long, 0).is_err());
    }

    #[test]
    fn a_creation_takes_its_fields() {
        let mut form = Form::create("/q");
        press(&mut form, "n");
        form.key(Key::Enter);
        form.key(Key::Right);
        form.key(Key::Right);
        form.key(Key::Right);
        assert!(form.change().unwrap_err().contains("TTL"), "no TTL yet");
        form.key(Key::Enter);
        press(&mut form, "5000");
        form.key(Key::Tab);
        form.key(Key::Tab);
        form.paste("{}\n");
        let Ok(Some(Change::Create {
            path, data, kind, ..
        })) = form.change()
        else {
            panic!("no change");
        };
        assert_eq!(path, "/q/n");
        assert_eq!(data.as_ref(), b"{}\n");
        assert_eq!(kind, Kind::Ttl { ttl_ms: 5000 });
    }

    #[test]
    fn a_bad_path_is_said() {
        let mut form = Form::create("/q");
        assert!(form.change().is_err(), "no name");
        press(&mut form, "../x");
        assert!(form.change().is_err());
        assert!(Form::create("/zookeeper").change().is_err());
    }
}
