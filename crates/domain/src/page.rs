//! Pages of a list.

use serde::{Deserialize, Serialize};

/// Which page of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct PageRequest {
    page: u32,
    per_page: u32,
}

impl PageRequest {
    /// The most rows one page holds.
    pub const MAX_PER_PAGE: u32 = 100;

    /// `page` counts from 1; `per_page` is 1 to [`Self::MAX_PER_PAGE`]. `None` outside.
    pub fn try_new(page: u32, per_page: u32) -> Option<Self> {
        (page >= 1 && (1..=Self::MAX_PER_PAGE).contains(&per_page)).then_some(Self { page, per_page })
    }

    /// The page's number, from 1.
    pub fn page(self) -> u32 {
        self.page
    }

    /// How many rows it holds at most.
    pub fn per_page(self) -> u32 {
        self.per_page
    }

    /// How many rows come before it.
    pub fn offset(self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.per_page)
    }
}

impl From<PageRequest> for (u32, u32) {
    fn from(PageRequest { page, per_page }: PageRequest) -> Self {
        (page, per_page)
    }
}

impl TryFrom<(u32, u32)> for PageRequest {
    type Error = &'static str;
    fn try_from((page, per_page): (u32, u32)) -> Result<Self, &'static str> {
        Self::try_new(page, per_page).ok_or("there is no such page")
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { page: 1, per_page: 20 }
    }
}

/// One page of a list, and how long the whole list is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub items: Vec<T>,
    /// How many rows the whole list has.
    pub total: i64,
    /// The page that was asked for.
    pub request: PageRequest,
}

impl<T> Page<T> {
    /// How many pages the whole list has.
    pub fn pages(&self) -> i64 {
        let per_page = i64::from(self.request.per_page());
        self.total.saturating_add(per_page - 1) / per_page
    }

    /// The page with each row turned into something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), total: self.total, request: self.request }
    }
}
