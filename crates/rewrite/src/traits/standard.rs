//! What the standard library's traits, types and macros are known by.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cleave_syntax::item::{Derivation, MemberUse, Receiver};

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

/// The standard library's traits that are imported for their methods alone, and these.
pub(super) const TRAITS: &[(&str, &str)] = &[
    ("Add", "add"),
    ("AddAssign", "add_assign"),
    ("Any", "type_id"),
    ("AsFd", "as_fd"),
    ("AsMut", "as_mut"),
    ("AsRawFd", "as_raw_fd"),
    ("AsRef", "as_ref"),
    (
        "AsciiExt",
        "is_ascii to_ascii_uppercase to_ascii_lowercase eq_ignore_ascii_case make_ascii_uppercase make_ascii_lowercase",
    ),
    ("BitAnd", "bitand"),
    ("BitOr", "bitor"),
    ("BitXor", "bitxor"),
    ("Borrow", "borrow"),
    ("BorrowMut", "borrow_mut"),
    (
        "BufRead",
        "lines read_line read_until fill_buf consume split skip_until has_data_left",
    ),
    ("BuildHasher", "build_hasher hash_one"),
    ("Clone", "clone clone_from"),
    (
        "CommandExt",
        "exec uid gid pre_exec process_group arg0 groups creation_flags raw_arg",
    ),
    ("Debug", "fmt"),
    ("Default", "default"),
    ("Deref", "deref"),
    ("DerefMut", "deref_mut"),
    ("DirEntryExt", "ino"),
    ("Display", "fmt"),
    ("Div", "div"),
    (
        "DoubleEndedIterator",
        "next_back rev rfind rfold nth_back rposition",
    ),
    ("Error", "source description cause"),
    (
        "ExitStatusExt",
        "signal from_raw into_raw core_dumped stopped_signal continued",
    ),
    (
        "FileExt",
        "read_at write_at read_exact_at write_all_at seek_read seek_write",
    ),
    (
        "FileTypeExt",
        "is_block_device is_char_device is_fifo is_socket is_symlink_dir is_symlink_file",
    ),
    ("FromIterator", "from_iter"),
    ("FromRawFd", "from_raw_fd"),
    ("FromStr", "from_str"),
    ("Future", "poll"),
    ("Hash", "hash hash_slice"),
    (
        "Hasher",
        "finish write write_u8 write_u16 write_u32 write_u64 write_u128 write_usize write_i8 write_i16 write_i32 write_i64 write_i128 write_isize",
    ),
    ("Index", "index"),
    ("IndexMut", "index_mut"),
    ("IntoRawFd", "into_raw_fd"),
    ("IsTerminal", "is_terminal"),
    ("LowerHex", "fmt"),
    (
        "MetadataExt",
        "dev ino mode nlink uid gid rdev size atime mtime ctime atime_nsec mtime_nsec ctime_nsec blksize blocks file_attributes creation_time last_access_time last_write_time file_size volume_serial_number number_of_links file_index",
    ),
    ("Mul", "mul"),
    ("Neg", "neg"),
    ("Not", "not"),
    (
        "OpenOptionsExt",
        "mode custom_flags access_mode share_mode attributes",
    ),
    ("Ord", "cmp max min clamp"),
    ("OsStrExt", "as_bytes from_bytes encode_wide"),
    ("OsStringExt", "from_vec into_vec from_wide"),
    ("PartialEq", "eq ne"),
    ("PartialOrd", "partial_cmp lt le gt ge"),
    ("PermissionsExt", "mode set_mode from_mode"),
    ("RangeBounds", "start_bound end_bound contains"),
    (
        "Read",
        "read read_to_end read_to_string read_exact read_vectored bytes chain take by_ref read_buf",
    ),
    ("Rem", "rem"),
    (
        "Seek",
        "seek rewind stream_position stream_len seek_relative",
    ),
    ("Shl", "shl"),
    ("Shr", "shr"),
    ("SliceIndex", "get get_mut index index_mut"),
    ("Sub", "sub"),
    ("SubAssign", "sub_assign"),
    ("Termination", "report"),
    ("ToOwned", "to_owned clone_into"),
    ("ToSocketAddrs", "to_socket_addrs"),
    ("ToString", "to_string"),
    ("TryFrom", "try_from"),
    ("TryInto", "try_into"),
    ("Wake", "wake wake_by_ref"),
    (
        "Write",
        "write write_all write_fmt write_str write_char write_vectored flush by_ref",
    ),
];
