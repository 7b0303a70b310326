/* `parahost tool vectors FILE…`: reads files, tells what they are by their top-level lists, and has them checked. */
#include "cli/vectors.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/gzip.h"
#include "cli/bytes_arg.h"
#include "cli/vectors_files.h"

#define FILE_MAX ((size_t)1 << 30)

void ph_vectors_report(ph_vectors_t *v, const char *list, const char *name, bool ok, const char *why, ...)
{
    if (ok) {
        v->passed++;
    } else {
        v->failed++;
        fprintf(stderr, "FAIL %s %s/%s: ", v->file ? v->file : "?", list, name);
        va_list args;
        va_start(args, why);
        vfprintf(stderr, why, args);
        va_end(args);
        fputc('\n', stderr);
    }
    ph_arena_reset(v->arena);
}

/* The lists of each kind of file. */
static const struct {
    const char *lists[9];
    void (*check)(ph_vectors_t *v, const json_t *file);
} kinds[] = {
    {{"types", "malformed"}, ph_vectors_types},
    {{"messages", "names", "malformed"}, ph_vectors_network},
    {{"stream", "prefixes", "long", "bip39", "phrases"}, ph_vectors_hashes},
    {{"keys", "soft_public", "ss58", "sr25519", "ed25519", "ecdsa"}, ph_vectors_keys},
    {{"babe", "verify", "threshold", "primary_check", "secondary", "epoch_randomness", "claims", "pre_digests"},
     ph_vectors_vrf},
    {{"transcripts", "ristretto", "shuffles", "indices", "grid"}, ph_vectors_blocks},
    {{"roots", "proofs", "compact", "ordered", "child", "keys"}, ph_vectors_trie},
    {{"payload", "vectors"}, ph_vectors_erasure},
    {{"kind", "seed", "params", "prefixes", "genesis", "genesis_root", "steps"}, ph_vectors_runtime},
};

/* A file is of the kind with which it has most lists in common; of several, the first. */
bool ph_vectors_check(ph_vectors_t *v, const json_t *file)
{
    size_t best = 0, most = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t common = 0;
        for (size_t k = 0; kinds[i].lists[k] != NULL; k++)
            common += json_object_get(file, kinds[i].lists[k]) != NULL;
        if (common > most) {
            best = i;
            most = common;
        }
    }
    if (most > 0)
        kinds[best].check(v, file);
    return most > 0;
}

json_t *ph_vectors_load(const char *path, char *error, size_t error_len)
{
    ph_arena_t *arena = ph_arena_new();
    ph_bytes_t content;
    json_t *json = NULL;
    json_error_t where;
    ph_err_t err = ph_cli_read_file(arena, &content, path, FILE_MAX);
    if (err == PH_OK && ph_gzip_looks_like(content))
        err = ph_gunzip(arena, content, FILE_MAX, &content);
    if (err != PH_OK) {
        snprintf(error, error_len, "%s: cannot be read (%s)", path, ph_cli_read_why(err));
    } else {
        json = json_loadb((const char *)content.data, content.len, 0, &where);
        if (json == NULL)
            snprintf(error, error_len, "%s:%d: not JSON: %s", path, where.line, where.text);
    }
    ph_arena_free(arena);
    return json;
}

static int check_file(const char *path, size_t *passed, size_t *failed)
{
    char error[512];
    json_t *json = ph_vectors_load(path, error, sizeof error);
    if (json == NULL) {
        fprintf(stderr, "parahost tool vectors: %s; expected a file of test vectors, gzipped or not\n", error);
        return 2;
    }
    ph_vectors_t v = {.file = path, .arena = ph_arena_new()};
    bool known = ph_vectors_check(&v, json);
    if (!known)
        fprintf(stderr,
                "parahost tool vectors: %s: not a kind of test vectors we know; expected lists such as \"types\" or "
                "\"prefixes\"\n",
                path);
    *passed += v.passed;
    *failed += v.failed;
    ph_arena_free(v.arena);
    json_decref(json);
    return known ? 0 : 2;
}

int ph_cli_vectors(int argc, char **argv)
{
    size_t passed = 0, failed = 0, files = 0;
    int status = 0;
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            json = true;
        } else if (argv[i][0] == '-') {
            fprintf(stderr, "parahost tool vectors: unknown option %s; expected FILE… or --json\n", argv[i]);
            return 2;
        } else {
            int got = check_file(argv[i], &passed, &failed);
            status = got > status ? got : status;
            files++;
        }
    }
    if (files == 0) {
        fprintf(stderr, "parahost tool vectors: no file given; expected FILE…\n");
        return 2;
    }
    if (status != 0 && passed + failed == 0)
        return status;
    printf(json ? "{\"passed\":%zu,\"failed\":%zu}\n" : "%zu passed, %zu failed\n", passed, failed);
    if (status != 0)
        return status;
    return failed > 0 ? 1 : 0;
}
