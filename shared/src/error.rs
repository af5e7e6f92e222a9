//! The error codes of replies (`KeeperException.Code`).

use crate::jute::{Jute, JuteError, Reader, Writer};

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $value:literal,)*) => {
        /// A reply header's `err`. Codes that this table does not know keep their number.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$meta])* $name,)*
            /// A code of another version.
            Other(i32),
        }

        impl ErrorCode {
            /// The number on the wire.
            #[must_use]
            pub fn code(self) -> i32 {
                match self {
                    $(Self::$name => $value,)*
                    Self::Other(code) => code,
                }
            }

            /// The code of a number.
            #[must_use]
            pub fn from_code(code: i32) -> Self {
                match code {
                    $($value => Self::$name,)*
                    other => Self::Other(other),
                }
            }
        }

        impl std::fmt::Display for ErrorCode {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$name => f.write_str(stringify!($name)),)*
                    Self::Other(code) => write!(f, "error {code}"),
                }
            }
        }
    };
}

codes! {
    /// No error.
    #[default]
    Ok = 0,
    /// Never sent as such: above it stand the system's errors, below it the API's.
    SystemError = -1,
    RuntimeInconsistency = -2,
    DataInconsistency = -3,
    ConnectionLoss = -4,
    /// The request's body could not be decoded.
    MarshallingError = -5,
    /// An opcode that the server does not know.
    Unimplemented = -6,
    OperationTimeout = -7,
    BadArguments = -8,
    UnknownSession = -12,
    NewConfigNoQuorum = -13,
    ReconfigInProgress = -14,
    ApiError = -100,
    NoNode = -101,
    NoAuth = -102,
    BadVersion = -103,
    NoChildrenForEphemerals = -108,
    NodeExists = -110,
    NotEmpty = -111,
    SessionExpired = -112,
    InvalidCallback = -113,
    InvalidAcl = -114,
    AuthFailed = -115,
    SessionMoved = -118,
    NotReadOnly = -119,
    EphemeralOnLocalSession = -120,
    NoWatcher = -121,
    RequestTimeout = -122,
    ReconfigDisabled = -123,
    SessionClosedRequireSaslAuth = -124,
    QuotaExceeded = -125,
    Throttled = -127,
}

impl std::error::Error for ErrorCode {}

impl Jute for ErrorCode {
    fn encode(&self, out: &mut Writer) {
        self.code().encode(out);
    }
    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self::from_code(i32::decode(input)?))
    }
}
