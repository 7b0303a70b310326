"""What tidy.py checks, as data."""

# The house: floors of the rooms under src/ (docs/house.md). A room includes what stands on a lower floor, and itself.
FLOORS = {
    "base": 0,
    "scale": 1, "crypto": 1,
    "primitives": 2, "trie": 2, "wasm": 2,
    "erasure": 3, "runtime": 3, "hostapi": 3, "env": 3,
    "keystore": 4, "pvf": 4, "p2p": 4, "overseer": 4,
    "chain": 5, "protocol": 5,
    "node": 6,
    "service": 7,
    "sim": 8, "rpc": 8,
    "cli": 9,
}

# Rooms that may see less than their floor allows.
ONLY = {
    # One program with two bodies: the world comes through host.h. Pure functions of crypto/ that Substrate has no host
    # function for (ChaCha, VRF checks) are linked in, and so are those of trie/ that write and read nodes: proofs of key
    # ownership are made of them. Single headers of a room are named in full.
    "runtime": {"base", "scale", "crypto", "primitives", "runtime", "trie/codec.h", "trie/root.h"},
}
NEVER = {
    "node": {"runtime": "a node reaches the runtime through runtime API calls only"},
}

# Calls that no file under src/ may make, or only files whose path starts with one of the prefixes.
# (names, prefixes where they are allowed, what to do instead)
OUTSIDE_WORLD = ("src/env/", "src/cli/", "src/pvf/")
BANNED_CALLS = [
    ("strcpy strcat sprintf vsprintf gets strtok strncpy stpcpy alloca", (), "use bounded functions with lengths"),
    ("atoi atol atoll atof", (), "use strtoull and look at errors"),
    ("assert", (), "use PH_CHECK (it stays on) or return an error"),
    ("system popen", (), "no shells"),
    ("abort exit _exit quick_exit", ("src/base/check.c", "src/cli/", "src/pvf/"), "use PH_CHECK or return an error"),
    ("malloc calloc realloc aligned_alloc posix_memalign free strdup strndup", ("src/base/arena.c",), "use ph_mem_* or an arena"),
    ("printf fprintf vfprintf puts fputs putchar perror", ("src/base/log.c", "src/base/check.c", "src/cli/", "src/pvf/"),
     "use ph_log or a ph_json_t"),
    ("getenv secure_getenv setenv putenv", ("src/cli/",), "hand options down"),
    ("rand srand random srandom rand_r drand48 getrandom getentropy arc4random randombytes_buf randombytes_random "
     "randombytes_uniform", OUTSIDE_WORLD, "randomness comes from env"),
    ("time clock gettimeofday clock_gettime localtime gmtime sleep usleep nanosleep", OUTSIDE_WORLD, "time comes from env"),
    ("pthread_create pthread_mutex_lock pthread_cond_wait thrd_create mtx_lock fork vfork", OUTSIDE_WORLD,
     "threads and processes are env's and pvf's"),
    ("fopen freopen open openat creat mkdir unlink rename remove opendir fsync", OUTSIDE_WORLD, "files come from env"),
    ("socket connect accept listen bind", ("src/env/", "src/p2p/", "src/pvf/", "src/rpc/", "src/cli/"),
     "the network comes from env"),
]
# Within an allowed prefix, files that are as strict as the rest: the simulated world is a pure function of its seed.
STILL_BANNED = ("src/env/sim/",)
# The C library of the wasm body: it defines what it would not be allowed to call.
C_LIBRARY_FOLDERS = ("/wasm32/",)

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

# Folders that are looked at, and what in them counts as source.
FOLDERS = ("src", "tests", "fuzz", "bench", "pvf", "tools", "schema", "docs", "cmake", "web")
CODE = (".c", ".h", ".py", ".js", ".ph")
TEXT = CODE + (".md", ".txt", ".cmake", ".css", ".html", ".sh")
SKIPPED_FOLDERS = {"build", "__pycache__", "corpus", "node_modules", "third_party"}

# Paths of one machine; nothing committed may name them. Put together here so that this file does not.
MACHINE_PATHS = ["/" + name + "/" for name in ("root", "home", "work")]
