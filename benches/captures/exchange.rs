//! Short exchanges of one application each, from the first SYN to the end.

use crate::applications::{
    application_data, client_finished, client_hello, http_request, http_response, server_hello,
};
use crate::connection::{Connection, Side};
use crate::random::Random;

/// How a connection ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Close(Side),
    /// In mid-exchange.
    Abort(Side),
    /// The client closes, the server still sends, and is answered by a reset.
    DataAfterClose,
    /// After a minute without a segment, the next one is answered by a reset.
    Idle,
}

#[derive(Clone, Copy)]
pub enum Application {
    Http,
    Tls,
    /// On a port that no dissector knows.
    Plain,
}

impl Application {
    pub fn port(self) -> u16 {
        match self {
            Application::Http => 80,
            Application::Tls => 443,
            Application::Plain => 7400,
        }
    }
}

/// The whole conversation, with so many requests and replies of up to so many bytes.
pub fn exchange(
    connection: &mut Connection,
    application: Application,
    rounds: u64,
    longest: u64,
    end: End,
    random: &mut Random,
) {
    open(connection, application, random);
    for _ in 0..rounds {
        connection.pause(random.within(100, 30_000));
        connection.say(Side::Client, request(application, random));
        connection.pause(random.within(100, 5_000));
        connection.say(
            Side::Server,
            reply(application, random.within(80, longest) as usize, random),
        );
    }
    finish(connection, application, end, random);
}

pub fn open(connection: &mut Connection, application: Application, random: &mut Random) {
    connection.open();
    if let Application::Tls = application {
        connection.say(Side::Client, client_hello(random));
        connection.say(Side::Server, server_hello(random));
        connection.say(Side::Client, client_finished(random));
    }
}

fn request(application: Application, random: &mut Random) -> Vec<u8> {
    match application {
        Application::Http => http_request(random),
        Application::Tls => application_data(random.within(90, 900) as usize, random),
        Application::Plain => random.letters(200),
    }
}

fn reply(application: Application, length: usize, random: &mut Random) -> Vec<u8> {
    match application {
        Application::Http => http_response(length, random),
        Application::Tls => application_data(length, random),
        Application::Plain => random.letters(length),
    }
}

fn finish(connection: &mut Connection, application: Application, end: End, random: &mut Random) {
    match end {
        End::Close(side) => connection.close(side),
        End::Abort(side) => {
            connection.say(Side::Client, request(application, random));
            connection.abort(side);
        }
        End::DataAfterClose => {
            connection.finish(Side::Client);
            connection.say(Side::Server, reply(application, 400, random));
            connection.disown(Side::Client);
        }
        End::Idle => {
            connection.pause(60_000_000);
            connection.say(Side::Client, request(application, random));
            connection.disown(Side::Server);
        }
    }
}
