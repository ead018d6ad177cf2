//! `net.cidr_intersects`, which the engine lacks.

use super::{Refusal, text};
use regorus::Value;
use std::net::IpAddr;

/// Two networks share an address.
pub(super) fn cidr_intersects(arguments: &[Value]) -> Result<Value, Refusal> {
    let (a, b) = (network(text(arguments, 0)?)?, network(text(arguments, 1)?)?);
    let shared = a.bits.min(b.bits);
    let shift = a.width - shared;
    let same = a.width == b.width && a.address.checked_shr(shift) == b.address.checked_shr(shift);
    Ok(Value::from(same))
}

struct Network {
    address: u128,
    bits: u32,
    width: u32,
}

/// `10.0.0.0/8` or `fd00::/8`. An address of the one kind inside the other (`::ffff:10.0.0.0/104`) is read as the one.
fn network(text: &str) -> Result<Network, Refusal> {
    let wrong = || Refusal::new(format!("{text:?} is no CIDR address"));
    let (address, bits) = text.split_once('/').ok_or_else(wrong)?;
    let digits = !bits.is_empty() && bits.len() <= 3 && bits.bytes().all(|b| b.is_ascii_digit());
    let bits: u32 = digits.then(|| bits.parse().ok()).flatten().ok_or_else(wrong)?;
    let (address, width, bits) = match address.parse().map_err(|_| wrong())? {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32, bits),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped().filter(|_| (96..=128).contains(&bits)) {
            Some(v4) => (u128::from(v4.to_bits()), 32, bits - 96),
            None => (v6.to_bits(), 128, bits),
        },
    };
    if bits > width { Err(wrong()) } else { Ok(Network { address, bits, width }) }
}

#[cfg(test)]
mod tests {
    use super::cidr_intersects;
    use regorus::Value;

    #[test]
    fn networks_intersect_as_opa_says() {
        let table = [
            ("10.0.0.0/8", "10.1.0.0/16", Some(true)),
            ("10.1.2.3/16", "10.1.9.9/24", Some(true)),
            ("10.0.0.0/16", "10.1.0.0/16", Some(false)),
            ("0.0.0.0/0", "1.2.3.4/32", Some(true)),
            ("10.0.0.0/8", "::/0", Some(false)),
            ("::/0", "fd00::/8", Some(true)),
            ("::ffff:10.0.0.0/100", "10.0.0.0/8", Some(true)),
            ("10.0.0.0", "10.0.0.0/8", None),
            ("10.0.0.0/33", "10.0.0.0/8", None),
        ];
        for (a, b, expected) in table {
            let found = cidr_intersects(&[Value::from(a), Value::from(b)]).ok();
            assert_eq!(found, expected.map(Value::from), "{a} {b}");
        }
    }
}
