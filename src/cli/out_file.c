#include "cli/out_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
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

bool ph_out_open(ph_out_file_t *out, const char *what, const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    *out = (ph_out_file_t){.what = what, .path = resolve(path)};
    if (exists && !S_ISREG(st.st_mode)) {
        out->file = fopen(path, "wb");
    } else {
        out->temporary = copy_text(out->path, ".part-XXXXXX");
        int fd = mkstemp(out->temporary);
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
