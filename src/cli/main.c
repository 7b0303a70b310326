/* The program: finds the command and hands over. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/commands.h"
#include "pvf/worker.h"

static void print_help(void)
{
    printf("parahost " PH_VERSION ": a Polkadot Parachain Host\n\n"
           "Usage: parahost COMMAND [ARGUMENT…]\n\n"
           "Commands:\n"
           "  dev     a local relay chain with parachains on the wall clock, until Ctrl-C\n"
           "  sim     the same under virtual time, from a seed\n"
           "  tool    hashes, keys, erasure code, tries, SCALE, validation functions\n"
           "  bench   how fast the parts are on this machine\n\n"
           "`parahost COMMAND --help` says more. --version prints the version.\n\n"
           "Exit status: 0 done and true; 1 the answer is \"no\"; 2 the question was wrong; 3 the machine or the "
           "program failed.\n");
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {{"dev", ph_cli_dev}, {"sim", ph_cli_sim}, {"tool", ph_cli_tool}, {"bench", ph_cli_bench}};

static void on_broken_invariant(const char *what, const char *file, int line)
{
    fprintf(stderr, "parahost: a fault of its own: %s at %s:%d\n", what, file, line);
    _exit(3);
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "parahost: no command; expected dev, sim, tool or bench; `parahost --help` says more\n");
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("parahost " PH_VERSION "\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, argv[1]) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "parahost: unknown command \"%s\"; expected dev, sim, tool or bench\n", argv[1]);
    return 2;
}

int main(int argc, char **argv)
{
    /* A host that starts this program as its worker waits for nothing else. */
    if (argc >= 2 && strcmp(argv[1], "pvf-worker") == 0)
        return ph_pvf_worker_main();
    ph_set_abort_hook(on_broken_invariant);
    /* A file that may not grow is told by the write that fails. */
    signal(SIGXFSZ, SIG_IGN);
    int status = dispatch(argc, argv);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        /* Without a reason it was an earlier write that failed. */
        fprintf(stderr, "parahost: standard output cannot be written%s%s%s\n", errno ? " (" : "",
                errno ? strerror(errno) : "", errno ? ")" : "");
        return status > 2 ? status : 2;
    }
    return status;
}
