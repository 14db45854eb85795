//! Every built-in node through the contract, over real files, a real server and a real database.

mod archives;
mod catalog;
mod commands;
mod crypto;
mod data;
mod data_table;
mod datasets;
mod dates;
mod effects;
mod files;
mod flow;
mod graphql;
mod groups;
mod http;
mod lists;
mod loops;
mod markup;
mod rss;
mod scale;
mod schedule;
mod seen;
mod set;
mod sheets;
mod sqlite;
mod support;
mod webhook;
