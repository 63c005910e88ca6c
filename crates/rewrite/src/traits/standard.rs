//! What the standard library's traits, types and macros are known by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cleave_syntax::item::{Derivation, MemberUse, Receiver, Takes};

use super::methods::Declared;

/// Whether a call is of a method which one of the builders that a formatter gives has itself: `f.debug_list().finish()`.
pub(super) fn is_of_formatter(call: &MemberUse) -> bool {
    const METHODS: &[&str] = &[
        "entries",
        "entry",
        "field",
        "finish",
        "finish_non_exhaustive",
        "key",
        "value",
    ];
    const BUILDERS: &[&str] = &[
        "debug_list",
        "debug_map",
        "debug_set",
        "debug_struct",
        "debug_tuple",
    ];
    let mut receiver = &call.receiver;
    while let Receiver::Derived(derived) = receiver
        && let Derivation::Method(name, of) = &derived.by
    {
        if BUILDERS.contains(&name.as_str()) {
            return METHODS.contains(&call.name.as_str());
        }
        receiver = of;
    }
    false
}

/// Whether types of the standard library have a method of this name that needs no import.
pub(super) fn is_method(name: &str) -> bool {
    static NAMES: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| include_str!("std_methods.txt").split_whitespace().collect());
    NAMES.contains(name)
}

/// What a trait of the standard library declares, where that is known. Two have one name, in different modules.
pub(super) fn declared(module: Option<&str>, name: &str) -> Option<Declared> {
    let mut names = TRAITS.iter();
    let (_, methods) = names.find(|(known, _)| match known.split_once("::") {
        Some((of, known)) => module == Some(of) && known == name,
        None => *known == name,
    })?;
    let each = |method: &str| match method.split_once('/') {
        Some((name, count)) => {
            let count = count.parse().map_or(Takes::Unknown, Takes::Arguments);
            (name.to_owned(), vec![count])
        }
        None => (method.to_owned(), vec![Takes::NoSelf]),
    };
    Some(methods.split(' ').map(each).collect())
}

/// The standard library's traits that are imported for their methods alone, and these: with how many arguments a method
/// takes beside `self`, without for what is named by a path only.
const TRAITS: &[(&str, &str)] = &[
    ("Add", "add/1"),
    ("AddAssign", "add_assign/1"),
    ("Any", "type_id/0"),
    ("AsFd", "as_fd/0"),
    ("AsMut", "as_mut/0"),
    ("AsRawFd", "as_raw_fd/0"),
    ("AsRef", "as_ref/0"),
    (
        "AsciiExt",
        "is_ascii/0 to_ascii_uppercase/0 to_ascii_lowercase/0 eq_ignore_ascii_case/1 make_ascii_uppercase/0 make_ascii_lowercase/0",
    ),
    ("BitAnd", "bitand/1"),
    ("BitOr", "bitor/1"),
    ("BitXor", "bitxor/1"),
    ("Borrow", "borrow/0"),
    ("BorrowMut", "borrow_mut/0"),
    (
        "BufRead",
        "lines/0 read_line/1 read_until/2 fill_buf/0 consume/1 split/1 skip_until/1 has_data_left/0",
    ),
    ("BuildHasher", "build_hasher/0 hash_one/1"),
    ("Clone", "clone/0 clone_from/1"),
    (
        "CommandExt",
        "exec/0 uid/1 gid/1 pre_exec/1 process_group/1 arg0/1 groups/1 creation_flags/1 raw_arg/1",
    ),
    ("Debug", "fmt/1"),
    ("Default", "default"),
    ("Deref", "deref/0"),
    ("DerefMut", "deref_mut/0"),
    ("DirEntryExt", "ino/0"),
    ("Display", "fmt/1"),
    ("Div", "div/1"),
    (
        "DoubleEndedIterator",
        "next_back/0 rev/0 rfind/1 rfold/2 nth_back/1 rposition/1",
    ),
    ("Error", "source/0 description/0 cause/0"),
    (
        "ExitStatusExt",
        "signal/0 from_raw into_raw/0 core_dumped/0 stopped_signal/0 continued/0",
    ),
    (
        "FileExt",
        "read_at/2 write_at/2 read_exact_at/2 write_all_at/2 seek_read/2 seek_write/2",
    ),
    (
        "FileTypeExt",
        "is_block_device/0 is_char_device/0 is_fifo/0 is_socket/0 is_symlink_dir/0 is_symlink_file/0",
    ),
    ("FromIterator", "from_iter"),
    ("FromRawFd", "from_raw_fd"),
    ("FromStr", "from_str"),
    ("Future", "poll/1"),
    ("Hash", "hash/1 hash_slice"),
    (
        "Hasher",
        "finish/0 write/1 write_u8/1 write_u16/1 write_u32/1 write_u64/1 write_u128/1 write_usize/1 write_i8/1 write_i16/1 write_i32/1 write_i64/1 write_i128/1 write_isize/1",
    ),
    ("Index", "index/1"),
    ("IndexMut", "index_mut/1"),
    ("IntoRawFd", "into_raw_fd/0"),
    ("IsTerminal", "is_terminal/0"),
    ("LowerHex", "fmt/1"),
    (
        "MetadataExt",
        "dev/0 ino/0 mode/0 nlink/0 uid/0 gid/0 rdev/0 size/0 atime/0 mtime/0 ctime/0 atime_nsec/0 mtime_nsec/0 ctime_nsec/0 blksize/0 blocks/0 file_attributes/0 creation_time/0 last_access_time/0 last_write_time/0 file_size/0 volume_serial_number/0 number_of_links/0 file_index/0",
    ),
    ("Mul", "mul/1"),
    ("Neg", "neg/0"),
    ("Not", "not/0"),
    (
        "OpenOptionsExt",
        "mode/1 custom_flags/1 access_mode/1 share_mode/1 attributes/1",
    ),
    ("Ord", "cmp/1 max/1 min/1 clamp/2"),
    ("OsStrExt", "as_bytes/0 from_bytes encode_wide/0"),
    ("OsStringExt", "from_vec into_vec/0 from_wide"),
    ("PartialEq", "eq/1 ne/1"),
    ("PartialOrd", "partial_cmp/1 lt/1 le/1 gt/1 ge/1"),
    ("PermissionsExt", "mode/0 set_mode/1 from_mode"),
    ("RangeBounds", "start_bound/0 end_bound/0 contains/1"),
    (
        "Read",
        "read/1 read_to_end/1 read_to_string/1 read_exact/1 read_vectored/1 bytes/0 chain/1 take/1 by_ref/0 read_buf/1",
    ),
    ("Rem", "rem/1"),
    (
        "Seek",
        "seek/1 rewind/0 stream_position/0 stream_len/0 seek_relative/1",
    ),
    ("Shl", "shl/1"),
    ("Shr", "shr/1"),
    ("SliceIndex", "get/1 get_mut/1 index/1 index_mut/1"),
    ("Sub", "sub/1"),
    ("SubAssign", "sub_assign/1"),
    ("Termination", "report/0"),
    ("ToOwned", "to_owned/0 clone_into/1"),
    ("ToSocketAddrs", "to_socket_addrs/0"),
    ("ToString", "to_string/0"),
    ("TryFrom", "try_from"),
    ("TryInto", "try_into/0"),
    ("Wake", "wake/0 wake_by_ref/0"),
    ("fmt::Write", "write_fmt/1 write_str/1 write_char/1"),
    (
        "io::Write",
        "write/1 write_all/1 write_fmt/1 write_vectored/1 flush/0 by_ref/0",
    ),
    (
        "Write",
        "write/1 write_all/1 write_fmt/1 write_str/1 write_char/1 write_vectored/1 flush/0 by_ref/0",
    ),
];
