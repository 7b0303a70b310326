# Cross-consensus messages in any version that is in use (staging-xcm 25). This chain hands them on; it does not carry them out.
# What their decoders refuse beyond the shape is in src/primitives/xcm.c.

enum VersionedXcm path "xcm::VersionedXcm" {
  3 V3(XcmV3)
  4 V4(XcmV4)
  5 V5(XcmV5)
}
# A call of the chain that the message goes to, encoded as that chain encodes it.
struct XcmDoubleEncoded path "xcm::double_encoded::DoubleEncoded" {
  encoded: bytes
}
# Not zero.
custom XcmAmount {
  v: compact<u128>
}
