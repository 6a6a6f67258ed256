namespace Blcr.Linux;

/// <summary>Error numbers of the kernel that the engine tells apart.</summary>
/// <remarks>include/uapi/asm-generic/errno-base.h and errno.h; x86-64 and aarch64 share them.
/// Any other number is carried as it is: the names here are for readers, not a filter.</remarks>
public enum Errno
{
    None = 0,
    NotPermitted = 1,          // EPERM
    NoEntry = 2,               // ENOENT
    NoProcess = 3,             // ESRCH
    Interrupted = 4,           // EINTR
    InputOutput = 5,           // EIO
    NoDeviceOrAddress = 6,     // ENXIO
    ArgumentsTooLong = 7,      // E2BIG
    BadDescriptor = 9,         // EBADF
    NoChild = 10,              // ECHILD
    Again = 11,                // EAGAIN
    NoMemory = 12,             // ENOMEM
    AccessDenied = 13,         // EACCES
    Fault = 14,                // EFAULT
    Busy = 16,                 // EBUSY
    Exists = 17,               // EEXIST
    CrossDevice = 18,          // EXDEV
    NoDevice = 19,             // ENODEV
    NotDirectory = 20,         // ENOTDIR
    IsDirectory = 21,          // EISDIR
    Invalid = 22,              // EINVAL
    TableFull = 23,            // ENFILE
    TooManyOpenFiles = 24,     // EMFILE
    NotTerminal = 25,          // ENOTTY
    FileTooLarge = 27,         // EFBIG
    NoSpace = 28,              // ENOSPC
    IllegalSeek = 29,          // ESPIPE
    ReadOnlyFileSystem = 30,   // EROFS
    TooManyLinks = 31,         // EMLINK
    BrokenPipe = 32,           // EPIPE
    Range = 34,                // ERANGE
    Deadlock = 35,             // EDEADLK
    NameTooLong = 36,          // ENAMETOOLONG
    NoSystemCall = 38,         // ENOSYS
    NotEmpty = 39,             // ENOTEMPTY
    TooManySymlinks = 40,      // ELOOP
    NoMessage = 42,            // ENOMSG
    IdRemoved = 43,            // EIDRM
    NoData = 61,               // ENODATA
    MessageTooLong = 90,       // EMSGSIZE
    WrongSocketType = 91,      // EPROTOTYPE
    NotSupported = 95,         // EOPNOTSUPP
    AddressInUse = 98,         // EADDRINUSE
    NoBuffers = 105,           // ENOBUFS
    NotConnected = 107,        // ENOTCONN
    TimedOut = 110,            // ETIMEDOUT
    ConnectionRefused = 111,   // ECONNREFUSED
    QuotaExceeded = 122,       // EDQUOT
}
