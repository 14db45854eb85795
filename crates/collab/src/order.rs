//! Places in a list as text that sorts: between any two places there is another one.
//!
//! A place is a fraction in base 62 without trailing zeros. Nothing here knows what is in the list.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: usize = DIGITS.len();

/// Places for a new list of `count`.
pub(crate) fn spread(count: usize) -> impl Iterator<Item = String> {
    let mut width = 1;
    let mut room = BASE;
    while room <= count + 1 {
        width += 1;
        room *= BASE;
    }
    (1..=count).map(move |mut place| {
        let mut digits = vec![0; width];
        for digit in digits.iter_mut().rev() {
            *digit = place % BASE;
            place /= BASE;
        }
        if width > 1 {
            // Without it a place might end in zero, and nothing fits right before that.
            digits.push(BASE / 2);
        }
        digits.into_iter().map(|digit| char::from(DIGITS[digit])).collect()
    })
}

/// A place after `low` (empty means the start) and before `high` (none means the end). None where
/// there is none, because another program wrote the places or two are the same.
pub(crate) fn between(low: &str, high: Option<&str>) -> Option<String> {
    let low = digits(low)?;
    let high = match high {
        Some(high) => Some(digits(high)?),
        None => None,
    };
    if let Some(high) = &high
        && (*high <= low || high.last() == Some(&0))
    {
        return None;
    }
    let place = middle(&low, high.as_deref());
    Some(place.into_iter().map(|digit| char::from(DIGITS[digit])).collect())
}

fn digits(text: &str) -> Option<Vec<usize>> {
    text.bytes().map(|byte| DIGITS.iter().position(|digit| *digit == byte)).collect()
}

fn middle(low: &[usize], high: Option<&[usize]>) -> Vec<usize> {
    let mut place = Vec::new();
    let mut high = high;
    for at in 0.. {
        let below = low.get(at).copied().unwrap_or(0);
        let above = high.map_or(BASE, |high| high.get(at).copied().unwrap_or(0));
        if above == below {
            place.push(below);
        } else if above > below + 1 {
            // At the end, step by one: a list that grows there keeps short places.
            place.push(if high.is_none() { below + 1 } else { usize::midpoint(below, above) });
            break;
        } else if high.is_some_and(|high| high.len() > at + 1) {
            place.push(above);
            break;
        } else {
            place.push(below);
            high = None;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_place_between_two() {
        let mut places: Vec<String> = spread(200).collect();
        assert!(places.is_sorted(), "new places come in order");
        for round in 0..2_000 {
            let at = (round * 7919) % (places.len() + 1);
            let low = if at == 0 { "" } else { &places[at - 1] };
            let place = between(low, places.get(at).map(String::as_str)).expect("there is room");
            places.insert(at, place);
        }
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "each place is between its two");
    }

    #[test]
    fn a_list_that_grows_at_its_end_keeps_short_places() {
        let mut last = String::new();
        for _ in 0..1_000 {
            last = between(&last, None).expect("there is room at the end");
        }
        assert!(last.len() < 20, "{last}");
    }

    #[test]
    fn strange_or_equal_places_give_none() {
        for (low, high) in [("a", "a"), ("b", "a"), ("ä", "b"), ("a", "a0")] {
            assert_eq!(between(low, Some(high)), None, "{low} {high}");
        }
    }
}
