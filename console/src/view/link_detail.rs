//! Below the links: all that is known of the chosen one, the sentence for those who own the
//! network first.

use ratatui::{style::Style, text::Line};

use super::{
    header::ms,
    heading,
    links::{end_name, mark, name, word},
    span, theme,
};
use crate::{
    model::{
        Model,
        clock::{age, time_of_day},
        links::{End, Link, LinkState, blame},
    },
    text::{Align, clean, count, fit, wrap},
};

/// Columns of the labels.
const LABEL: usize = 16;

/// The heading and the facts; the least important last.
pub(super) fn lines(
    model: &Model,
    all: &[Link],
    chosen: Option<&Link>,
    columns: u16,
) -> Vec<Line<'static>> {
    let Some(link) = chosen else {
        let title = span("no link is chosen", theme::QUIET);
        return vec![heading(columns, vec![title])];
    };
    let (mark, style) = mark(all, link);
    let ends = format!(
        "{} → {}",
        end_name(model, &link.from),
        name(model, &link.to)
    );
    let sentence = blame::sentence(model, link);
    let copies = if sentence.is_some() {
        "   c copies the sentence for the network team"
    } else {
        ""
    };
    let title = vec![
        span(format!("{mark} "), style),
        span(ends, theme::STRONG),
        span(format!("   {}", word(link)), style),
        span(copies, theme::QUIET),
    ];
    let mut lines = vec![heading(columns, title)];
    let room = usize::from(columns).saturating_sub(LABEL + 1);
    let mut fact = |label: &str, text: &str, style: Style| {
        for (number, part) in wrap(&clean(text), room).into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            lines.push(Line::from(vec![
                span(format!(" {}", fit(label, LABEL, Align::Left)), theme::QUIET),
                span(part, style),
            ]));
        }
    };
    match sentence {
        Some(sentence) => {
            fact("to the network", &sentence, theme::STRONG);
        }
        None if link.state == LinkState::Fresh => {
            fact("to the network", "nothing to complain of", theme::QUIET);
        }
        None => {}
    }
    fact(
        "why",
        &format!("{}{}", link.why, since(model, link)),
        Style::new(),
    );
    fact("measured", &measured(link), Style::new());
    if link.from == End::Here {
        fact("other ports", &ports(model, &link.to), Style::new());
    }
    lines
}

fn since(model: &Model, link: &Link) -> String {
    model.links.since(link).map_or(String::new(), |since| {
        let at = time_of_day(since.wall_ms);
        format!("; {} since {at} UTC", word(link))
    })
}

fn measured(link: &Link) -> String {
    let trip = link.rtt_us.map_or("round trip ?".to_owned(), |us| {
        format!("round trip {} ms", ms(us))
    });
    let heard = link.heard_ms_ago.map_or("last heard ?".to_owned(), |ms| {
        format!("last heard {} ago", age(ms))
    });
    let behind = link.behind.map_or(String::new(), |behind| {
        format!(", {} to acknowledge", count(behind))
    });
    format!("{}: {trip}, {heard}{behind}", link.measured_by.shown())
}

/// How the ports for the other members answered us.
fn ports(model: &Model, address: &str) -> String {
    let told: Vec<String> = model
        .links
        .knocks_of(address)
        .map(|knock| {
            let ago = age(model.now.mono_ms.saturating_sub(knock.at_mono_ms));
            let port = knock.door.port.shown();
            let at = &knock.door.at;
            match &knock.result {
                Ok(us) => format!("{port} {at} open, {} ms ({ago} ago)", ms(*us)),
                Err(why) => format!("{port} {at} {why} ({ago} ago)"),
            }
        })
        .collect();
    if told.is_empty() {
        "not tried: only those of ours are, Apache's log each try".to_owned()
    } else {
        told.join("; ")
    }
}
