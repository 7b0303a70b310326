# The one inherent that carries bitfields, backed candidates and disputes into a block.

pallet ParaInherent = 54 version 0 path "polkadot_runtime_parachains::paras_inherent::pallet" {
  storage {
    ## Whether the paras inherent was included within this block.
    value Included: unit?
    ## Scraped on chain data for extracting resolved disputes as well as backing votes.
    value OnChainVotes: ScrapedOnChainVotes?
  }
  ## Enter the paras inherent. This will process bitfields and backed candidates.
  call 0 enter(data: ParachainsInherentData) none
  ## Inclusion inherent called more than once per block.
  error 0 TooManyInclusionInherents
  ## The hash of the submitted parent header doesn't correspond to the saved block hash of the parent.
  error 1 InvalidParentHeader
  ## Inherent data was filtered during execution. This should have only been done during creation.
  error 2 InherentDataFilteredDuringExecution
  ## Too many candidates supplied.
  error 3 UnscheduledCandidate
}
