//! `new`: dates, arrays, plain wrappers. Everything else is the worker's.

use super::{Args, Eval, Res, Stop};
use crate::datetime::js_date;
use crate::value::Val;

impl<'a> Eval<'a> {
    pub(super) fn construct(&self, class: &str, args: &Args<'_, 'a>) -> Res<'a> {
        match class {
            "Date" => Ok(Val::date(self.date_from(args))),
            "Array" => self.new_array(args),
            "Object" if args.len() == 0 => Ok(Val::object([])),
            _ => Err(Stop::Worker("new")),
        }
    }

    fn date_from(&self, args: &Args<'_, 'a>) -> f64 {
        let zone = &self.frame.ambient.system_timezone;
        match args.0 {
            [] => self.frame.now.0 as f64,
            [Val::Text(text)] => js_date::parse(text, zone),
            [Val::Date(ms)] => ms.get(),
            [single] => match single.primitive(false) {
                Val::Text(text) => js_date::parse(&text, zone),
                number => number.number(),
            },
            parts => {
                let parts: Vec<f64> = parts.iter().map(Val::number).collect();
                js_date::from_parts(&parts, zone)
            }
        }
    }
}
