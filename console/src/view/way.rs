//! How the cluster is reached: `via bastion-eu 18 ms  TLS` in the header, and the certificates
//! in a member's details.

use ratatui::{style::Style, text::Span};
use zoowarden_client::Certificate;

use super::{header::ms, span, theme};
use crate::{
    model::{Model, session::Link},
    reach::way::Way,
    text::{clean, cut},
};

/// A certificate that ends within so many days is marked.
const SOON_DAYS: i64 = 30;
const DAY_S: i64 = 86_400;
/// A bastion's name is cut to this many columns.
const NAME_WIDTH: usize = 24;

/// For the header; empty where the cluster is reached plainly.
pub(super) fn in_header(model: &Model) -> Vec<Span<'static>> {
    let way = &model.cluster.way;
    let mut spans = Vec::new();
    if let Some(via) = &way.via {
        let name = cut(&clean(via), NAME_WIDTH);
        let trip = match (&model.session.link, model.session.ping_us()) {
            (Link::Connected { .. }, Some(us)) => format!(" {} ms", ms(us)),
            _ => String::new(),
        };
        spans.push(span(format!("   via {name}{trip}"), theme::QUIET));
    }
    if way.any_host {
        spans.push(span("   TLS, any host's certificate!", theme::WARN));
    } else if way.tls {
        spans.push(span("   TLS", theme::QUIET));
    }
    spans
}

/// For a member's details: what it showed us, and what we show it.
pub(super) fn certificates(
    way: &Way,
    member: Option<&Certificate>,
    now_wall_ms: i64,
) -> Option<(String, Style)> {
    let now_s = now_wall_ms.div_euclid(1000);
    let mut style = Style::new();
    let mut days = |not_after_s: i64| {
        let left = (not_after_s - now_s).div_euclid(DAY_S);
        if left < SOON_DAYS {
            style = theme::WARN;
        }
        if left < 0 {
            format!("EXPIRED {} d ago", -left)
        } else if left < SOON_DAYS {
            format!("{left} d left!")
        } else {
            format!("{left} d")
        }
    };
    let mut parts = Vec::new();
    if let Some(certificate) = member {
        let names = clean(&certificate.names.join(", "));
        let issuer = clean(&certificate.issuer);
        let left = days(certificate.not_after_s);
        parts.push(format!(
            "cert: {left}, for {}, by {}",
            cut(&names, 40),
            cut(&issuer, 40)
        ));
    }
    if let Some(own) = way.own_not_after_s {
        parts.push(format!("ours: {}", days(own)));
    }
    (!parts.is_empty()).then(|| (parts.join("; "), style))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificates_end_is_told_and_marked_when_it_is_near() {
        let now_ms = 1_800_000_000_000;
        let certificate = |days: i64| Certificate {
            names: vec!["zk1".to_owned()],
            issuer: "CN=ca".to_owned(),
            not_after_s: now_ms / 1000 + days * DAY_S,
        };
        let way = |days: Option<i64>| Way {
            own_not_after_s: days.map(|days| now_ms / 1000 + days * DAY_S),
            ..Way::default()
        };
        let told = |days, own| certificates(&way(own), Some(&certificate(days)), now_ms);
        let (text, style) = told(71, None).unwrap();
        assert_eq!(
            (text.as_str(), style),
            ("cert: 71 d, for zk1, by CN=ca", Style::new())
        );
        let (text, style) = told(71, Some(3)).unwrap();
        assert!(text.ends_with("; ours: 3 d left!") && style == theme::WARN);
        assert!(
            told(-2, None)
                .unwrap()
                .0
                .starts_with("cert: EXPIRED 2 d ago")
        );
        assert_eq!(certificates(&way(None), None, now_ms), None);
    }
}
