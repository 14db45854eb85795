//! A hashed grid of square cells that finds rectangles by place.
//!
//! It keeps numbers and rectangles and does not know what they stand for.

use std::collections::HashMap;

use crate::Rect;

/// Side of a cell, canvas units.
pub const CELL: f64 = 512.0;
/// A rectangle over more cells than this is kept in a list of its own.
const MANY_CELLS: i64 = 64;

/// Where one rectangle is filed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Filed {
    #[default]
    Nowhere,
    Cells([i32; 4]),
    Large,
}

/// Rectangles by number, found by place.
#[derive(Debug, Default)]
pub struct Grid {
    cells: HashMap<(i32, i32), Vec<u32>>,
    large: Vec<u32>,
    rects: Vec<Rect>,
    filed: Vec<Filed>,
    seen: Vec<u32>,
    stamp: u32,
}

impl Grid {
    /// Takes in the rectangle of `id`, or moves it.
    pub fn set(&mut self, id: u32, rect: Rect) {
        let at = id as usize;
        if at >= self.rects.len() {
            self.rects.resize(at + 1, Rect::default());
            self.filed.resize(at + 1, Filed::Nowhere);
            self.seen.resize(at + 1, 0);
        }
        self.rects[at] = rect;
        let filed = file(&rect);
        if self.filed[at] == filed {
            return;
        }
        self.unfile(id);
        match filed {
            Filed::Cells(range) => {
                for cell in cells(range) {
                    self.cells.entry(cell).or_default().push(id);
                }
            }
            Filed::Large => self.large.push(id),
            Filed::Nowhere => {}
        }
        self.filed[at] = filed;
    }

    /// Forgets `id`.
    pub fn remove(&mut self, id: u32) {
        if (id as usize) < self.filed.len() {
            self.unfile(id);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.large.clear();
        self.rects.clear();
        self.filed.clear();
        self.seen.clear();
    }

    /// The rectangle of `id`, where it has one.
    pub fn rect(&self, id: u32) -> Option<Rect> {
        let at = id as usize;
        (self.filed.get(at).copied().unwrap_or_default() != Filed::Nowhere).then(|| self.rects[at])
    }

    /// Puts into `found` the numbers whose rectangles touch `area`, in ascending order.
    pub fn query(&mut self, area: &Rect, found: &mut Vec<u32>) {
        found.clear();
        let Filed::Cells([x0, y0, x1, y1]) = file_unbounded(area) else { return };
        let across = (i64::from(x1) - i64::from(x0) + 1) * (i64::from(y1) - i64::from(y0) + 1);
        if across > self.cells.len() as i64 {
            found.extend((0..self.rects.len() as u32).filter(|id| {
                let at = *id as usize;
                self.filed[at] != Filed::Nowhere && self.rects[at].touches(area)
            }));
            return;
        }
        self.stamp = self.stamp.wrapping_add(1);
        for cell in cells([x0, y0, x1, y1]) {
            for id in self.cells.get(&cell).into_iter().flatten() {
                let at = *id as usize;
                if self.seen[at] != self.stamp && self.rects[at].touches(area) {
                    self.seen[at] = self.stamp;
                    found.push(*id);
                }
            }
        }
        found.extend(self.large.iter().filter(|id| self.rects[**id as usize].touches(area)));
        found.sort_unstable();
    }

    fn unfile(&mut self, id: u32) {
        match std::mem::take(&mut self.filed[id as usize]) {
            Filed::Cells(range) => {
                for cell in cells(range) {
                    if let Some(ids) = self.cells.get_mut(&cell) {
                        ids.retain(|other| *other != id);
                        if ids.is_empty() {
                            self.cells.remove(&cell);
                        }
                    }
                }
            }
            Filed::Large => self.large.retain(|other| *other != id),
            Filed::Nowhere => {}
        }
    }
}

fn file(rect: &Rect) -> Filed {
    let filed = file_unbounded(rect);
    let Filed::Cells([x0, y0, x1, y1]) = filed else { return filed };
    let across = (i64::from(x1) - i64::from(x0) + 1) * (i64::from(y1) - i64::from(y0) + 1);
    if across > MANY_CELLS { Filed::Large } else { filed }
}

fn file_unbounded(rect: &Rect) -> Filed {
    // A cast from f64 saturates, so a rectangle from anywhere gives a valid range.
    let cell = |value: f64| (value / CELL).floor() as i32;
    Filed::Cells([cell(rect.x0), cell(rect.y0), cell(rect.x1), cell(rect.y1)])
}

fn cells([x0, y0, x1, y1]: [i32; 4]) -> impl Iterator<Item = (i32, i32)> {
    (y0..=y1).flat_map(move |y| (x0..=x1).map(move |x| (x, y)))
}
