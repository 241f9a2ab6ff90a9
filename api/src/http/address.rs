//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use super::problem::Problem;
use crate::app::App;
use crate::config::HttpSettings;

/// The caller's address on the network, if known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub Option<IpAddr>);

impl ClientAddress {
    /// Where a request with these headers, on this connection, comes from.
    pub(crate) fn of(app: &App, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let direct = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Self(direct.map(|direct| client(direct, headers, &app.settings.http)))
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

/// The first address on the way back from us that is not a proxy's we trust. Each proxy adds the address it was called
/// from at the end of `X-Forwarded-For`, so that only what a trusted one added is more than hearsay.
fn client(direct: IpAddr, headers: &HeaderMap, settings: &HttpSettings) -> IpAddr {
    let hops = settings.trusted_hops.max(u8::from(settings.trust_forwarded_for));
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let entries: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut address = direct.to_canonical();
    for (hop, entry) in entries.iter().rev().enumerate() {
        let trusted =
            hop < usize::from(hops) || settings.trusted_proxies.iter().any(|network| network.contains(&address));
        match (trusted, parse(entry)) {
            (true, Some(before)) => address = before,
            _ => break,
        }
    }
    address
}

/// An address; some proxies add the port.
fn parse(entry: &str) -> Option<IpAddr> {
    let address = entry.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Network, Settings};

    fn from(direct: &str, forwarded: &[&str], set: impl FnOnce(&mut HttpSettings)) -> String {
        let mut settings = Settings::defaults().http;
        set(&mut settings);
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        client(direct.parse().unwrap(), &headers, &settings).to_string()
    }

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| Network::try_from((*text).to_owned()).unwrap()).collect()
    }

    #[test]
    fn nobody_is_believed_unless_told() {
        assert_eq!(from("10.0.0.1", &["203.0.113.9"], |_| ()), "10.0.0.1");
    }

    #[test]
    fn as_many_hops_as_are_ours() {
        let line = ["198.51.100.66, 203.0.113.9, 172.16.0.5"];
        assert_eq!(from("10.0.0.1", &line, |http| http.trust_forwarded_for = true), "172.16.0.5");
        assert_eq!(from("10.0.0.1", &line, |http| http.trusted_hops = 2), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["203.0.113.9"], |http| http.trusted_hops = 3), "203.0.113.9");
    }

    #[test]
    fn as_far_as_the_proxies_are_in_our_networks() {
        let trust =
            |http: &mut HttpSettings| http.trusted_proxies = networks(&["10.0.0.0/8", "172.16.0.5", "2001:db8::/32"]);
        let line = "198.51.100.66, 203.0.113.9, 172.16.0.5";
        assert_eq!(from("10.0.0.1", &[line], trust), "203.0.113.9");
        assert_eq!(from("::ffff:10.0.0.1", &[line], trust), "203.0.113.9", "an address of IPv4 in IPv6");
        assert_eq!(from("203.0.113.7", &[line], trust), "203.0.113.7", "whoever is not a proxy says nothing");
        assert_eq!(from("2001:db8::1", &["203.0.113.9:51234"], trust), "203.0.113.9", "with a port");
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "172.16.0.5"], trust), "203.0.113.9", "over several lines");
        assert_eq!(from("10.0.0.1", &["unknown, 172.16.0.5"], trust), "172.16.0.5", "what is no address");
    }
}
