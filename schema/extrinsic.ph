# Transactions as wallets make them: format 4 of sp-runtime 49, with Rococo's extensions as far as this chain has them, in their
# order. `implicit` is signed, but not in the extrinsic.

extrinsic version 4 {
  address MultiAddress
  signature MultiSignature
  ## The sender is not the zero account.
  extension CheckNonZeroSender path "frame_system::extensions::check_non_zero_sender::CheckNonZeroSender"
  extension CheckSpecVersion path "frame_system::extensions::check_spec_version::CheckSpecVersion" implicit u32
  extension CheckTxVersion path "frame_system::extensions::check_tx_version::CheckTxVersion" implicit u32
  extension CheckGenesis path "frame_system::extensions::check_genesis::CheckGenesis" implicit Hash
  ## The hash is that of the block in which the era begins.
  extension CheckMortality path "frame_system::extensions::check_mortality::CheckMortality": Era implicit Hash
  extension CheckNonce path "frame_system::extensions::check_nonce::CheckNonce": compact<Nonce>
  extension CheckWeight path "frame_system::extensions::check_weight::CheckWeight"
  ## The tip.
  extension ChargeTransactionPayment path "pallet_transaction_payment::ChargeTransactionPayment": compact<Balance>
}
