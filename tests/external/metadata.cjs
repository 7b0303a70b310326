// What @polkadot/types makes of our metadata. Reads {metadata, state: {top}, blocks: [{header, extrinsics}], encoded, sign} as JSON from
// standard input, prints what it found, or throws.
//
// Every encoded call of `encoded` must decode and encode again to the same bytes.
// Every key of the state must be one of a declared item (or be told in `unknown`), its hashed keys and its value must decode and
// encode again to the same bytes. Every header and extrinsic likewise. With `sign`, makes signed transfers of //Alice.

const { readFileSync } = require('fs');
const { Metadata, TypeRegistry, expandMetadata } = require('@polkadot/types');
const { Keyring } = require('@polkadot/keyring');
const { compactAddLength, hexToU8a, u8aConcat, u8aToHex } = require('@polkadot/util');
const { cryptoWaitReady, xxhashAsU8a } = require('@polkadot/util-crypto');

const HASH_LENGTHS = { Blake2_128: 16, Blake2_256: 32, Blake2_128Concat: 16, Twox128: 16, Twox256: 32, Twox64Concat: 8, Identity: 0 };

function decode(registry, type, bytes, what) {
  const value = registry.createType(type, bytes);
  if (u8aToHex(value.toU8a()) !== u8aToHex(bytes)) {
    throw new Error(`${what}: ${u8aToHex(bytes)} is ${value.toString()}, which encodes to ${value.toHex()}`);
  }
  return value;
}

function items(metadata) {
  const found = {};
  for (const pallet of metadata.asLatest.pallets) {
    if (pallet.storage.isNone) continue;
    const { prefix, items } = pallet.storage.unwrap();
    for (const item of items) {
      const key = u8aConcat(xxhashAsU8a(prefix.toString(), 128), xxhashAsU8a(item.name.toString(), 128));
      found[u8aToHex(key)] = { name: `${pallet.name}.${item.name}`, item };
    }
  }
  return found;
}

function checkKeys(registry, { name, item }, rest) {
  if (item.type.isPlain) {
    if (rest.length) throw new Error(`${name}: more behind its key`);
    return;
  }
  const { hashers, key } = item.type.asMap;
  const type = registry.lookup.getSiType(key);
  const parts = hashers.length === 1 ? [key] : [...type.def.asTuple];
  hashers.forEach((hasher, i) => {
    rest = rest.subarray(HASH_LENGTHS[hasher.type]);
    if (!hasher.type.endsWith('Concat') && !hasher.isIdentity) return;
    const value = registry.createType(registry.createLookupType(parts[i]), rest);
    rest = rest.subarray(value.encodedLength);
  });
  if (rest.length) throw new Error(`${name}: ${rest.length} bytes left over in the key`);
}

function readState(registry, metadata, top) {
  const known = items(metadata), seen = {}, unknown = [], accounts = {};
  let events = [];
  for (const [key, value] of Object.entries(top)) {
    const entry = known[key.slice(0, 66)];
    if (!entry) {
      unknown.push(key);
      continue;
    }
    checkKeys(registry, entry, hexToU8a('0x' + key.slice(66)));
    const { type } = entry.item;
    const lookup = registry.createLookupType(type.isPlain ? type.asPlain : type.asMap.value);
    const read = decode(registry, lookup, hexToU8a(value), entry.name);
    seen[entry.name] = (seen[entry.name] || 0) + 1;
    if (entry.name === 'System.Account') {
      const address = registry.createType('AccountId', '0x' + key.slice(-64)).toString();
      accounts[address] = { nonce: read.nonce.toNumber(), free: read.data.free.toString() };
    }
    if (entry.name === 'System.Events') {
      events = read.map(({ event, phase }) => ({ name: `${event.section}.${event.method}`, phase: phase.type }));
    }
  }
  return { seen, unknown, events, accounts };
}

function readBlocks(registry, blocks) {
  const calls = {};
  for (const { header, extrinsics } of blocks) {
    decode(registry, 'Header', hexToU8a(header), 'header');
    for (const bytes of extrinsics) {
      const xt = decode(registry, 'Extrinsic', compactAddLength(hexToU8a(bytes)), 'extrinsic');
      const name = `${xt.method.section}.${xt.method.method}`;
      calls[name] = (calls[name] || 0) + 1;
      if (!xt.isSigned) continue;
      const of = `${name} of ${xt.signer}`;
      calls[of] = Math.max(calls[of] || 0, xt.nonce.toNumber() + 1);
    }
  }
  return calls;
}

function sign(registry, metadata, { genesisHash, count }) {
  const { consts, tx } = expandMetadata(registry, metadata);
  const keyring = new Keyring({ type: 'sr25519' });
  const [alice, bob] = [keyring.addFromUri('//Alice'), keyring.addFromUri('//Bob')];
  const out = [];
  for (let nonce = 0; nonce < count; nonce++) {
    const xt = registry.createType('Extrinsic', tx.balances.transferKeepAlive(bob.address, 10n ** 12n + BigInt(nonce)), { version: 4 });
    const era = registry.createType('ExtrinsicEra', nonce ? { current: 0, period: 64 } : undefined);
    const options = { blockHash: genesisHash, era, genesisHash, nonce, runtimeVersion: consts.system.version, tip: nonce };
    out.push({ prefixed: xt.sign(alice, options).toHex(), bare: u8aToHex(xt.toU8a(true)) });
  }
  return { extrinsics: out, sender: alice.address, receiver: bob.address };
}

async function main() {
  await cryptoWaitReady();
  const input = JSON.parse(readFileSync(0, 'utf8'));
  const registry = new TypeRegistry();
  const metadata = new Metadata(registry, input.metadata);
  registry.setMetadata(metadata);
  const out = { version: metadata.version, pallets: metadata.asLatest.pallets.map(({ name }) => name.toString()) };
  if (input.state) Object.assign(out, readState(registry, metadata, input.state.top));
  if (input.blocks) out.calls = readBlocks(registry, input.blocks);
  if (input.encoded) {
    out.encoded = input.encoded.map((bytes) => {
      const call = decode(registry, 'Call', hexToU8a(bytes), 'call');
      return `${call.section}.${call.method}`;
    });
  }
  if (input.sign) out.signed = sign(registry, metadata, input.sign);
  console.log(JSON.stringify(out));
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
