"""docs/storage.md and docs/messages.md."""

from defaults import item_default
from emit_protocol import Routes
from emit_runtime import item_prefix

HASHER_NAMES = {"twox64": "Twox64Concat", "blake2_128": "Blake2_128Concat", "identity": "Identity", "twox256": "Twox256",
                "twox128": "Twox128", "blake2_256": "Blake2_256"}


def one_line(text):
    return " ".join(text.split()).replace("|", "\\|")


def storage_page(model):
    out = ["# Storage", "",
           "Generated from `schema/` by `make docs`. A key is the prefix (twox128 of the pallet's name, twox128 of the item's name),",
           "then each key of the item through its hasher. A type with `?` is absent where nothing is stored; any other reads as its",
           "default there.", ""]
    for pallet in model.pallets:
        if not pallet.storage:
            continue
        out += ["## %s (%d)%s" % (pallet.name, pallet.index, ", not part of this runtime yet" if pallet.later else ""), ""]
        if pallet.docs:
            out += [pallet.docs, ""]
        out += ["| item | keys | value | prefix | what |", "|---|---|---|---|---|"]
        for item in pallet.storage:
            keys = ", ".join("%s `%s`" % (HASHER_NAMES[hasher], model.spelled(ty)[1]) for hasher, ty in item.keys) or "–"
            default = item_default(item)
            value = "`%s%s`" % (model.spelled(item.ty)[1], "?" if item.optional else "")
            if item.default is not None:
                value += ", default 0x" + default.hex()
            out.append("| %s | %s | %s | `0x%s` | %s |" % (item.chain_name, keys, value, item_prefix(pallet, item).hex(),
                                                          one_line(item.docs)))
        out.append("")
    return "\n".join(out)


def messages_page(model):
    routes = Routes(model)
    out = ["# Messages between subsystems", "",
           "Generated from `schema/` by `make docs`. A subsystem hears the signals, the messages of its table, and answers to",
           "what it asked. It may send along the routes of the diagram and no others. A dashed edge is unbounded: such a message",
           "never waits for room in the receiver's mailbox. The solid edges alone have no cycle.", "",
           "```dot", "digraph messages {", "    rankdir=LR; node [shape=box];"]
    edges = {}
    for sender, receiver, message, unbounded, _ in routes.all:
        edges.setdefault((sender.name, receiver.name, unbounded), []).append(message.name)
    out += ["    %s;" % sub.name for sub in model.subsystems]
    for (sender, receiver, unbounded), names in sorted(edges.items()):
        label = "%d messages" % len(names) if len(names) > 4 else "\\n".join(names)
        out.append('    %s -> %s [label="%s"%s];' % (sender, receiver, label, ", style=dashed" if unbounded else ""))
    out += ["}", "```", ""]
    for sub in model.subsystems:
        out += ["## %s" % sub.name, ""]
        if sub.docs:
            out += [sub.docs, ""]
        out += ["Mailbox: %d messages." % sub.capacity, ""]
        if sub.messages:
            out += ["| message | carries | reply | from | what |", "|---|---|---|---|---|"]
        else:
            out += ["Hears signals only.", ""]
        for message in sub.messages:
            carries = "<br>".join("%s: `%s`" % (f.name, model.spelled(f.ty)[1]) for f in message.fields) or "–"
            reply = "`%s`" % model.spelled(message.reply)[1] if message.reply else "–"
            senders = ", ".join(s.name for s, _, m, _, _ in routes.all if m is message) or "–"
            out.append("| %s | %s | %s | %s | %s |" % (message.name, carries, reply, senders, one_line(message.docs)))
        if sub.messages:
            out.append("")
        sent = {}
        for _, receiver, message, unbounded, _ in routes.of(sub):
            sent.setdefault((receiver.name, unbounded), []).append(message.name)
        for (receiver, unbounded), names in sorted(sent.items()):
            out.append("- to **%s**%s: %s" % (receiver, " (unbounded)" if unbounded else "", ", ".join(names)))
        if sent:
            out.append("")
    return "\n".join(out)
