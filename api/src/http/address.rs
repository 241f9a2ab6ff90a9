//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::problem::Problem;
use crate::app::App;

/// The caller's address on the network, if known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub Option<IpAddr>);

impl ClientAddress {
    /// Where a request with these headers, on this connection, comes from.
    pub(crate) fn of(app: &App, headers: &HeaderMap, extensions: &Extensions) -> Self {
        // The last entry is what our own proxy saw; the ones before it are hearsay.
        let forwarded = || {
            let value = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            value.rsplit(',').next()?.trim().parse().ok()
        };
        let direct = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Self(if app.settings.http.trust_forwarded_for { forwarded().or(direct) } else { direct })
    }

    /// The network it is of.
    pub(crate) fn network(self) -> Option<Network> {
        self.0.map(Network::of)
    }
}

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self::of(app, &parts.headers, &parts.extensions))
    }
}

/// What one party holds of addresses: an IPv4 address, or the /64 that a provider gives each customer of IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network(IpAddr);

impl Network {
    /// The network an address is of.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address @ IpAddr::V4(_) => address,
        })
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
