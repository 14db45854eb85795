//! Numbers in and out of text, as JavaScript does it.

/// The shortest text that reads back as the same number, in JavaScript's notation
/// (ECMA-262, Number::toString).
pub(crate) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == number.trunc() && number.abs() < 1e15 {
        return format!("{}", number as i64);
    }
    // Rust's shortest digits are the same as JavaScript's; only their layout differs.
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let count = i32::try_from(digits.len()).expect("a number has few digits");
    let point = exponent + 1;
    let body = if (count..=21).contains(&point) {
        format!("{digits}{}", "0".repeat((point - count) as usize))
    } else if (1..=21).contains(&point) {
        format!("{}.{}", &digits[..point as usize], &digits[point as usize..])
    } else if (-5..=0).contains(&point) {
        format!("0.{}{digits}", "0".repeat((-point) as usize))
    } else {
        let mark = if exponent < 0 { '-' } else { '+' };
        let rest = if count > 1 { format!(".{}", &digits[1..]) } else { String::new() };
        format!("{}{rest}e{mark}{}", &digits[..1], exponent.abs())
    };
    format!("{sign}{body}")
}

/// What `Number(text)` gives.
pub(crate) fn parse_number(text: &str) -> f64 {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix: u32| {
        if digits.is_empty() {
            return f64::NAN;
        }
        digits
            .chars()
            .try_fold(0.0, |sum: f64, c| {
                c.to_digit(radix).map(|digit| sum * f64::from(radix) + f64::from(digit))
            })
            .unwrap_or(f64::NAN)
    };
    match text.get(..2) {
        Some("0x" | "0X") => return radix(&text[2..], 16),
        Some("0b" | "0B") => return radix(&text[2..], 2),
        Some("0o" | "0O") => return radix(&text[2..], 8),
        _ => {}
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also reads "inf", "nan" and the like.
        _ if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// ECMA-262 ToInt32.
pub(crate) fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let modulo = number.trunc().rem_euclid(4_294_967_296.0);
    modulo as u32 as i32
}

/// `toFixed`: rounds the exact value, half away from zero.
pub(crate) fn to_fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return number_text(number);
    }
    // Rust rounds ties to even, so more digits than can matter are printed and rounded here.
    let exact = format!("{:.*}", digits + 25, number.abs());
    let (whole, fraction) = exact.split_once('.').expect("it has a fraction");
    let mut kept: Vec<u8> = format!("{whole}{}", &fraction[..digits]).into_bytes();
    if fraction.as_bytes()[digits] >= b'5' {
        let mut at = kept.len();
        loop {
            if at == 0 {
                kept.insert(0, b'1');
                break;
            }
            at -= 1;
            if kept[at] == b'9' {
                kept[at] = b'0';
            } else {
                kept[at] += 1;
                break;
            }
        }
    }
    let text = String::from_utf8(kept).expect("only digits");
    let (whole, fraction) = text.split_at(text.len() - digits);
    let sign = if number < 0.0 { "-" } else { "" };
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// `toString(radix)` for whole numbers and fractions.
pub(crate) fn radix_text(number: f64, radix: u32) -> String {
    if radix == 10 || !number.is_finite() {
        return number_text(number);
    }
    let digit = |value: u32| char::from_digit(value, radix).expect("less than the radix");
    let base = f64::from(radix);
    let (mut whole, mut fraction) = (number.abs().trunc(), number.abs().fract());
    let mut text = Vec::new();
    while whole >= 1.0 {
        text.push(digit((whole % base) as u32));
        whole = (whole / base).trunc();
    }
    if text.is_empty() {
        text.push('0');
    }
    if number < 0.0 {
        text.push('-');
    }
    text.reverse();
    if fraction > 0.0 {
        text.push('.');
        // Digits until what is left is below what the number can tell apart.
        let mut delta = (0.5 * (f64::from_bits(number.abs().to_bits() + 1) - number.abs()))
            .max(f64::MIN_POSITIVE);
        loop {
            fraction *= base;
            delta *= base;
            let next = fraction.trunc();
            text.push(digit(next as u32));
            fraction -= next;
            if fraction > 0.5 && fraction + delta > 1.0 {
                round_up(&mut text, radix);
                break;
            }
            if fraction < delta {
                break;
            }
        }
    }
    text.into_iter().collect()
}

fn round_up(text: &mut Vec<char>, radix: u32) {
    while let Some(last) = text.pop() {
        match last.to_digit(radix) {
            Some(value) if value + 1 < radix => {
                text.push(char::from_digit(value + 1, radix).expect("less than the radix"));
                return;
            }
            Some(_) => {}
            None => return,
        }
    }
}
