//! Who may change the members: where ACLs count, the super user alone, whichever member it
//! asks (`PrepRequestProcessor.checkACL` of `/zookeeper/config`).

use zoowarden_shared::ErrorCode;

use super::{reconfig, wait_for_config};
use crate::harness::{Client, Ensemble, Kind::Ours, Options};

/// The super user's name and password.
pub(super) const SUPER: &str = "super:test";
/// And what the members know of them.
pub(super) const SUPER_DIGEST: &str = "reconfigEnabled=true\n\
     DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=\n";

fn refusal(client: &Client) -> Option<ErrorCode> {
    let refused = client.reconfig(None, Some(4));
    refused.err().and_then(|error| error.code())
}

#[test]
fn only_the_super_user_changes_the_members() {
    let options = Options {
        tick_ms: 500,
        observers: vec![4],
        settings: SUPER_DIGEST,
        ..Options::default()
    };
    let mut ensemble = Ensemble::led_by(3, &[Ours; 4], &options);
    let handle = ensemble.handle().clone();
    let authenticate = |client: &Client, credentials: &str| {
        let adding = client
            .connection
            .add_auth("digest", credentials.as_bytes().to_vec());
        handle.block_on(adding).expect("it is authenticated");
    };
    let back = ensemble.member(4).joining_line("observer");
    for sid in [1, 3, 4] {
        let client = ensemble.client(sid);
        assert_eq!(refusal(&client), Some(ErrorCode::NoAuth), "at {sid}");
        authenticate(&client, "alice:test");
        assert_eq!(refusal(&client), Some(ErrorCode::NoAuth), "at {sid}");
        authenticate(&client, SUPER);
        let text = reconfig(&client, None, Some(4));
        assert!(!text.contains("server.4="), "{text}");
        wait_for_config(&mut ensemble, &text);
        let text = reconfig(&client, Some(&back), None);
        wait_for_config(&mut ensemble, &text);
        client.close();
    }
    ensemble.assert_agreed(&[]);
}
