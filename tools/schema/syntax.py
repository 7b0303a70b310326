"""The schema language: lexer and parser (docs/schema.md). Makes plain declarations; meaning is model.py's business."""

import re
from dataclasses import dataclass, field


class SchemaError(Exception):
    def __init__(self, pos, text):
        super().__init__("%s:%d: %s" % (pos[0], pos[1], text))


@dataclass
class Token:
    kind: str          # ident int string punct end
    text: str
    pos: tuple         # (file, line)
    docs: str = ""


@dataclass
class Ty:
    """A type as written. kind: name, vec, set, map, opt, compact, tup, res, box, shared, tail, array, bytes."""
    kind: str
    pos: tuple
    name: str = ""
    args: list = field(default_factory=list)
    n: int = 0         # array length; bound of vec and bytes, 0 none


@dataclass
class Field:
    name: str
    ty: Ty
    docs: str
    pos: tuple


@dataclass
class Variant:
    index: int
    name: str
    fields: list
    named: bool        # fields have names
    docs: str
    pos: tuple


@dataclass
class Decl:
    """newtype, alias, struct, enum, custom."""
    kind: str
    name: str
    docs: str
    pos: tuple
    ty: Ty = None
    fields: list = field(default_factory=list)
    variants: list = field(default_factory=list)
    path: str = None
    magic: str = None
    cname: str = None  # where it is not derived from the name (generated declarations)


@dataclass
class Storage:
    kind: str          # value map
    name: str
    chain_name: str
    keys: list         # [(hasher, Ty)]
    ty: Ty
    optional: bool
    default: object    # None: the type's default; bytes; int
    docs: str
    pos: tuple


@dataclass
class Call:
    index: int
    name: str
    fields: list
    origins: list
    later: bool
    docs: str
    pos: tuple


@dataclass
class Const:
    name: str
    ty: Ty
    value: object      # None: the type's default; bytes; int
    computed: bool     # the runtime says what it is
    docs: str
    pos: tuple


@dataclass
class Extension:
    name: str
    path: str
    ty: Ty             # what an extrinsic carries
    implicit: Ty       # what is signed besides
    docs: str
    pos: tuple


@dataclass
class Extrinsic:
    version: int
    docs: str
    pos: tuple
    address: Ty = None
    signature: Ty = None
    extensions: list = field(default_factory=list)


@dataclass
class Pallet:
    name: str
    index: int
    version: int
    later: bool
    path: str
    docs: str
    pos: tuple
    storage: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    events: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    constants: list = field(default_factory=list)


@dataclass
class Method:
    since: int
    name: str
    fields: list
    result: Ty
    later: bool
    docs: str
    pos: tuple


@dataclass
class Api:
    name: str
    version: int
    later: bool
    docs: str
    pos: tuple
    methods: list = field(default_factory=list)


@dataclass
class Protocol:
    kind: str          # notification request
    name: str
    version: int
    docs: str
    pos: tuple
    main: bool = False
    legacy: list = field(default_factory=list)
    variants: list = field(default_factory=list)   # notification: body as an enum …
    message: Ty = None                             # … or one type
    handshake: Ty = None
    request: Ty = None
    response: Ty = None
    max_message: int = 0
    max_request: int = 0
    max_response: int = 0
    timeout_ms: int = 0
    queue: int = 0


@dataclass
class Message:
    name: str
    fields: list
    reply: Ty
    docs: str
    pos: tuple


@dataclass
class Route:
    receiver: str
    messages: list     # [(name, pos)]
    unbounded: bool
    pos: tuple


@dataclass
class Subsystem:
    name: str
    capacity: int
    docs: str
    pos: tuple
    messages: list = field(default_factory=list)
    requests: list = field(default_factory=list)   # [(api, [method …], pos)]
    routes: list = field(default_factory=list)


@dataclass
class Schema:
    decls: list = field(default_factory=list)
    pallets: list = field(default_factory=list)
    apis: list = field(default_factory=list)
    protocols: list = field(default_factory=list)
    subsystems: list = field(default_factory=list)
    extrinsic: Extrinsic = None
    constants: list = field(default_factory=list)  # [(pallet, pos, [Const …])]


_TOKEN = re.compile(r"""(?P<space>[ \t\r,]+)|(?P<newline>\n)|(?P<doc>\#\#[^\n]*)|(?P<comment>\#[^\n]*)
    |(?P<string>"[^"\n]*")|(?P<int>0x[0-9a-fA-F_]*|[0-9][0-9_]*)|(?P<ident>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<punct>->|[{}()\[\]<>:;=?|*])""", re.VERBOSE)


def lex(path, text):
    """Tokens of a file. Commas and newlines only separate, but a comma is remembered by the parser's lists."""
    tokens, at, line, docs = [], 0, 1, []
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise SchemaError((path, line), "unexpected character %r" % text[at])
        kind, word = match.lastgroup, match.group()
        at = match.end()
        if kind == "newline":
            line += 1
        elif kind == "doc":
            line_start = text.rfind("\n", 0, match.start()) + 1
            if not text[line_start:match.start()].strip():
                docs.append(word[2:].strip())
        elif kind == "space" and "," in word:
            tokens.append(Token("comma", ",", (path, line)))
        elif kind not in ("space", "comment"):
            tokens.append(Token(kind, word, (path, line), "\n".join(docs)))
            docs = []
    tokens.append(Token("end", "end of file", (path, line)))
    return tokens


ORIGINS = ("none", "signed", "root", "parachain", "any")
HASHERS = ("twox64", "blake2_128", "identity", "twox256", "twox128", "blake2_256")
_GENERIC = {"vec": "vec", "set": "set", "option": "opt", "compact": "compact", "box": "box", "shared": "shared",
            "tail": "tail", "map": "map", "result": "res", "bytes": "bytes"}


class Parser:
    def __init__(self, path, text):
        self.tokens = lex(path, text)
        self.at = 0

    # ---- tokens ----
    def skip_commas(self):
        while self.tokens[self.at].kind == "comma":
            self.at += 1

    @property
    def token(self):
        self.skip_commas()
        return self.tokens[self.at]

    def after_comma(self):
        return self.tokens[self.at].kind == "comma"

    def fail(self, expected):
        token = self.token
        raise SchemaError(token.pos, "found `%s`, expected %s" % (token.text, expected))

    def next(self):
        token = self.token
        self.at += 1
        return token

    def peek(self, text):
        return self.token.text == text and self.token.kind in ("punct", "ident")

    def accept(self, text):
        if self.peek(text):
            self.at += 1
            return True
        return False

    def expect(self, text):
        if not self.accept(text):
            self.fail("`%s`" % text)

    def ident(self, what):
        if self.token.kind != "ident":
            self.fail(what)
        return self.next()

    def camel(self, what):
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", self.token.text):
            self.fail("%s in CamelCase" % what)
        return self.next()

    def snake(self, what):
        if self.token.kind != "ident" or not re.fullmatch(r"_?[a-z][a-z0-9_]*", self.token.text):
            self.fail("%s in snake_case" % what)
        return self.next()

    def integer(self, what):
        """A number, or a product of numbers."""
        if self.token.kind != "int":
            self.fail(what)
        value = int(self.next().text.replace("_", ""), 0)
        while self.accept("*"):
            value *= self.integer("a factor")
        return value

    def string(self, what):
        if self.token.kind != "string":
            self.fail(what)
        return self.next().text[1:-1]

    # ---- types ----
    def type(self):
        pos = self.token.pos
        if self.accept("["):
            elem = self.type()
            self.expect(";")
            length = self.integer("the array's length")
            self.expect("]")
            return Ty("array", pos, args=[elem], n=length)
        if self.accept("("):
            parts = []
            while not self.accept(")"):
                parts.append(self.type())
            if not parts:
                return Ty("name", pos, name="unit")
            return Ty("tup", pos, args=parts)
        word = self.ident("a type").text
        if word not in _GENERIC or not self.peek("<"):
            return Ty("name", pos, name=word)
        self.expect("<")
        ty = Ty(_GENERIC[word], pos)
        if word == "bytes":
            ty.n = self.integer("the most bytes")
        else:
            ty.args.append(self.type())
            if word in ("map", "result"):
                ty.args.append(self.type())
            elif word == "vec" and self.token.kind == "int":
                ty.n = self.integer("the most elements")
        self.expect(">")
        return ty

    def named_fields(self, close):
        """name: Type … up to `close`."""
        fields = []
        while not self.accept(close):
            token = self.snake("a field name or `%s`" % close)
            self.expect(":")
            fields.append(Field(token.text, self.type(), token.docs, token.pos))
        return fields

    def unnamed_fields(self):
        fields = []
        while not self.accept(")"):
            pos = self.token.pos
            fields.append(Field("_%d" % len(fields), self.type(), "", pos))
        return fields

    def variant(self, name_rule):
        """INT Name, INT Name(T, …) or INT Name { field: T … }."""
        docs, pos = self.token.docs, self.token.pos
        index = self.integer("an index")
        name = name_rule("a variant name").text
        fields, named = [], False
        if self.accept("("):
            fields = self.unnamed_fields()
        elif self.accept("{"):
            fields, named = self.named_fields("}"), True
        return Variant(index, name, fields, named, docs, pos)

    # ---- declarations ----
    def file(self, schema):
        while self.token.kind != "end":
            token = self.ident("a declaration")
            word, docs, pos = token.text, token.docs, token.pos
            if word in ("newtype", "alias", "struct", "enum", "custom"):
                schema.decls.append(self.decl(word, docs, pos))
            elif word == "pallet":
                schema.pallets.append(self.pallet(docs, pos))
            elif word == "constants":
                name, consts = self.camel("a pallet's name").text, []
                self.expect("{")
                while not self.accept("}"):
                    if not self.peek("const"):
                        self.fail("const or `}`")
                    consts.append(self.constant(self.next()))
                schema.constants.append((name, pos, consts))
            elif word == "extrinsic":
                if schema.extrinsic:
                    raise SchemaError(pos, "the extrinsic is already declared at %s:%d" % schema.extrinsic.pos)
                schema.extrinsic = self.extrinsic(docs, pos)
            elif word == "api":
                schema.apis.append(self.api(docs, pos))
            elif word in ("notification", "request"):
                schema.protocols.append(self.protocol(word, docs, pos))
            elif word == "subsystem":
                schema.subsystems.append(self.subsystem(docs, pos))
            else:
                self.at -= 1
                self.fail("newtype, alias, struct, enum, custom, pallet, api, notification, request or subsystem")
        return schema

    def decl(self, kind, docs, pos):
        decl = Decl(kind, self.camel("a type name").text, docs, pos)
        while True:
            if self.accept("path"):
                decl.path = self.string("a quoted path")
            elif self.accept("magic"):
                decl.magic = self.string("quoted magic bytes")
            else:
                break
        if kind in ("newtype", "alias"):
            self.expect("=")
            decl.ty = self.type()
            while True:
                if self.accept("path"):
                    decl.path = self.string("a quoted path")
                elif self.accept("magic"):
                    decl.magic = self.string("quoted magic bytes")
                else:
                    return decl
        if self.accept("("):       # a struct with unnamed fields
            decl.fields = self.unnamed_fields()
            return decl
        self.expect("{")
        if kind == "enum":
            while not self.accept("}"):
                decl.variants.append(self.variant(self.ident))
        else:
            decl.fields = self.named_fields("}")
        return decl

    def pallet(self, docs, pos):
        name = self.camel("a pallet name").text
        self.expect("=")
        pallet = Pallet(name, self.integer("the pallet's index"), 0, False, None, docs, pos)
        while not self.accept("{"):
            if self.accept("version"):
                pallet.version = self.integer("a version")
            elif self.accept("later"):
                pallet.later = True
            elif self.accept("path"):
                pallet.path = self.string("a quoted path")
            else:
                self.fail("version, path, later or `{`")
        while not self.accept("}"):
            token = self.next()
            if token.text == "storage":
                self.expect("{")
                while not self.accept("}"):
                    pallet.storage.append(self.storage())
            elif token.text == "call":
                pallet.calls.append(self.call(token))
            elif token.text in ("event", "error"):
                variant = self.variant(self.ident)
                variant.docs, variant.pos = token.docs, token.pos
                (pallet.events if token.text == "event" else pallet.errors).append(variant)
            elif token.text == "const":
                pallet.constants.append(self.constant(token))
            else:
                self.at -= 1
                self.fail("storage, call, event, error, const or `}`")
        return pallet

    def constant(self, token):
        name = self.camel("the constant's name").text
        self.expect(":")
        ty = self.type()
        self.expect("=")
        computed = self.accept("computed")
        value = None if computed else self.value("computed, default, bytes 0x… or a number")
        return Const(name, ty, value, computed, token.docs, token.pos)

    def extrinsic(self, docs, pos):
        self.expect("version")
        extrinsic = Extrinsic(self.integer("the extrinsic's version"), docs, pos)
        self.expect("{")
        while not self.accept("}"):
            token = self.next()
            if token.text == "address":
                extrinsic.address = self.type()
            elif token.text == "signature":
                extrinsic.signature = self.type()
            elif token.text == "extension":
                name = self.camel("the extension's name").text
                path = self.string("") if self.accept("path") else None
                unit = Ty("name", token.pos, name="unit")
                carried = self.type() if self.accept(":") else unit
                implicit = self.type() if self.accept("implicit") else unit
                extrinsic.extensions.append(Extension(name, path, carried, implicit, token.docs, token.pos))
            else:
                self.at -= 1
                self.fail("address, signature, extension or `}`")
        if not extrinsic.address or not extrinsic.signature:
            raise SchemaError(pos, "the extrinsic lacks its %s" % ("signature" if extrinsic.address else "address"))
        return extrinsic

    def storage(self):
        token = self.next()
        if token.text not in ("value", "map", "double", "nmap"):
            self.at -= 1
            self.fail("value, map, double, nmap or `}`")
        name = self.camel("an item name").text
        chain_name = self.string("") if self.token.kind == "string" else name
        keys = []
        if token.text != "value":
            self.expect("(")
            while not self.accept(")"):
                if self.token.text not in HASHERS:
                    self.fail("a hasher (%s)" % " ".join(HASHERS))
                keys.append((self.next().text, self.type()))
            wanted = {"map": 1, "double": 2}.get(token.text)
            if not keys or wanted and len(keys) != wanted:
                raise SchemaError(token.pos, "%s `%s` has %d keys, expected %s"
                                  % (token.text, name, len(keys), wanted or "some"))
        self.expect(":")
        ty = self.type()
        optional, default = self.accept("?"), None
        if self.accept("="):
            default = self.value("default, bytes 0x… or a number")
        return Storage("map" if keys else "value", name, chain_name, keys, ty, optional, default, token.docs, token.pos)

    def value(self, expected):
        """None for `default`, bytes, or a number."""
        if self.accept("default"):
            return None
        if self.accept("bytes"):
            if not self.token.text.startswith("0x"):
                self.fail("0x… bytes")
            token = self.next()
            text = token.text[2:].replace("_", "")
            if len(text) % 2:
                raise SchemaError(token.pos, "odd number of hexadecimal digits")
            return bytes.fromhex(text)
        return self.integer(expected)

    def call(self, token):
        index = self.integer("the call's index")
        name = self.snake("a call name").text
        self.expect("(")
        call = Call(index, name, self.named_fields(")"), [], False, token.docs, token.pos)
        while self.token.text in ORIGINS:
            call.origins.append(self.next().text)
            if not self.accept("|"):
                break
        call.later = self.accept("later")
        return call

    def api(self, docs, pos):
        api = Api(self.camel("an API name").text, 1, False, docs, pos)
        while not self.accept("{"):
            if self.accept("version"):
                api.version = self.integer("a version")
            elif self.accept("later"):
                api.later = True
            else:
                self.fail("version, later or `{`")
        while not self.accept("}"):
            method_docs, method_pos = self.token.docs, self.token.pos
            since = self.integer("") if self.token.kind == "int" else 1
            name = self.snake("a method name or `}`").text
            self.expect("(")
            fields = self.named_fields(")")
            result = self.type() if self.accept("->") else Ty("name", method_pos, name="unit")
            api.methods.append(Method(since, name, fields, result, self.accept("later"), method_docs, method_pos))
        return api

    def protocol(self, kind, docs, pos):
        proto = Protocol(kind, self.snake("a protocol name").text, self.integer("the protocol's version"), docs, pos)
        while not self.accept("{"):
            if self.accept("main"):
                proto.main = True
            elif self.accept("legacy"):
                proto.legacy.append(self.string("a quoted name"))
                while self.token.kind == "string":
                    proto.legacy.append(self.string(""))
            elif self.accept("max"):
                proto.max_message = self.integer("a size in bytes")
            else:
                self.fail("main, legacy, max or `{`")
        while not self.accept("}"):
            self.protocol_member(proto)
        return proto

    def protocol_member(self, proto):
        if self.token.kind == "int" and proto.kind == "notification":
            proto.variants.append(self.variant(self.ident))
        elif self.accept("message"):
            proto.message = self.type()
            if self.accept("max"):
                proto.max_message = self.integer("a size in bytes")
        elif self.accept("handshake"):
            proto.handshake = self.type()
        elif self.accept("request"):
            proto.request = self.type()
            if self.accept("max"):
                proto.max_request = self.integer("a size in bytes")
        elif self.accept("response"):
            proto.response = self.type()
            if self.accept("max"):
                proto.max_response = self.integer("a size in bytes")
        elif self.accept("timeout_ms"):
            proto.timeout_ms = self.integer("milliseconds")
        elif self.accept("queue"):
            proto.queue = self.integer("a number of requests")
        elif self.accept("legacy"):
            proto.legacy.append(self.string("a quoted name"))
        else:
            self.fail("an indexed variant, message, handshake, legacy or `}`" if proto.kind == "notification"
                      else "request, response, timeout_ms, queue, legacy or `}`")

    def subsystem(self, docs, pos):
        sub = Subsystem(self.snake("a subsystem name").text, 64, docs, pos)
        if self.accept("capacity"):
            sub.capacity = self.integer("a number of messages")
        if not self.accept("{"):
            self.fail("capacity or `{`")
        while not self.accept("}"):
            token = self.ident("message, requests, sends or `}`")
            if token.text == "message":
                name = self.snake("a message name").text
                fields = self.named_fields("}") if self.accept("{") else []
                reply = self.type() if self.accept("->") else None
                sub.messages.append(Message(name, fields, reply, token.docs, token.pos))
            elif token.text == "requests":
                self.accept("api")
                api = self.camel("an API name").text
                sub.requests.append((api, self.name_list(optional=True), token.pos))
            elif token.text == "sends":
                self.sends(sub)
            else:
                self.at -= 1
                self.fail("message, requests, sends or `}`")
        return sub

    def name_list(self, optional=False):
        """Names with commas between them: the list ends where no comma stands."""
        names = []
        if optional and (self.token.kind != "ident" or self.token.text in ("message", "requests", "sends")):
            return names
        while True:
            token = self.snake("a message name")
            names.append((token.text, token.pos))
            if not self.after_comma():
                return names

    def sends(self, sub):
        while self.token.kind == "ident" and self.token.text not in ("message", "requests", "sends"):
            token = self.snake("a subsystem name")
            names = self.name_list()
            sub.routes.append(Route(token.text, names, self.accept("unbounded"), token.pos))


def parse_files(paths):
    schema = Schema()
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            Parser(path, file.read()).file(schema)
    return schema
