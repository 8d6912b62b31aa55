//! Facts about a reset: each says whether it holds and, in words, what was seen.
//!
//! A fact knows no cause. The causes (`cause/`) say how much a fact speaks for or against them.

pub mod absence;
pub mod aftermath;
pub mod application;
pub mod claim;
pub mod closing;
pub mod exchange;
pub mod form;
pub mod idle;
pub mod opening;
pub mod path;
pub mod shutdown;
pub mod silence;
pub mod third_party;

use crate::claim::Claim;
use crate::company::Gaps;
use crate::company::{Burst, Distance, Opener};
use crate::conversation::{Conversations, Exchange, Speaker, UNKNOWN_ROUND_TRIP};
use crate::host::{Hops, Host, Port};
use crate::names::Names;
use crate::preference::Preferences;
use crate::reset::{Extras, Faulty, Form, Kind, Reset, Series, Side, Trigger};
use crate::segment::{MILLISECOND, Moment, Nanoseconds, Socket};

/// All that is known of one reset when a verdict is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The reset itself.
    pub reset: &'a Reset,
    /// Its series and what came after it.
    pub series: Series,
    /// The first reset of the series; the reset itself where it is the first.
    pub first: &'a Reset,
    /// The reset before it in the series.
    pub previous: Option<&'a Reset>,
    /// What few resets have.
    pub extras: &'a Extras,
    /// The sockets of all conversations.
    pub conversations: &'a Conversations,
    /// What the file teaches of the address that it carries.
    pub host: &'a Host,
    /// The silences before the resets of the file.
    pub gaps: &'a Gaps,
    /// What the user set.
    pub preferences: &'a Preferences,
    /// The reset of the other direction that ended its sender, where there is one.
    pub ended_by: Option<&'a Reset>,
    /// Time from the file's first segment to the connection's.
    pub since_start: Nanoseconds,
    /// The first reset of the other direction, before or after this one.
    pub opposite: Option<&'a Reset>,
    /// Aborts of the same host at the same time, this one included.
    pub burst: Option<&'a Burst>,
    /// What its sender does to the connections that it opens.
    pub opener: Option<&'a Opener>,
    /// Other refusals from the same distance.
    pub distance: Option<&'a Distance>,
    /// The reset of a proxy's other leg just before.
    pub other_leg: Option<&'a Reset>,
    /// What the applications had said.
    pub exchange: &'a Exchange,
    /// The names of servers.
    pub names: &'a Names,
    /// What [`Situation::compare_hops`] says; many facts ask for it.
    pub hops: Hops,
    /// What the file teaches of the sender's port; none where it never saw it open. Likewise.
    pub port: Option<&'a Port>,
}

impl<'a> Situation<'a> {
    /// Whose address it carries as source.
    pub fn sender(&self) -> Socket {
        self.reset.sockets(self.conversations)[0]
    }

    /// Whose as destination.
    pub fn receiver(&self) -> Socket {
        self.reset.sockets(self.conversations)[1]
    }

    /// The client's address and port.
    pub fn client_socket(&self) -> Socket {
        match self.reset.from_client() {
            true => self.sender(),
            false => self.receiver(),
        }
    }

    /// The server's address and port.
    pub fn server_socket(&self) -> Socket {
        match self.reset.from_client() {
            true => self.receiver(),
            false => self.sender(),
        }
    }

    /// What it says of itself.
    pub fn claim(&self) -> Option<&'a Claim> {
        self.extras.claim(self.reset.extras)
    }

    /// The segment that provoked it, where that need not be accepted.
    pub fn faulty(&self) -> Option<Faulty> {
        self.extras.faulty(self.reset.extras)
    }

    /// Frame in which its sender completed the handshake that replaced this connection; 0 for none.
    pub fn sibling(&self) -> u32 {
        self.extras.sibling(self.reset.extras)
    }

    /// Its receiver, as the same conversation knows it on the other side of a NAT.
    pub fn twin(&self) -> Option<Socket> {
        self.extras.twin(self.reset.extras)
    }

    /// The later frame that changed the verdict; 0 for none.
    pub fn revised_by(&self) -> u32 {
        self.extras.revised_by(self.reset.extras)
    }

    /// Time since the reset before it in the series.
    pub fn interval(&self) -> Nanoseconds {
        let since = |previous: &Reset| self.reset.time.saturating_sub(previous.time);
        self.previous.map_or(0, since)
    }

    /// The segment that a passive reset answers.
    pub fn trigger_of_passive(&self) -> Option<&Trigger> {
        let trigger = self.reset.trigger.as_ref();
        trigger.filter(|_| self.reset.form == Form::Passive)
    }

    /// What the server had done.
    pub fn server(&self) -> &Side {
        match self.reset.from_client() {
            true => &self.reset.peer,
            false => &self.reset.own,
        }
    }

    /// What the client had done.
    pub fn client(&self) -> &Side {
        match self.reset.from_client() {
            true => &self.reset.own,
            false => &self.reset.peer,
        }
    }

    /// What the server's application said.
    pub fn server_speaker(&self) -> &Speaker {
        match self.reset.from_client() {
            true => self.peer_speaker(),
            false => self.own_speaker(),
        }
    }

    /// What the application of the reset's sender had said.
    pub fn own_speaker(&self) -> &Speaker {
        self.exchange.speaker(self.reset.direction())
    }

    /// What the other application had said.
    pub fn peer_speaker(&self) -> &Speaker {
        self.exchange.speaker(self.reset.direction().reverse())
    }

    /// The name that the client asked for, from its ClientHello or its Host header.
    pub fn server_name(&self) -> Option<&str> {
        self.exchange.server_name.map(|name| self.names.get(name))
    }

    /// Frame of the trigger, 0 for none.
    pub fn trigger_frame(&self) -> u32 {
        self.reset.trigger.map_or(0, |trigger| trigger.frame)
    }

    /// Time from the trigger to the reset.
    pub fn delay(&self) -> Option<Nanoseconds> {
        self.reset.delay(self.extras)
    }

    /// How the reset's hop limit compares with the sender's other packets. A lone SYN that somebody else
    /// may have written in the sender's name is no yardstick.
    pub fn compare_hops(&self) -> Hops {
        if self.hops_of_lone_syn().is_some() {
            return Hops::NoBaseline;
        }
        let reset = self.reset;
        self.host
            .compare_hops(reset.usual_hop_limit(), reset.hop_limit, reset.link)
    }

    /// The hop limit of the sender's SYN, where it is all that the connection shows of it, the reset refuses
    /// the answer, and came another way.
    pub fn hops_of_lone_syn(&self) -> Option<u8> {
        let reset = self.reset;
        let lone = reset.own.syn() && !reset.own.acknowledged() && self.answers_syn_ack();
        let usual = reset.usual_hop_limit().filter(|_| lone)?;
        (usual != reset.hop_limit).then_some(usual)
    }

    /// The round trip between both sides, with one tick of a slow kernel clock (100 Hz) to spare. Within
    /// it after its last segment a transfer, which acknowledgments clock, is still running.
    pub fn round_trip(&self) -> Nanoseconds {
        let known = |side: Option<Nanoseconds>| side.unwrap_or(UNKNOWN_ROUND_TRIP / 2);
        known(self.reset.own.round_trip()) + known(self.reset.peer.round_trip()) + 10 * MILLISECOND
    }

    /// Whether it answers a connection request.
    pub fn answers_syn(&self) -> bool {
        self.reset.answered(Kind::Syn).is_some()
    }

    /// Whether it answers the answer to one.
    pub fn answers_syn_ack(&self) -> bool {
        self.reset.answered(Kind::SynAck).is_some()
    }

    /// Whether the first reset of the series came over the same link from another distance: then this
    /// one repeats nothing.
    pub fn is_of_another_maker(&self) -> bool {
        self.reset.is_of_another_maker(self.first)
    }

    /// What the reset's own sender said after it that an ended connection does not say; never where there
    /// is none.
    pub fn spoke_on(&self) -> Moment {
        let spoke_on = self.series.sender_spoke_on;
        match spoke_on.frame > self.reset.frame {
            true => spoke_on,
            false => Moment::default(),
        }
    }

    /// A repeat answers what the peer sent after the first reset. A handshake always asks anew: Windows
    /// repeats a refused SYN with the same numbers, and each SYN gets a SYN-ACK, until one side aborts.
    pub fn is_repeat(&self) -> bool {
        let was_over = self.first.form == Form::Active;
        let asks_anew = self.answers_syn() || (self.answers_syn_ack() && !was_over);
        self.reset.number() > 1 && !asks_anew && !self.is_of_another_maker()
    }
}

/// One kind of evidence.
pub struct Fact {
    /// What it is, in general: a line of the causes' pages (`plugin/causes/`).
    pub what: &'static str,
    /// Whether it holds.
    pub holds: fn(&Situation<'_>) -> bool,
    /// What was seen, with the numbers and frames; only asked where it holds.
    pub says: fn(&Situation<'_>) -> String,
}

impl Fact {
    /// Whether the fact holds.
    pub fn holds(&self, situation: &Situation<'_>) -> bool {
        (self.holds)(situation)
    }

    /// The fact in words.
    pub fn says(&self, situation: &Situation<'_>) -> String {
        (self.says)(situation)
    }
}
