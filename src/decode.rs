//! Header bytes to [`Segment`], by etherparse.
//!
//! Wireshark says where the headers are; their bytes hold the rest. Captures are cut (`-s 68`) and
//! hostile, so every length here is checked and a header that can't be read gives `None`.

use std::net::IpAddr;

use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice};

use crate::options::Options;
use crate::segment::{Application, Flags, IpHeader, Nanoseconds, Segment, Socket};
use crate::seq::Seq;

/// Ports, sequence numbers, data offset and flags: with less than these bytes nothing can be said. Wireshark 4.6
/// shows the flags then, too; earlier ones want the window as well.
const NEEDED_TCP_BYTES: usize = 14;
/// The TCP header without options.
const FIXED_TCP_BYTES: usize = 20;

/// Where one TCP layer of a frame stands, as bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawSegment<'a> {
    /// Number of the frame, from 1.
    pub frame: u32,
    /// Which TCP layer of the frame, from 0.
    pub layer: u8,
    /// When it was captured.
    pub time: Nanoseconds,
    /// The captured bytes from the IP header on (60 are enough).
    pub ip: &'a [u8],
    /// The captured bytes from the TCP header on, payload and all.
    pub tcp: &'a [u8],
    /// Bytes from the start of the IP header to the TCP header, where both stand in the same packet;
    /// none where TCP was put together from fragments.
    pub tcp_offset: Option<u32>,
    /// Bytes from the TCP header to the end of the packet on the wire, link-layer padding included.
    pub reported: u32,
    /// The link-layer source address as a number, 0 for none.
    pub link_source: u64,
}

/// What the analysis takes from an IP header.
trait Network {
    fn source(&self) -> IpAddr;
    fn destination(&self) -> IpAddr;
    fn header(&self) -> IpHeader;
    /// Bytes of the whole packet as the header states them; none with TCP segmentation offload,
    /// where the capture was made before the length was written.
    fn total_length(&self) -> Option<u32>;
}

/// Decodes the segment, but for what the dissectors above TCP said of it; `None` where the captured
/// bytes are too few or no such headers. One whose header claims to end within its fixed part is none
/// either: each host drops it (Linux: `tcp_v4_rcv`), and Wireshark shows its ports and numbers only.
#[inline(always)] // Else all of the raw segment is stored and loaded, in each packet.
pub fn decode<'a>(raw: &RawSegment<'a>) -> Option<Segment<'a>> {
    if raw.ip.first()? >> 4 == 6 {
        decode_tcp(raw, &Ipv6HeaderSlice::from_slice(raw.ip).ok()?)
    } else {
        decode_tcp(raw, &Ipv4HeaderSlice::from_slice(raw.ip).ok()?)
    }
}

fn decode_tcp<'a>(raw: &RawSegment<'a>, ip: &impl Network) -> Option<Segment<'a>> {
    let padded;
    let (tcp, header_cut) = match TcpHeaderSlice::from_slice(raw.tcp) {
        Ok(whole) => (whole, false),
        Err(_) => {
            padded = padded_header(raw.tcp)?;
            (TcpHeaderSlice::from_slice(&padded).ok()?, true)
        }
    };
    let header_length = u32::from(*raw.tcp.get(12)? >> 4) * 4;
    if header_length < FIXED_TCP_BYTES as u32 {
        return None;
    }
    let on_the_wire = match (raw.tcp_offset, ip.total_length()) {
        (Some(offset), Some(total)) => total.saturating_sub(offset),
        _ => raw.reported,
    };
    if on_the_wire < NEEDED_TCP_BYTES as u32 {
        return None; // What stands behind the packet is padding of the link layer.
    }
    let flags = Flags(*raw.tcp.get(13)?);
    let payload_length = on_the_wire.saturating_sub(header_length);
    let captured = payload(raw.tcp, header_length, payload_length);
    let mut options = Options::read(tcp.options());
    // Longer than the whole segment (RFC 9293 3.1).
    options.illegal |= header_length > on_the_wire;
    let mut application = Application::default();
    if payload_length > 0 {
        application.read_payload(captured, payload_length);
    }
    Some(Segment {
        frame: raw.frame,
        layer: raw.layer,
        time: raw.time,
        source: Socket {
            address: ip.source(),
            port: tcp.source_port(),
        },
        destination: Socket {
            address: ip.destination(),
            port: tcp.destination_port(),
        },
        seq: Seq(tcp.sequence_number()),
        ack: Seq(tcp.acknowledgment_number()),
        flags,
        window: tcp.window_size(),
        payload_length,
        payload: if flags.has(Flags::RST) && !header_cut {
            captured
        } else {
            &[]
        },
        options,
        ip: ip.header(),
        link_source: raw.link_source,
        header_cut,
        application,
    })
}

/// The captured part of the payload, without the padding of short frames.
fn payload(tcp: &[u8], header_length: u32, payload_length: u32) -> &[u8] {
    let rest = tcp.get(header_length as usize..).unwrap_or_default();
    &rest[..rest.len().min(payload_length as usize)]
}

impl Network for Ipv4HeaderSlice<'_> {
    fn source(&self) -> IpAddr {
        self.source_addr().into()
    }

    fn destination(&self) -> IpAddr {
        self.destination_addr().into()
    }

    fn header(&self) -> IpHeader {
        IpHeader {
            hop_limit: self.ttl(),
            identification: Some(self.identification()),
            dscp: self.dcp().value(),
            flow_label: None,
        }
    }

    fn total_length(&self) -> Option<u32> {
        stated(self.total_len())
    }
}

impl Network for Ipv6HeaderSlice<'_> {
    fn source(&self) -> IpAddr {
        self.source_addr().into()
    }

    fn destination(&self) -> IpAddr {
        self.destination_addr().into()
    }

    fn header(&self) -> IpHeader {
        IpHeader {
            hop_limit: self.hop_limit(),
            identification: None,
            dscp: self.dscp().value(),
            flow_label: Some(self.flow_label().value()),
        }
    }

    fn total_length(&self) -> Option<u32> {
        stated(self.payload_length()).map(|length| length + 40)
    }
}

fn stated(length: u16) -> Option<u32> {
    (length != 0).then_some(u32::from(length))
}

/// A TCP header that the capture cut, filled up with zeros to its fixed part: window and options are then
/// unknown, the rest is as captured.
fn padded_header(bytes: &[u8]) -> Option<[u8; FIXED_TCP_BYTES]> {
    if bytes.len() < NEEDED_TCP_BYTES {
        return None;
    }
    let mut padded = [0; FIXED_TCP_BYTES];
    let kept = bytes.len().min(FIXED_TCP_BYTES);
    padded[..kept].copy_from_slice(&bytes[..kept]);
    padded[12] = 5 << 4;
    Some(padded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::{PacketBuilder, TcpOptionElement};

    fn syn_with_options() -> Vec<u8> {
        let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 63)
            .tcp(40000, 443, 7, 8192)
            .syn()
            .options(&[
                TcpOptionElement::WindowScale(9),
                TcpOptionElement::Timestamp(5, 0),
            ])
            .unwrap();
        let mut bytes = Vec::new();
        builder.write(&mut bytes, b"hello").unwrap();
        bytes
    }

    fn raw(bytes: &[u8], captured: usize) -> RawSegment<'_> {
        RawSegment {
            frame: 1,
            ip: &bytes[..captured.min(20)],
            tcp: &bytes[20..captured],
            tcp_offset: Some(20),
            reported: 1000,
            ..RawSegment::default()
        }
    }

    #[test]
    fn whole_header_is_decoded_and_padding_is_no_payload() {
        let bytes = syn_with_options();
        let segment = decode(&raw(&bytes, bytes.len())).unwrap();
        assert_eq!(segment.destination.port, 443);
        assert_eq!(segment.payload_length, 5);
        assert!(!segment.application.payload_cut);
        assert_eq!(segment.length(), 6);
        assert_eq!(segment.ip.hop_limit, 63);
        assert_eq!(segment.options.window_scale, Some(9));
        assert_eq!(segment.options.timestamp, Some(5));
        assert!(segment.is_syn() && !segment.header_cut);
    }

    fn reset_with(payload: &[u8]) -> Vec<u8> {
        let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 63)
            .tcp(40000, 443, 7, 0)
            .rst();
        let mut bytes = Vec::new();
        builder.write(&mut bytes, payload).unwrap();
        bytes
    }

    #[test]
    fn payload_of_a_reset_is_kept_without_the_padding() {
        let mut bytes = reset_with(b"Go away");
        bytes.extend([0; 6]);
        let segment = decode(&raw(&bytes, bytes.len())).unwrap();
        assert_eq!(segment.payload, b"Go away");
        let cut = decode(&raw(&bytes, 20 + 20 + 3)).unwrap();
        assert_eq!((cut.payload, cut.payload_length), (&b"Go "[..], 7));
        let header_only = decode(&raw(&bytes, 20 + NEEDED_TCP_BYTES)).unwrap();
        assert_eq!(header_only.payload, b"");
    }

    #[test]
    fn payload_of_other_segments_is_not_looked_at() {
        let bytes = syn_with_options();
        let segment = decode(&raw(&bytes, bytes.len())).unwrap();
        assert_eq!((segment.payload, segment.payload_length), (&b""[..], 5));
    }

    #[test]
    fn header_that_claims_an_impossible_length_is_illegal() {
        for (words, illegal) in [(5, false), (15, true)] {
            let mut bytes = reset_with(b"");
            bytes[32] = words << 4;
            let segment = decode(&raw(&bytes, bytes.len())).unwrap();
            assert_eq!(segment.options.illegal, illegal, "{words} words");
            assert_eq!(segment.payload, b"");
        }
    }

    #[test]
    fn header_that_claims_to_end_within_its_fixed_part_is_no_segment() {
        for words in 0..5 {
            let mut bytes = reset_with(b"");
            bytes[32] = words << 4;
            assert_eq!(decode(&raw(&bytes, bytes.len())), None);
        }
    }

    #[test]
    fn padding_behind_the_packet_is_no_segment() {
        for (reported, expected) in [(13, false), (14, true)] {
            let mut bytes = reset_with(b"");
            bytes[2..4].copy_from_slice(&(20 + reported as u16).to_be_bytes());
            let segment = decode(&raw(&bytes, bytes.len()));
            assert_eq!(segment.is_some(), expected, "{reported} bytes");
        }
    }

    #[test]
    fn cut_header_keeps_flags_and_says_that_it_is_cut() {
        let bytes = syn_with_options();
        let segment = decode(&raw(&bytes, 20 + NEEDED_TCP_BYTES)).unwrap();
        assert!(segment.is_syn() && segment.header_cut);
        assert_eq!(segment.options, Options::default());
        assert_eq!(segment.payload_length, 5);
        assert!(segment.application.payload_cut);
    }

    #[test]
    fn segmentation_offload_leaves_the_length_to_the_frame() {
        let mut bytes = syn_with_options();
        bytes[2..4].fill(0);
        let segment = decode(&raw(&bytes, bytes.len())).unwrap();
        assert_eq!(segment.payload_length, 1000 - (bytes.len() as u32 - 25));
    }

    #[test]
    fn too_few_bytes_are_no_segment() {
        let bytes = syn_with_options();
        for captured in 20..20 + NEEDED_TCP_BYTES {
            assert_eq!(decode(&raw(&bytes, captured)), None);
        }
        assert_eq!(decode(&RawSegment::default()), None);
    }
}
