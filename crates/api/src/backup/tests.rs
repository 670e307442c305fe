//! Archives that came to harm.

use std::io::Cursor;

use jiff::Timestamp;
use scheduling_domain::backup::{BackupDigest, BackupPart, TableShape};
use tokio::sync::mpsc;

use super::*;
use crate::config::Secret;

/// What is written, part by part: two tables, one in three frames, one empty.
fn parts() -> Vec<BackupPart> {
    let shape = |name: &str| TableShape { name: name.to_owned(), columns: vec!["id".to_owned()] };
    let rows = |range: std::ops::Range<u32>| range.flat_map(|id| format!("[{id}]\n").into_bytes()).collect::<Vec<u8>>();
    let mut parts = vec![
        BackupPart::Schema(vec!["0001".to_owned()]),
        BackupPart::Table(shape("shifts")),
        BackupPart::Rows(rows(0..500)),
        BackupPart::Rows(rows(500..1_000)),
        BackupPart::Rows(rows(1_000..1_500)),
        BackupPart::Table(shape("teams")),
    ];
    let mut digest = BackupDigest::default();
    for part in &parts {
        match part {
            BackupPart::Table(shape) => digest.table(shape.clone()),
            BackupPart::Rows(rows) => digest.rows(rows),
            BackupPart::Schema(_) | BackupPart::End(_) => {}
        }
    }
    parts.push(BackupPart::End(digest.finish()));
    parts
}

fn written(key: Option<&Secret>) -> Vec<u8> {
    let (sender, mut receiver) = mpsc::channel(100);
    for part in parts() {
        sender.try_send(part).unwrap();
    }
    let mut archive = Vec::new();
    write_parts(&mut archive, "sqlite", Timestamp::UNIX_EPOCH, key, &mut receiver, &|_| ()).unwrap();
    archive
}

fn key(seed: u8) -> Secret {
    Secret::new(
        (0..48_u32)
            .map(|index| char::from_u32(u32::from('a') + (index * 7 + u32::from(seed)) % 26).unwrap())
            .collect::<String>(),
    )
}

fn verdict(archive: &[u8], key: Option<&Secret>) -> Result<(Head, Manifest), ArchiveError> {
    check(&mut Cursor::new(archive), key, &|_| ())
}

/// Where the frames begin and end.
fn frames(archive: &[u8]) -> Vec<std::ops::Range<usize>> {
    let length = |at: usize| usize::try_from(u32::from_be_bytes(archive[at..at + 4].try_into().unwrap())).unwrap();
    let head = b"hr-scheduling backup\n".len() + 2;
    let mut at = head + 4 + length(head);
    let mut frames = Vec::new();
    while at < archive.len() {
        let end = at + 5 + length(at + 1);
        frames.push(at..end);
        at = end;
    }
    frames
}

#[test]
fn what_was_written_is_read() {
    for key in [None, Some(key(0))] {
        let archive = written(key.as_ref());
        assert_eq!(frames(&archive).len(), 6);
        let (head, manifest) = verdict(&archive, key.as_ref()).unwrap();
        assert_eq!((head.encryption.is_some(), manifest.rows()), (key.is_some(), 1_500));
        assert_eq!(skim(&mut Cursor::new(&archive), key.as_ref()).unwrap(), (head, Some(manifest)));

        let (sender, mut receiver) = mpsc::channel(100);
        send_parts(&mut Cursor::new(&archive), key.as_ref(), &sender, &|_| ()).unwrap();
        drop(sender);
        let read: Vec<BackupPart> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
        assert_eq!(read, parts());
    }
}

#[test]
fn no_bit_can_change_unnoticed() {
    for key in [None, Some(key(0))] {
        let archive = written(key.as_ref());
        for at in (0..archive.len()).step_by(3).chain([archive.len() - 1]) {
            let mut harmed = archive.clone();
            harmed[at] ^= 1 << (at % 8);
            let found = verdict(&harmed, key.as_ref());
            assert!(found.is_err(), "byte {at} of {}", archive.len());
        }
    }
}

#[test]
fn no_part_can_be_missing_doubled_or_out_of_place_unnoticed() {
    for key in [None, Some(key(0))] {
        let archive = written(key.as_ref());
        let frames = frames(&archive);
        let cut = |end: usize| archive[..end].to_vec();
        let order = |order: &[usize]| {
            let mut harmed = cut(frames[0].start);
            for index in order {
                harmed.extend_from_slice(&archive[frames[*index].clone()]);
            }
            harmed
        };
        for (what, harmed) in [
            ("empty file", Vec::new()),
            ("head alone", cut(frames[0].start)),
            ("half a head", cut(frames[0].start / 2)),
            ("a third of it", cut(archive.len() / 3)),
            ("without its end", cut(frames[5].start)),
            ("without its last byte", cut(archive.len() - 1)),
            ("with two frames swapped", order(&[0, 2, 1, 3, 4, 5])),
            ("without a frame", order(&[0, 1, 3, 4, 5])),
            ("with a frame twice", order(&[0, 1, 1, 2, 3, 4, 5])),
            ("ending early", order(&[0, 1, 5])),
            ("with something behind its end", [archive.as_slice(), b"\n"].concat()),
        ] {
            let found = verdict(&harmed, key.as_ref());
            assert!(found.as_ref().is_err_and(ArchiveError::is_damage), "{what}: {found:?}");
        }
    }
}

#[test]
fn frames_of_another_archive_with_the_same_key_are_refused() {
    let key = key(0);
    let (one, other) = (written(Some(&key)), written(Some(&key)));
    let (first, second) = (frames(&one), frames(&other));
    let mixed = [&one[..first[2].start], &other[second[2].clone()], &one[first[2].end..]].concat();
    assert!(matches!(verdict(&mixed, Some(&key)), Err(ArchiveError::Damaged(_))));
}

#[test]
fn an_encrypted_archive_shows_nothing_and_opens_with_its_key_alone() {
    let archive = written(Some(&key(0)));
    assert!(matches!(verdict(&archive, Some(&key(1))), Err(ArchiveError::OtherKey)));
    assert!(matches!(verdict(&archive, None), Err(ArchiveError::KeyMissing)));
    let (head, manifest) = skim(&mut Cursor::new(&archive), None).unwrap();
    assert_eq!((head.schema, manifest), (vec!["0001".to_owned()], None));
    assert!(!archive.windows(6).any(|bytes| bytes == b"shifts"));
}

#[test]
fn another_format_is_told_from_damage() {
    let mut archive = written(None);
    archive[22] = 9;
    assert!(matches!(verdict(&archive, None), Err(ArchiveError::Format(9))));
    assert!(matches!(verdict(b"SQLite format 3\0 and more of it", None), Err(ArchiveError::NoBackup)));
}
