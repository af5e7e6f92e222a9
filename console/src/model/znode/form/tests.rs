//! Forms, key by key.

use bytes::Bytes;

use super::{
    super::{change::Change, transaction::Kind},
    Form, Pressed,
};
use crate::keymap::Key;

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
fn shift_tab_goes_back_through_the_fields() {
    let mut form = Form::set_quota("/q", None);
    let mut at = Vec::new();
    for key in [Key::Tab, Key::Tab, Key::BackTab, Key::BackTab, Key::BackTab] {
        form.key(key);
        at.push(form.at);
    }
    assert_eq!(at, [1, 2, 1, 0, 3]);
}

#[test]
fn a_bad_path_is_said() {
    let mut form = Form::create("/q");
    assert!(form.change().is_err(), "no name");
    press(&mut form, "../x");
    assert!(form.change().is_err());
    assert!(Form::create("/zookeeper").change().is_err());
}
