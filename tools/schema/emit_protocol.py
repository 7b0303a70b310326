"""primitives/protocols.h/.c, and of the subsystems: protocol/<receiver>.h, protocol/<sender>_out.h, protocol/routes.h/.c."""

from emit_runtime import alias_param, from_param, param_name
from names import c_ident, c_string
from output import comment
from syntax import SchemaError


# ---- network protocols ----

def emit_protocols(model, files):
    if not model.protocols:
        return
    check_protocols(model)
    consts, rows = "", ""
    for proto in model.protocols:
        name = "PH_PROTO_%s_%d" % (proto.name.upper(), proto.version)
        consts += comment(proto.docs, "    ") + "    %s,\n" % name
        types = ["NULL" if rt is None else "&ph_type_" + rt.mangle
                 for rt in (proto.message_rt, proto.handshake_rt, proto.request_rt, proto.response_rt)]
        legacy = c_string(proto.legacy[0]) if proto.legacy else "NULL"
        if proto.kind == "request":
            proto.max_message = proto.max_request
        rows += """\
    [%s] = {
        .name = %s,
        .version = %d,
        .is_request = %s,
        .is_main = %s,
        .message = %s,
        .handshake = %s,
        .request = %s,
        .response = %s,
        .max_message = %d,
        .max_request = %d,
        .max_response = %d,
        .timeout_ms = %d,
        .queue = %d,
        .legacy_name = %s,
    },
""" % (name, c_string(proto.name), proto.version, "true" if proto.kind == "request" else "false",
            "true" if proto.main else "false", *types, proto.max_message, proto.max_request, proto.max_response,
            proto.timeout_ms, proto.queue, legacy)
    files.header("primitives/protocols.h", ["primitives/types.h"], """\
/* The network protocols: gossip (notification) and request-response. */
typedef enum ph_protocol_id {
%s    PH_PROTOCOL_COUNT
} ph_protocol_id_t;

typedef struct ph_protocol {
    const char *name;                    /* "req_chunk" */
    uint32_t version;
    bool is_request;
    bool is_main;                        /* notification: the version to open first, others are fallbacks */
    const ph_type_t *message, *handshake; /* notification: either may be NULL (bytes) */
    const ph_type_t *request, *response; /* request-response */
    uint32_t max_message;                /* bytes of a notification, or of a request */
    uint32_t max_request, max_response;  /* bytes */
    uint32_t timeout_ms;
    uint32_t queue;                      /* requests that may wait to be served */
    const char *legacy_name;             /* full name without the genesis hash, or NULL */
} ph_protocol_t;

extern const ph_protocol_t ph_protocols[PH_PROTOCOL_COUNT];
""" % consts)
    files.source("primitives/protocols.c", ["primitives/protocols.h"],
                 "const ph_protocol_t ph_protocols[PH_PROTOCOL_COUNT] = {\n%s};\n" % rows)


def check_protocols(model):
    seen = {}
    for proto in model.protocols:
        key = (proto.name, proto.version)
        if key in seen:
            raise SchemaError(proto.pos, "protocol `%s` %d is declared twice" % key)
        seen[key] = proto
        if proto.kind == "request" and not (proto.request and proto.response):
            raise SchemaError(proto.pos, "request protocol `%s` needs a request and a response" % proto.name)
        if proto.kind == "notification" and not proto.message:
            raise SchemaError(proto.pos, "notification protocol `%s` needs a message" % proto.name)


# ---- subsystems ----

class Routes:
    """Declared routes, checked: [(sender, receiver, message, unbounded)]."""

    def __init__(self, model):
        self.model = model
        self.by_name = {sub.name: sub for sub in model.subsystems}
        self.all = []
        for sub in model.subsystems:
            self.collect(sub)
        self.check_cycles()

    def collect(self, sub):
        seen = {}
        for route in sub.routes:
            receiver = self.by_name.get(route.receiver)
            if not receiver:
                raise SchemaError(route.pos, "`%s` sends to unknown subsystem `%s`" % (sub.name, route.receiver))
            messages = {m.name: m for m in receiver.messages}
            for name, pos in route.messages:
                if name not in messages:
                    raise SchemaError(pos, "subsystem `%s` has no message `%s`" % (route.receiver, name))
                if (receiver.name, name) in seen:
                    raise SchemaError(pos, "the route of `%s` to `%s` %s stands twice" % (sub.name, receiver.name, name))
                seen[receiver.name, name] = True
                self.all.append((sub, receiver, messages[name], route.unbounded, pos))

    def of(self, sub):
        return [r for r in self.all if r[0] is sub]

    def check_cycles(self):
        """Every cycle must have an unbounded edge."""
        edges = {sub.name: {} for sub in self.model.subsystems}
        for sub, receiver, message, unbounded, pos in self.all:
            if not unbounded:
                edges[sub.name].setdefault(receiver.name, (message.name, pos))
        done, path = set(), []

        def visit(name):
            if name in path:
                cycle = path[path.index(name):] + [name]
                steps = [cycle[0]] + ["-%s-> %s" % (edges[a][b][0], b) for a, b in zip(cycle, cycle[1:])]
                raise SchemaError(edges[cycle[0]][cycle[1]][1],
                                  "routes make a cycle without an unbounded edge: " + " ".join(steps))
            if name in done:
                return
            path.append(name)
            for receiver in sorted(edges[name]):
                visit(receiver)
            path.pop()
            done.add(name)

        for name in sorted(edges):
            visit(name)


def message_name(receiver, message):
    return "%s_%s" % (receiver.name, message.name)


def emit_subsystems(model, files):
    if not model.subsystems:
        return
    routes = Routes(model)
    for sub in model.subsystems:
        emit_receiver(model, files, sub)
        emit_sender(model, files, sub, routes)
    emit_routes(model, files, routes)


def emit_receiver(model, files, sub):
    kinds, body = "", ""
    for i, message in enumerate(sub.messages):
        name = message_name(sub, message)
        kinds += comment(message.docs, "    ") + "    PH_MSG_%s = %d,\n" % (name.upper(), i)
        body += """\

static inline const ph_msg_{0}_t *ph_msg_as_{0}(const ph_msg_t *msg)
{{
    PH_CHECK(ph_msg_kind(msg) == PH_MSG_{1});
    return (const ph_msg_{0}_t *)ph_msg_payload(msg);
}}
""".format(name, name.upper())
        if message.reply:
            body += """\
static inline void ph_reply_{0}(ph_subsystem_t *self, ph_msg_t *msg, const {2} *reply)
{{
    PH_CHECK(ph_msg_kind(msg) == PH_MSG_{1});
    ph_overseer_reply(self, msg, reply);
}}
""".format(name, name.upper(), message.reply_rt.c or "void")
    enum = "typedef enum {\n%s} ph_%s_msg_kind_t;\n" % (kinds, sub.name) if kinds else "/* Hears signals only. */\n"
    intro = comment(("The subsystem %s. %s" % (sub.name, sub.docs)).strip()
                    + "\nMessages are read with ph_msg_as_…; one with a reply is answered exactly once with ph_reply_….")
    files.header("protocol/%s.h" % sub.name, ["base/check.h", "overseer/overseer.h", "primitives/types.h", "protocol/routes.h"],
                 intro + enum + body + request_declaration(model, sub))


def request_declaration(model, sub):
    if not any(entry[0] is sub for entry in model.requests):
        return ""
    return """
/* The messages request_… that are runtime API calls, by kind; name NULL for other kinds. */
extern const ph_api_request_t ph_%s_requests[%d];
""" % (sub.name, len(sub.messages))


def emit_sender(model, files, sub, routes):
    body, receivers = "", []
    for _, receiver, message, unbounded, _ in routes.of(sub):
        if receiver.name not in receivers:
            receivers.append(receiver.name)
        body += "\n" + comment(message.docs)
        body += ask_function(model, receiver, message) if message.reply else send_function(model, receiver, message)
    intro = comment("What the subsystem %s may say, and nothing else." % sub.name)
    files.header("protocol/%s_out.h" % sub.name, ["overseer/overseer.h", "primitives/types.h"]
                 + ["protocol/%s.h" % name for name in sorted(receivers)], intro + body)


def payload_lines(model, receiver, message):
    """(parameters, the statement that makes the payload)."""
    args, inits = [], []
    for field in message.fields:
        rt = model.resolve(field.ty)
        if rt.c:
            name = param_name(field.name)
            args.append(alias_param(model, field.ty, rt) + name)
            inits.append(".%s = %s" % (c_ident(field.name), from_param(rt, name)))
    return args, "    const ph_msg_%s_t payload = {%s};\n" % (message_name(receiver, message), ", ".join(inits) or "0")


def send_function(model, receiver, message):
    args, payload = payload_lines(model, receiver, message)
    name = message_name(receiver, message)
    return """\
static inline void ph_send_%s(%s)
{
%s    ph_overseer_send(self, PH_SUBSYSTEM_%s, PH_MSG_%s, &payload);
}
""" % (name, ", ".join(["ph_subsystem_t *self"] + args), payload, receiver.name.upper(), name.upper())


def ask_function(model, receiver, message):
    args, payload = payload_lines(model, receiver, message)
    name, reply = message_name(receiver, message), message.reply_rt.c or "void"
    then = "ph_then_%s_t then" % name
    return """\
typedef void (*ph_then_{0}_t)(ph_job_t *job, void *flow, ph_err_t err, const {1} *reply);
static inline void ph_thunk_{0}(void (*fn)(void), ph_job_t *job, void *flow, ph_err_t err, const void *reply)
{{
    ((ph_then_{0}_t)fn)(job, flow, err, (const {1} *)reply);
}}
static inline void ph_ask_{0}({2})
{{
{3}    ph_overseer_ask(job, PH_SUBSYSTEM_{4}, PH_MSG_{5}, &payload, flow, (void (*)(void))then, ph_thunk_{0});
}}
""".format(name, reply, ", ".join(["ph_job_t *job"] + args + ["void *flow", then]), payload, receiver.name.upper(),
           name.upper())


def emit_routes(model, files, routes):
    ids = "".join("    PH_SUBSYSTEM_%s,\n" % sub.name.upper() for sub in model.subsystems)
    files.header("protocol/routes.h", ["overseer/routes.h", "primitives/types.h"], """\
/* The subsystems, what each accepts and what it may send. */
typedef enum ph_subsystem_id {
%s    PH_SUBSYSTEM_COUNT
} ph_subsystem_id_t;

extern const ph_subsystem_info_t ph_subsystems[PH_SUBSYSTEM_COUNT]; /* by id */

/* A message that is a runtime API call. Its payload is { relay_parent, arguments … }: what follows the first 32 bytes of
 * its encoding are the encoded arguments. Its reply is result<R, RuntimeApiError>, R being described by `result`. */
typedef struct ph_api_request {
    const char *method;         /* "ParachainHost_validators" */
    const char *api;            /* "ParachainHost" */
    uint32_t since;             /* version of the API that brought it */
    const ph_type_t *payload, *reply, *result;
} ph_api_request_t;
""" % ids)
    tables = "".join(subsystem_tables(sub, routes) for sub in model.subsystems)
    rows = ""
    for sub in model.subsystems:
        sent = routes.of(sub)
        rows += "    [PH_SUBSYSTEM_%s] = {%s, %d, %d, %d, %s, %s},\n" % (
            sub.name.upper(), c_string(sub.name), sub.capacity, len(sub.messages), len(sent),
            "messages_" + sub.name if sub.messages else "NULL", "routes_" + sub.name if sent else "NULL")
    includes = ["protocol/routes.h"] + ["protocol/%s.h" % sub.name for sub in model.subsystems]
    files.source("protocol/routes.c", includes, tables + """
const ph_subsystem_info_t ph_subsystems[PH_SUBSYSTEM_COUNT] = {
%s};
""" % rows + request_tables(model))


def subsystem_tables(sub, routes):
    out = ""
    if sub.messages:
        rows = "".join("    {%s, &ph_type_msg_%s, %s},\n" % (
            c_string(m.name), message_name(sub, m), "&ph_type_" + m.reply_rt.mangle if m.reply else "NULL")
            for m in sub.messages)
        out += "static const ph_message_info_t messages_%s[] = {\n%s};\n" % (sub.name, rows)
    sent = routes.of(sub)
    if sent:
        rows = "".join("    {PH_SUBSYSTEM_%s, PH_MSG_%s, %s},\n" % (
            receiver.name.upper(), message_name(receiver, message).upper(), "true" if unbounded else "false")
            for _, receiver, message, unbounded, _ in sent)
        out += "static const ph_route_t routes_%s[] = {\n%s};\n" % (sub.name, rows)
    return out


def request_tables(model):
    out = ""
    for sub in model.subsystems:
        mine = [(m, api, method) for s, m, api, method in model.requests if s is sub]
        if not mine:
            continue
        rows = "".join("    [PH_MSG_%s] = {%s, %s, %d, &ph_type_msg_%s, &ph_type_%s, &ph_type_%s},\n" % (
            message_name(sub, m).upper(), c_string("%s_%s" % (api.name, method.name)), c_string(api.name), method.since,
            message_name(sub, m), m.reply_rt.mangle, method.rt.mangle) for m, api, method in mine)
        out += "\nconst ph_api_request_t ph_%s_requests[%d] = {\n%s};\n" % (sub.name, len(sub.messages), rows)
    return out
