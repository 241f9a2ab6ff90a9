//! Who is calling: API tokens, sessions, JSON Web Tokens, the bootstrap token.

mod authenticate;
mod cookie;
mod csrf;
mod jwt;
mod principal;
mod register;

pub use authenticate::{Authenticator, LIVE_PROTOCOL, shows_visit};
pub use cookie::{clear_cookie, known_browser, known_browser_cookie, session_cookie};
pub use csrf::csrf_token;
pub use principal::{Credential, Principal, Who};
