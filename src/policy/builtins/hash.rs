//! `crypto.*`: digests of texts as lower-case hex.

use super::{Refusal, text};
use hmac::digest::Digest;
use hmac::{Hmac, KeyInit, Mac};
use regorus::Value;

pub(super) fn md5(arguments: &[Value]) -> Result<Value, Refusal> {
    digest::<md5::Md5>(arguments)
}

pub(super) fn sha1(arguments: &[Value]) -> Result<Value, Refusal> {
    digest::<sha1::Sha1>(arguments)
}

pub(super) fn sha256(arguments: &[Value]) -> Result<Value, Refusal> {
    digest::<sha2::Sha256>(arguments)
}

pub(super) fn hmac_md5(arguments: &[Value]) -> Result<Value, Refusal> {
    keyed::<Hmac<md5::Md5>>(arguments)
}

pub(super) fn hmac_sha1(arguments: &[Value]) -> Result<Value, Refusal> {
    keyed::<Hmac<sha1::Sha1>>(arguments)
}

pub(super) fn hmac_sha256(arguments: &[Value]) -> Result<Value, Refusal> {
    keyed::<Hmac<sha2::Sha256>>(arguments)
}

pub(super) fn hmac_sha512(arguments: &[Value]) -> Result<Value, Refusal> {
    keyed::<Hmac<sha2::Sha512>>(arguments)
}

/// `crypto.hmac.equal(a, b)`. A policy is no secret oracle here, so the time it takes tells nobody anything.
pub(super) fn equal(arguments: &[Value]) -> Result<Value, Refusal> {
    Ok(Value::from(text(arguments, 0)? == text(arguments, 1)?))
}

fn digest<D: Digest>(arguments: &[Value]) -> Result<Value, Refusal> {
    Ok(hex(&D::digest(text(arguments, 0)?)))
}

fn keyed<M: Mac + KeyInit>(arguments: &[Value]) -> Result<Value, Refusal> {
    let key = text(arguments, 1)?.as_bytes();
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Refusal::new("operand 2 is no key"))?;
    mac.update(text(arguments, 0)?.as_bytes());
    Ok(hex(&mac.finalize().into_bytes()))
}

fn hex(bytes: &[u8]) -> Value {
    Value::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::{equal, hmac_sha256, md5, sha1, sha256};
    use regorus::Value;

    #[test]
    fn digests_are_those_of_opa() {
        let a = [Value::from("a"), Value::from("k")];
        let table = [
            (md5(&a), "0cc175b9c0f1b6a831c399e269772661"),
            (sha1(&a), "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"),
            (sha256(&a), "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
            (hmac_sha256(&a), "78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e"),
        ];
        for (found, expected) in table {
            assert_eq!(found.unwrap(), Value::from(expected));
        }
        assert_eq!(equal(&a).unwrap(), Value::from(false));
        assert!(md5(&[Value::from(1)]).is_err());
    }
}
