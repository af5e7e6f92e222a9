//! What an operator's address list and a configuration make together.

use super::*;

fn server(sid: i64, host: &str, client: Option<(&str, u16)>) -> String {
    let client = client.map_or(String::new(), |(host, port)| format!(";{host}:{port}"));
    format!("server.{sid}={host}:2888:3888:participant{client}\n")
}

fn known(seeds: &[&str], servers: &[String]) -> Known {
    let seeds = seeds.iter().map(|seed| (*seed).to_owned()).collect();
    let config = DynamicConfig::parse_lenient(&servers.concat());
    Known {
        seeds,
        config,
        ..Known::default()
    }
}

/// `id address` of each place, with `~` before a guessed port and `-` before one without.
fn shown(known: &Known) -> Vec<String> {
    known
        .places()
        .into_iter()
        .map(|place| {
            let id = place.sid.map_or("?".to_owned(), |sid| sid.to_string());
            let mark = match (&place.unaddressed, place.port_guessed) {
                (Some(_), _) => "-",
                (None, true) => "~",
                (None, false) => "",
            };
            format!("{id} {mark}{}", place.address)
        })
        .collect()
}

#[test]
fn a_dynamic_configuration_names_every_client_address() {
    let servers = vec![
        server(2, "10.0.0.2", Some(("0.0.0.0", 2182))),
        server(1, "10.0.0.1", Some(("10.9.9.1", 2181))),
    ];
    assert_eq!(
        shown(&known(&["10.9.9.1:2181"], &servers)),
        ["1 10.9.9.1:2181", "2 10.0.0.2:2182"]
    );
}

#[test]
fn a_static_configuration_gets_the_seeds_port_on_other_hosts() {
    let servers = vec![
        server(1, "zk1", None),
        server(2, "zk2", None),
        server(3, "zk3", None),
    ];
    let mut known = known(&["zk9:2190", "zk2:2181"], &servers);
    known.answered = ["zk2:2181".to_owned()].into();
    assert_eq!(
        shown(&known)[..3],
        ["1 ~zk1:2181", "2 zk2:2181", "3 ~zk3:2181"],
        "of a seed that answers"
    );
    let places = known.places();
    assert!(known.is_mere_guess(&places[0]) && !known.is_mere_guess(&places[1]));
    known.answered.insert("zk1:2181".to_owned());
    assert!(!known.is_mere_guess(&known.places()[0]));
    known.answered.clear();
    assert_eq!(shown(&known)[0], "1 -server.1 on zk1", "nobody answers");
}

/// A dead seed's port was assumed on the host of a seed that answers at another port: its member
/// was called down, with an alarm and the advice to start who runs.
#[test]
fn nothing_is_guessed_on_a_host_of_which_a_port_is_known() {
    let servers: Vec<_> = (1..=3).map(|sid| server(sid, "127.0.0.1", None)).collect();
    let seeds = [
        "10.255.255.1:2181",
        "nosuch.invalid:2181",
        "127.0.0.1:22181",
    ];
    let mut known = known(&seeds, &servers);
    known.answered = ["127.0.0.1:22181".to_owned()].into();
    let all = [
        "? 10.255.255.1:2181",
        "? nosuch.invalid:2181",
        "? 127.0.0.1:22181",
        "? -other 1 on 127.0.0.1",
        "? -other 2 on 127.0.0.1",
    ];
    assert_eq!(shown(&known), all);
    let outside: Vec<bool> = known.places().iter().map(|one| one.is_outside).collect();
    assert_eq!(outside, [true, true, false, false, false]);
    // Nor once it has told its id.
    known.identities = [("127.0.0.1:22181".to_owned(), Sid(1))].into();
    let first = "1 127.0.0.1:22181";
    let others = ["2 -server.2 on 127.0.0.1", "3 -server.3 on 127.0.0.1"];
    assert_eq!(shown(&known)[..3], [first, others[0], others[1]]);
}

#[test]
fn members_on_one_host_are_never_guessed_onto_one_socket() {
    let servers = || {
        (1..=3)
            .map(|sid| server(sid, "127.0.0.1", None))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&known(&["127.0.0.1:2181"], &servers())),
        [
            "? 127.0.0.1:2181",
            "? -other 1 on 127.0.0.1",
            "? -other 2 on 127.0.0.1"
        ]
    );
    assert_eq!(
        shown(&known(
            &["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
            &servers()
        )),
        ["? 127.0.0.1:1", "? 127.0.0.1:2", "? 127.0.0.1:3"]
    );
}

#[test]
fn what_members_tell_of_themselves_settles_who_is_who() {
    let servers: Vec<_> = (1..=3).map(|sid| server(sid, "127.0.0.1", None)).collect();
    let mut known = known(&["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"], &servers);
    known.identities = [
        ("127.0.0.1:1".to_owned(), Sid(3)),
        ("127.0.0.1:3".to_owned(), Sid(1)),
    ]
    .into();
    assert_eq!(
        shown(&known),
        ["1 127.0.0.1:3", "2 127.0.0.1:2", "3 127.0.0.1:1"]
    );
}

#[test]
fn two_names_of_one_socket_are_one_reachable_member() {
    let servers = vec![server(1, "zk1", None), server(2, "alias", None)];
    let mut known = known(&["zk1:2181"], &servers);
    let ip: IpAddr = "10.0.0.1".parse().unwrap();
    known.resolved = [("zk1".to_owned(), vec![ip]), ("alias".to_owned(), vec![ip])].into();
    let places = known.places();
    assert_eq!(
        places
            .iter()
            .filter(|place| place.unaddressed.is_none())
            .count(),
        1
    );
    assert_eq!(places.len(), 2);
}

#[test]
fn the_operators_map_wins() {
    let servers = vec![server(1, "zk1", None), server(2, "zk2", None)];
    let mut known = known(&["localhost:12181"], &servers);
    known.address_map = [
        ("1".to_owned(), "localhost:12181".to_owned()),
        ("zk2:12181".to_owned(), "localhost:12182".to_owned()),
    ]
    .into();
    known.answered = ["localhost:12181".to_owned()].into();
    assert_eq!(shown(&known), ["1 localhost:12181", "2 localhost:12182"]);
}

#[test]
fn without_a_configuration_the_seeds_are_the_members() {
    assert_eq!(shown(&known(&["a:1", "b:2"], &[])), ["? a:1", "? b:2"]);
}

#[test]
fn addresses_split_with_and_without_brackets() {
    assert_eq!(split("zk:2181"), ("zk", Some(2181)));
    assert_eq!(split("[::1]:2181"), ("::1", Some(2181)));
    assert_eq!(split("::1"), ("::1", None));
    assert_eq!(split("zk"), ("zk", None));
}

#[test]
fn tls_has_ports_of_its_own_that_no_configuration_lists() {
    let servers: Vec<String> = ["zk1", "zk2", "zk3"]
        .into_iter()
        .zip(1..)
        .map(|(host, sid)| server(sid, host, Some(("0.0.0.0", 2181))))
        .collect();
    let mut known = known(&["zk1:2281"], &servers);
    known.has_own_ports = true;
    known.answered = ["zk1:2281".to_owned()].into();
    assert_eq!(shown(&known), ["1 zk1:2281", "2 ~zk2:2281", "3 ~zk3:2281"]);
    known.address_map = [("3".to_owned(), "zk3:2283".to_owned())].into();
    assert_eq!(shown(&known)[2], "3 zk3:2283");
}

#[test]
fn who_was_removed_is_outside_and_who_may_be_a_member_by_another_way_is_not() {
    let servers = vec![
        server(1, "zk1", Some(("zk1", 2181))),
        server(2, "zk2", Some(("zk2", 2181))),
    ];
    let outside = |known: &Known| -> Vec<String> {
        let places = known.places().into_iter();
        places
            .filter(|place| place.is_outside)
            .map(|place| place.address)
            .collect()
    };
    let mut removed = known(&["zk1:2181", "zk2:2181", "zk3:2181"], &servers);
    assert_eq!(outside(&removed), ["zk3:2181"]);
    removed.answered = ["zk3:2181".to_owned()].into();
    assert_eq!(outside(&removed), ["zk3:2181"], "it goes on running");

    // A forwarded port stands for a member whose own address is out of reach.
    let mut forwarded = known(&["localhost:12181"], &servers);
    assert_eq!(outside(&forwarded), ["localhost:12181"], "nobody answers");
    forwarded.answered = ["localhost:12181".to_owned()].into();
    assert_eq!(outside(&forwarded), [] as [&str; 0]);
    forwarded.identities = [("localhost:12181".to_owned(), Sid(7))].into();
    assert_eq!(outside(&forwarded), ["localhost:12181"]);
}
