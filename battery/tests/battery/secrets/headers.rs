//! Headers that are marked sensitive, on the wire. HTTP/2 writes them so that no compression table on the
//! way may store them.

use unpost::ayrshare::DeleteRequest;

use super::ayrshare_client;
use crate::faults::http2;
use crate::logs::planted;

#[tokio::test]
async fn every_header_that_holds_a_secret_is_marked_sensitive() {
    let site = http2::site(vec![http2::ANSWER]).await;
    let client = ayrshare_client(|builder| builder.base_url(&site.base_url).http(site.http));
    client.delete(DeleteRequest::by_id("post-1")).await.unwrap();
    let tenant = client.for_profile(planted::API_KEY).unwrap();
    tenant.delete(DeleteRequest::by_id("post-1")).await.unwrap();

    let blocks = site.tally.header_blocks.lock().unwrap();
    assert_eq!(blocks.len(), 2);
    for block in blocks.iter() {
        // `Authorization`, `Profile-Key` and the two X API keys.
        assert_eq!(never_indexed(block), 4, "{block:02x?}");
    }
}

/// How many fields of a block are written as never to be indexed (RFC 7541, section 6).
fn never_indexed(mut block: &[u8]) -> usize {
    let mut count = 0;
    while let Some(first) = block.first() {
        match first {
            // An indexed field, or a change of the table's size.
            0x80.. => drop(integer(&mut block, 7)),
            0x20..0x40 => drop(integer(&mut block, 5)),
            literal => {
                let (prefix, is_sensitive) = match literal {
                    0x40.. => (6, false),
                    0x10.. => (4, true),
                    _ => (4, false),
                };
                count += usize::from(is_sensitive);
                if integer(&mut block, prefix) == 0 {
                    skip_text(&mut block);
                }
                skip_text(&mut block);
            }
        }
    }
    count
}

fn skip_text(block: &mut &[u8]) {
    let length = integer(block, 7);
    *block = &block[length..];
}

/// An integer that begins in the low `bits` of the first byte.
fn integer(block: &mut &[u8], bits: u32) -> usize {
    let most = (1 << bits) - 1;
    let mut value = usize::from(block[0]) & most;
    *block = &block[1..];
    if value == most {
        let mut shift = 0;
        loop {
            let byte = usize::from(block[0]);
            *block = &block[1..];
            value += (byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    value
}
