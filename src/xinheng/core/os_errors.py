"""Says in Chinese why the operating system would not open, read or write a file.

One table for every room, so that the same cause has the same words; a cause that is not in it is given by its number.
"""

import errno

_CAUSES = {
    errno.ENOENT: "文件或文件夹不存在",
    errno.EACCES: "没有读写权限",
    errno.EPERM: "系统不允许这样做",
    errno.EEXIST: "已有同名的文件或文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.ENOSPC: "磁盘空间不足",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件超过系统允许的大小",
    errno.EROFS: "所在的磁盘只能读，不能写",
    errno.EIO: "磁盘读写出错",
    errno.ENXIO: "设备或管道无法打开",
    errno.ENODEV: "设备不存在",
    errno.EBUSY: "文件正被占用",
    errno.ETXTBSY: "文件正被占用",
    errno.ENAMETOOLONG: "文件名或路径过长",
    errno.ELOOP: "链接互相指向，找不到文件",
    errno.EINVAL: "路径或文件名不合规定",
    errno.EMFILE: "同时打开的文件过多",
    errno.ENFILE: "同时打开的文件过多",
    errno.ENOMEM: "内存不足",
    errno.ESTALE: "网络磁盘的连接已失效",
    errno.ETIMEDOUT: "网络磁盘没有应答",
}


def os_cause(error: OSError) -> str:
    """The cause as a clause without full stop."""
    number = error.errno
    if number is None:
        return "原因不明"
    return _CAUSES.get(number, f"系统错误 {errno.errorcode.get(number, number)}")
