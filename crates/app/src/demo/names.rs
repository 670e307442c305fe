//! Names that people could have, with the account names made of them.

use std::collections::BTreeSet;

use super::people::Chance;

/// A name, and its letters for accounts and addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) full: String,
    pub(super) account: String,
}

#[rustfmt::skip]
const FAMILY_ZH: [(&str, &str); 24] = [
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("赵", "zhao"),
    ("黄", "huang"), ("周", "zhou"), ("吴", "wu"), ("徐", "xu"), ("孙", "sun"), ("胡", "hu"), ("朱", "zhu"),
    ("高", "gao"), ("林", "lin"), ("何", "he"), ("郭", "guo"), ("马", "ma"), ("罗", "luo"), ("梁", "liang"),
    ("宋", "song"), ("郑", "zheng"), ("谢", "xie"),
];

#[rustfmt::skip]
const GIVEN_ZH: [(&str, &str); 28] = [
    ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"), ("丽", "li"), ("强", "qiang"), ("磊", "lei"),
    ("洋", "yang"), ("艳", "yan"), ("勇", "yong"), ("杰", "jie"), ("涛", "tao"), ("明", "ming"), ("秀英", "xiuying"),
    ("晓燕", "xiaoyan"), ("志强", "zhiqiang"), ("文博", "wenbo"), ("子涵", "zihan"), ("雨桐", "yutong"),
    ("嘉怡", "jiayi"), ("思远", "siyuan"), ("浩然", "haoran"), ("欣怡", "xinyi"), ("建国", "jianguo"),
    ("海燕", "haiyan"), ("婷婷", "tingting"), ("梓萱", "zixuan"), ("俊杰", "junjie"),
];

#[rustfmt::skip]
const GIVEN_EN: [&str; 24] = [
    "Emily", "Michael", "Olivia", "James", "Sophia", "Daniel", "Grace", "Ethan", "Chloe", "Marcus", "Nora", "Owen",
    "Priya", "Lucas", "Hannah", "Diego", "Maya", "Samuel", "Elena", "Noah", "Aisha", "Thomas", "Julia", "Victor",
];

#[rustfmt::skip]
const FAMILY_EN: [&str; 24] = [
    "Carter", "Nguyen", "Reyes", "Bennett", "Patel", "Brooks", "Liu", "Sullivan", "Okafor", "Morgan", "Chen", "Foster",
    "Garcia", "Hughes", "Kim", "Larsen", "Murphy", "Ortiz", "Price", "Quinn", "Rossi", "Turner", "Wong", "Young",
];

/// A name that nobody in `taken` has; of the style usual at the site.
pub(super) fn pick(chance: &mut Chance, chinese: bool, taken: &mut BTreeSet<String>) -> Name {
    loop {
        let name = if chinese {
            let ((family, family_letters), (given, given_letters)) =
                (chance.one_of(&FAMILY_ZH), chance.one_of(&GIVEN_ZH));
            Name { full: format!("{family}{given}"), account: format!("{given_letters}.{family_letters}") }
        } else {
            let (given, family) = (chance.one_of(&GIVEN_EN), chance.one_of(&FAMILY_EN));
            Name { full: format!("{given} {family}"), account: format!("{given}.{family}").to_lowercase() }
        };
        if taken.insert(name.account.clone()) {
            return name;
        }
    }
}
