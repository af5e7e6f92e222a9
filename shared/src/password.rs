//! A session's password: derived from its id, so that every server knows it.
//!
//! Apache's `ZooKeeperServer.generatePasswd` fills 16 bytes from `java.util.Random` seeded
//! with the id xor a constant. A client can so move between an Apache member and ours.

use crate::ids::SessionId;

/// Length of a session password, bytes.
pub const PASSWORD_LEN: usize = 16;

const SUPER_SECRET: i64 = 0xB341_5C00;

/// The password of a session.
#[must_use]
pub fn session_password(id: SessionId) -> [u8; PASSWORD_LEN] {
    let mut random = JavaRandom::new(id.0 ^ SUPER_SECRET);
    let mut password = [0; PASSWORD_LEN];
    for chunk in password.chunks_exact_mut(4) {
        chunk.copy_from_slice(&random.next_i32().to_le_bytes());
    }
    password
}

/// The 48-bit linear congruential generator that `java.util.Random` documents.
struct JavaRandom(u64);

impl JavaRandom {
    const MASK: u64 = (1 << 48) - 1;
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;

    fn new(seed: i64) -> Self {
        Self((seed as u64 ^ Self::MULTIPLIER) & Self::MASK)
    }

    fn next_i32(&mut self) -> i32 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        (self.0 >> 16) as i32
    }
}
