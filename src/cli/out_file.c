#include "cli/out_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static bool complain(const char *what, const char *path, int reason)
{
    fprintf(stderr, "%s: %s cannot be written (%s)\n", what, path, strerror(reason));
    return false;
}

static void forget(ph_out_file_t *out)
{
    ph_mem_free(out->path);
    ph_mem_free(out->temporary);
    *out = (ph_out_file_t){.what = out->what};
}

static char *copy_text(const char *text, const char *tail)
{
    size_t len = strlen(text), more = strlen(tail);
    char *copy = ph_mem_alloc(NULL, len + more + 1);
    memcpy(copy, text, len);
    memcpy(copy + len, tail, more);
    return copy;
}

/* Through links: the file that a link names is replaced, the link stays. */
static char *resolve(const char *path)
{
    char real[PATH_MAX];
    return copy_text(realpath(path, real) ? real : path, "");
}

/* ---- files beside the target ----
 * Whoever writes one holds a lock on it. What lies there unlocked is left of a command that was killed. */

static const char PART[] = ".part-XXXXXX";

static bool is_part_of(const char *name, const char *base)
{
    size_t len = strlen(base), fixed = sizeof PART - 1 - 6;
    return strncmp(name, base, len) == 0 && strncmp(name + len, PART, fixed) == 0 && strlen(name + len) == fixed + 6;
}

static void remove_if_left(int folder, const char *name)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlinkat(folder, name, 0);
    close(fd);
}

static void remove_left_parts(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    char *folder = copy_text(slash ? path : ".", "");
    if (slash)
        folder[slash == path ? 1 : slash - path] = 0;
    DIR *dir = opendir(folder);
    ph_mem_free(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (is_part_of(entry->d_name, base))
            remove_if_left(dirfd(dir), entry->d_name);
    closedir(dir);
}

/* A new part, locked; -1: errno says why. One that somebody took for left before we had the lock is made again. */
static int make_part(char **name, const char *path)
{
    for (int tries = 0;; tries++) {
        struct stat st;
        *name = copy_text(path, PART);
        int fd = mkostemp(*name, O_CLOEXEC);
        if (fd < 0 || tries == 8 || flock(fd, LOCK_EX) != 0 || fstat(fd, &st) != 0 || st.st_nlink > 0)
            return fd;
        close(fd);
        ph_mem_free(*name);
    }
}

bool ph_out_open(ph_out_file_t *out, const char *what, const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    *out = (ph_out_file_t){.what = what, .path = resolve(path)};
    if (exists && !S_ISREG(st.st_mode)) {
        out->file = fopen(path, "wb");
    } else {
        remove_left_parts(out->path);
        int fd = make_part(&out->temporary, out->path);
        mode_t mask = umask(0);
        umask(mask);
        if (fd >= 0 && fchmod(fd, exists ? st.st_mode & 07777 : 0666 & ~mask) == 0)
            out->file = fdopen(fd, "wb");
    }
    if (out->file)
        return true;
    int reason = errno;
    forget(out);
    return complain(what, path, reason);
}

void ph_out_text(void *ctx, const char *text, size_t len)
{
    ph_out_file_t *out = ctx;
    if (len > 0 && !out->failed && fwrite(text, 1, len, out->file) != len)
        out->failed = errno ? errno : EIO;
}

bool ph_out_commit(ph_out_file_t *out)
{
    if (!out->file)
        return true;
    bool ok = !out->failed && fflush(out->file) == 0;
    int reason = out->failed ? out->failed : errno;
    if (fclose(out->file) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (ok && out->temporary && rename(out->temporary, out->path) != 0) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        complain(out->what, out->path, reason);
        if (out->temporary)
            unlink(out->temporary);
    }
    forget(out);
    return ok;
}

void ph_out_discard(const ph_out_file_t *out)
{
    if (out->temporary)
        unlink(out->temporary);
}

void ph_out_abandon(ph_out_file_t *out)
{
    if (!out->file)
        return;
    fclose(out->file);
    if (out->temporary)
        unlink(out->temporary);
    forget(out);
}

bool ph_out_write(const char *what, const char *path, ph_bytes_t content)
{
    ph_out_file_t out;
    if (!ph_out_open(&out, what, path))
        return false;
    ph_out_text(&out, (const char *)content.data, content.len);
    return ph_out_commit(&out);
}
